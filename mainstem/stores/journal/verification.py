"""Find out whether a recorded run is as it was written: every record carries the hash of the one before it."""

import json

from ...stream.errors import UnknownRun
from ...stream.events import RunFinished, RunStarted, decode
from ..database import Connection
from .chain import walk
from .records import RecordFault, Verification
from .statements import blob, seal_of

_CHAIN = "SELECT seq, data, hash FROM events WHERE run_id = ? ORDER BY seq"


def verify(connection: Connection, run_id: str, *, sealed: bool = True) -> Verification:
    """Check the run's records; `sealed`: whether the journal has seals. Raises `UnknownRun`."""
    row = connection.execute("SELECT status, events, head, pruned FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    if row is None:
        raise UnknownRun(f"There is no run {run_id!r} in the journal.", hint="`mainstem runs` lists them.")
    status, events, head, pruned = row
    faults, checked, last = ([], 1, b"") if pruned else walk(_records(connection, run_id), events if status else None)
    if not faults and not _row_is_as_written(connection, run_id, sealed and status is not None):
        faults.append(RecordFault("changed", 0))
    if status and not pruned and not faults and last != head:
        faults.append(RecordFault("changed", events))
    return Verification(run_id, checked, tuple(faults), bool(pruned), status is not None)


def _records(connection: Connection, run_id: str) -> list[tuple[int, bytes, bytes]]:
    rows = connection.execute(_CHAIN, (run_id,)).fetchall()
    return [(seq, blob(data), stored) for seq, data, stored in rows]


def _row_is_as_written(connection: Connection, run_id: str, sealed: bool) -> bool:
    stored = None
    if sealed:
        (stored,) = connection.execute("SELECT seal FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    return stored == seal_of(connection, run_id) if stored is not None else _agrees_with_events(connection, run_id)


def _agrees_with_events(connection: Connection, run_id: str) -> bool:
    """Of a row without a seal (the first version's, or one of a run that goes on): its first and last event know it."""
    row = connection.execute("SELECT thread_id, tags, status, pruned FROM runs WHERE run_id = ?", (run_id,)).fetchone()
    thread_id, tags, status, pruned = row
    query = "SELECT data FROM events WHERE run_id = ? ORDER BY seq "
    first = connection.execute(query + "LIMIT 1", (run_id,)).fetchone()
    last = connection.execute(query + "DESC LIMIT 1", (run_id,)).fetchone()
    if first is None or pruned:
        return True
    began, ended = decode(blob(first[0])), decode(blob(last[0]))
    same = not isinstance(began, RunStarted) or (began.thread_id, began.tags) == (thread_id, json.loads(tags))
    return same and (not isinstance(ended, RunFinished) or status in (None, ended.status))
