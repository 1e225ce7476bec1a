"""Find out whether a recorded run is as it was written: every record carries the hash of the one before it."""

import json
import sqlite3
from pathlib import Path

from ...stream.errors import UnknownRun
from ...stream.events import RunFinished, RunStarted, decode
from .chain import walk
from .file import is_sealed, reading, seal_of
from .records import RecordFault, Verification

_CHAIN = "SELECT seq, CAST(data AS BLOB), hash FROM events WHERE run_id = ? ORDER BY seq"


def verify(path: Path, run_id: str) -> Verification:
    """Check the run's records in the journal at `path`. Raises `UnknownRun`, `JournalError`."""
    with reading(path) as connection:
        row = connection.execute("SELECT status, events, head, pruned FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        if row is None:
            raise UnknownRun(f"There is no run {run_id!r} in the journal.", hint="`mainstem runs` lists them.")
        status, events, head, pruned = row
        faults, checked, last = (
            ([], 1, b"") if pruned else walk(connection.execute(_CHAIN, (run_id,)), events if status else None)
        )
        if not faults and not _row_is_as_written(connection, run_id, status is not None):
            faults.append(RecordFault("changed", 0))
    if status and not pruned and not faults and last != head:
        faults.append(RecordFault("changed", events))
    return Verification(run_id, checked, tuple(faults), bool(pruned), status is not None)


def _row_is_as_written(connection: sqlite3.Connection, run_id: str, finished: bool) -> bool:
    stored = None
    if finished and is_sealed(connection):
        (stored,) = connection.execute("SELECT seal FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    return stored == seal_of(connection, run_id) if stored is not None else _agrees_with_events(connection, run_id)


def _agrees_with_events(connection: sqlite3.Connection, run_id: str) -> bool:
    """Of a row without a seal (the first version's, or one of a run that goes on): its first and last event know it."""
    row = connection.execute("SELECT thread_id, tags, status, pruned FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    thread_id, tags, status, pruned = row
    query = "SELECT CAST(data AS BLOB) FROM events WHERE run_id = ? ORDER BY seq "
    first = connection.execute(query + "LIMIT 1", (run_id,)).fetchone()
    last = connection.execute(query + "DESC LIMIT 1", (run_id,)).fetchone()
    if first is None or pruned:
        return True
    began, ended = decode(first[0]), decode(last[0])
    same = not isinstance(began, RunStarted) or (began.thread_id, began.tags) == (thread_id, json.loads(tags))
    return same and (not isinstance(ended, RunFinished) or status in (None, ended.status))
