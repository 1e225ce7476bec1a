"""Find out whether a recorded run is as it was written: every record carries the hash of the one before it."""

import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ...stream.errors import UnknownRun
from ...stream.events import RunFinished, RunStarted, decode
from .file import chain, is_sealed, reading, seal_of


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was written."""

    kind: Literal["changed", "missing", "added"]
    """What happened to it."""
    seq: int
    """The record; 0: the run's own row, which says its thread, tags, times and status."""

    def __str__(self) -> str:
        if self.seq == 0:
            return "the run's own row was changed (its thread, tags, times, status, or that it was pruned)"
        return f"record {self.seq} is {self.kind}" if self.kind == "missing" else f"record {self.seq} was {self.kind}"


@dataclass(frozen=True)
class Verification:
    """What a check of one run found."""

    run_id: str
    events: int
    """Records that were checked."""
    faults: tuple[Fault, ...] = ()
    """What is wrong, in order; after a changed record the chain is taken up again from what stands there."""
    pruned: bool = False
    """Whether its events were pruned: then only its end is left, and nothing can be checked but that."""
    finished: bool = True
    """Whether the run had ended; the tail of one that goes on cannot be checked."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(path: Path, run_id: str) -> Verification:
    """Check the run's records in the journal at `path`. Raises `UnknownRun`, `JournalError`."""
    with reading(path) as connection:
        row = connection.execute("SELECT status, events, head, pruned FROM runs WHERE run_id = ?", (run_id,)).fetchone()
        if row is None:
            raise UnknownRun(f"There is no run {run_id!r} in the journal.", hint="`mainstem runs` lists them.")
        status, events, head, pruned = row
        faults, checked, last = ([], 1, b"") if pruned else _walk(connection, run_id, events if status else None)
        if not faults and not _row_is_as_written(connection, run_id, status is not None):
            faults.append(Fault("changed", 0))
    if status and not pruned and not faults and last != head:
        faults.append(Fault("changed", events))
    return Verification(run_id, checked, tuple(faults), bool(pruned), status is not None)


def _walk(connection: sqlite3.Connection, run_id: str, events: int | None) -> tuple[list[Fault], int, bytes]:
    """The faults along the chain, how many records there are, and the last hash."""
    faults: list[Fault] = []
    before, expected, checked = b"", 1, 0
    query = "SELECT seq, CAST(data AS BLOB), hash FROM events WHERE run_id = ? ORDER BY seq"
    for seq, data, stored in connection.execute(query, (run_id,)):
        checked += 1
        if (events is not None and seq > events) or seq < 1:
            faults.append(Fault("added", seq))
            continue
        faults += [Fault("missing", lost) for lost in range(expected, seq)]
        if seq == expected and chain(before, data) != stored:
            faults.append(Fault("changed", seq))
        before, expected = stored, seq + 1
    if events is not None:
        faults += [Fault("missing", lost) for lost in range(expected, events + 1)]
    return faults, checked, before


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
