"""The journal in a SQLite file, written in batches by a thread of its own."""

import asyncio
import json
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

from ...stream.errors import JournalError, UnknownRun
from ...stream.spill import RecordedRun
from .feedback import read, write
from .file import reading
from .items import AppendEvent, BeginRun, FinishRun, ForgetThread, RecoverRuns
from .owner import is_gone
from .records import Feedback, Retention, RunRecord, Verification
from .verification import verify
from .writer import JournalWriter, WriteLimits

POLL_SECONDS = 0.1
"""How often the file is looked at for what another process has written."""


class SqliteJournal:
    """The journal file at `path`. Writing starts a thread; reading opens the file for the time it takes."""

    def __init__(
        self,
        path: Path,
        keep: Retention | None = None,
        *,
        limits: WriteLimits | None = None,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self.path = path
        self._keep = keep or Retention()
        self._limits = limits or WriteLimits()
        self._poll_seconds = poll_seconds
        self._writer: JournalWriter | None = None
        self._lock = threading.Lock()

    @property
    def broken(self) -> str:
        """Why nothing can be written any more; empty while all is well."""
        return self._writer.broken if self._writer else ""

    @property
    def moved_aside(self) -> Path | None:
        """Where a file was moved that stood here and was no journal."""
        return self._writer.moved_aside if self._writer else None

    # writing

    def open(
        self, run_id: str, thread_id: str | None, graph: str, tags: dict[str, str], started_at: str
    ) -> RecordedRun:
        """Begin a run; returns what its log writes to."""
        writer = self._started()
        writer.put(BeginRun(run_id, thread_id, graph, json.dumps(tags), started_at))
        return _Run(self, writer, run_id)

    def _started(self) -> JournalWriter:
        with self._lock:
            if self._writer is None or not self._writer.thread.is_alive():
                self._writer = JournalWriter(self.path, self._keep, self._limits)
            return self._writer

    async def flush(self) -> None:
        """Return when all that was written so far is committed."""
        if self._writer is not None and self._writer.thread.is_alive():
            done = threading.Event()
            self._writer.put(done)
            await asyncio.to_thread(done.wait, self._limits.wait_seconds)

    async def recover(self) -> None:
        """End, truthfully, the runs that dead processes left open; done also when a process begins to write."""
        if await asyncio.to_thread(self.path.exists):
            self._started().put(RecoverRuns())
            await self.flush()

    async def forget(self, thread_id: str) -> None:
        """Delete the runs of a thread that are over, with their events. Raises `JournalError` when that fails."""
        if await asyncio.to_thread(self.path.exists):
            writer = self._started()
            writer.put(ForgetThread(thread_id))
            await self.flush()
            if writer.broken:
                raise JournalError(f"The journal at {self.path} cannot be written: {writer.broken}.")

    async def abandoned(self, run_id: str) -> bool:
        """Whether the run has no end and the process that made it is dead. Raises `JournalError`."""
        return await asyncio.to_thread(self._abandoned, run_id)

    def _abandoned(self, run_id: str) -> bool:
        with self._reading() as connection:
            query = "SELECT owner FROM runs WHERE run_id = ? AND status IS NULL"
            row = connection.execute(query, (run_id,)).fetchone()
        return row is not None and is_gone(self.path, row[0])

    async def close(self) -> None:
        """Commit what is left and end the thread. What was written can still be read."""
        with self._lock:
            if self._writer is not None:
                self._writer.end()
        if self._writer is not None:
            await asyncio.to_thread(self._writer.thread.join, self._limits.wait_seconds)

    # reading

    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        return reading(self.path, self._limits.busy_seconds)

    async def runs(self, limit: int = 100, thread_id: str | None = None) -> list[RunRecord]:
        """The latest runs, of one thread or of all, newest first. Raises `UnknownRun` when there is no journal yet."""
        where = "coalesce(?, thread_id, '') = coalesce(thread_id, '') ORDER BY started_at DESC LIMIT ?"
        return await self._true(where, thread_id, limit)

    async def going_on(self) -> list[RunRecord]:
        """The runs that go on, in whichever process. Raises `UnknownRun` when there is no journal yet."""
        return await self._true("status IS NULL")

    async def _true(self, where: str, *values: Any) -> list[RunRecord]:
        """Runs, of which none is said to go on whose process is dead: those are ended first."""
        found = await asyncio.to_thread(self._select, where, *values)
        if all(record.status for record in found) or not await asyncio.to_thread(self._any_abandoned):
            return found
        await self.recover()
        return await asyncio.to_thread(self._select, where, *values)

    def _any_abandoned(self) -> bool:
        with self._reading() as connection:
            owners = connection.execute("SELECT DISTINCT owner FROM runs WHERE status IS NULL").fetchall()
        return any(is_gone(self.path, owner) for (owner,) in owners)

    async def find(self, run_id: str) -> RunRecord:
        """The run of that id, or of the only id that begins so, as it is written. Raises `UnknownRun`."""
        if not run_id:
            raise UnknownRun("Which run? Its id is empty.", hint="`mainstem runs` lists them.")
        rows = await asyncio.to_thread(self._select, "run_id = ?", run_id)
        if not rows:  # a range of the key: all runs would have to be looked at otherwise
            begins = "run_id >= ?1 AND run_id < ?1 || char(1114111) LIMIT 2"
            rows = await asyncio.to_thread(self._select, begins, run_id)
        if len(rows) != 1 and not (rows and rows[0].run_id == run_id):
            problem = "Several runs begin with" if rows else "There is no run"
            raise UnknownRun(f"{problem} {run_id!r}.", hint="`mainstem runs` lists them.")
        return rows[0]

    def _select(self, where: str, *values: Any) -> list[RunRecord]:
        columns = "run_id, thread_id, graph, tags, started_at, status, seconds, events, pruned"
        with self._reading() as connection:
            rows: list[Any] = connection.execute(f"SELECT {columns} FROM runs WHERE {where}", values).fetchall()  # noqa: S608
        return [_record(*row) for row in rows]

    async def read(self, run_id: str, from_seq: int = 1, limit: int = 256) -> list[tuple[int, bytes]]:
        """Up to `limit` committed events of a run from `from_seq` on. Raises `JournalError` on an unreadable file."""
        return await asyncio.to_thread(self._read, run_id, from_seq, limit)

    def _read(self, run_id: str, from_seq: int, limit: int) -> list[tuple[int, bytes]]:
        query = "SELECT seq, CAST(data AS BLOB) FROM events WHERE run_id = ? AND seq >= ? ORDER BY seq LIMIT ?"
        with self._reading() as connection:
            return connection.execute(query, (run_id, from_seq, limit)).fetchall()

    async def more(self, run_id: str) -> None:
        """Return when the file is to be looked at again: SQLite tells no other process."""
        await asyncio.sleep(self._poll_seconds)

    async def of_thread(self, thread_id: str, kind: str) -> list[bytes]:
        """The committed events of one kind (an event's `type`) in the runs of a thread, oldest first."""
        return await asyncio.to_thread(self._of_thread, thread_id, kind)

    def _of_thread(self, thread_id: str, kind: str) -> list[bytes]:
        query = (
            "SELECT CAST(data AS BLOB) FROM events JOIN runs USING (run_id) "
            "WHERE thread_id = ? AND substr(CAST(data AS TEXT), 1, ?) = ? ORDER BY started_at, seq"
        )
        begins = f'{{"type":"{kind}"'
        with self._reading() as connection:
            return [row[0] for row in connection.execute(query, (thread_id, len(begins), begins))]

    async def add_feedback(self, feedback: Feedback) -> None:
        """Keep what somebody said of a run. Raises `JournalError` when it cannot be written."""
        await asyncio.to_thread(write, self.path, feedback, self._limits.busy_seconds)

    async def feedback(self, run_id: str | None = None) -> list[Feedback]:
        """What was said of a run, or of all of them, oldest first."""
        return await asyncio.to_thread(read, self.path, run_id, self._limits.busy_seconds)

    async def verify(self, run_id: str) -> Verification:
        """Check that a run's records are as they were written. Raises `UnknownRun`, `JournalError`."""
        return await asyncio.to_thread(verify, self.path, run_id)


class _Run:
    """What the log of one run writes to."""

    def __init__(self, journal: SqliteJournal, writer: JournalWriter, run_id: str) -> None:
        self.committed = 0
        self.lost: tuple[int, int] | None = None
        """The first and the last event that could not be written, of all that could not; None: none."""
        self._waiting: Callable[[], object] | None = None
        self._journal = journal
        self._writer = writer
        self._run_id = run_id

    @property
    def broken(self) -> str:
        """Why nothing can be written any more; empty while all is well."""
        return self._writer.broken

    def when_committed(self, call: Callable[[], object]) -> None:
        """Call `call` once, in the journal's thread, when something more is committed."""
        self._waiting = call

    def committed_to(self, seq: int) -> None:
        """Everything up to `seq` is committed; called in the journal's thread."""
        self.committed = seq
        if (call := self._waiting) is not None:
            self._waiting = None
            # The reader's event loop may be closed by now: then nobody needs the memory either.
            with suppress(RuntimeError):
                call()

    def lose(self, seq: int) -> None:
        """The event `seq` will never be written; called in the journal's thread."""
        self.lost = (self.lost[0] if self.lost else seq, seq)

    def write(self, seq: int, data: bytes) -> None:
        """Take one event; returns at once."""
        self._writer.put(AppendEvent(self._run_id, seq, data, self))

    def finish(self, status: str, seconds: float) -> None:
        """Note how the run ended."""
        self._writer.put(FinishRun(self._run_id, status, seconds))

    async def read(self, from_seq: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` events from `from_seq` on, in order."""
        return await self._journal.read(self._run_id, from_seq, limit)


def _record(*row: Any) -> RunRecord:
    run_id, thread_id, graph, tags, started_at, status, seconds, events, pruned = row
    return RunRecord(run_id, thread_id, graph, json.loads(tags), started_at, status, seconds, events, bool(pruned))
