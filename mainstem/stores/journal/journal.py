"""The journal in tables, in whichever database: what is the same in all of them."""

import asyncio
import json
import threading
from abc import ABC, abstractmethod
from contextlib import AbstractContextManager, suppress
from functools import partial
from typing import Any

from ...stream.errors import JournalError, UnknownRun
from ...stream.loop_calls import call_in_loop
from ...stream.spill import RecordedRun
from ..database import Connection
from . import feedback as said
from .items import BeginRun, ForgetThread, RecoverRuns, TellCommitted
from .recorded import WrittenRun
from .records import Feedback, RunRecord, Verification
from .statements import RUN_COLUMNS, blob
from .verification import verify
from .writer import JournalWriter, WriteLimits

_LAST = "\U0010ffff"
"""What sorts behind every other character."""


class JournalTables(ABC):
    """A journal. Writing starts a thread; reading takes a connection for the time it takes."""

    place: str
    """What people are told of where it is."""
    order: str
    """The column that says in which order feedback came."""

    def __init__(self, limits: WriteLimits) -> None:
        self._limits = limits
        self._writer: JournalWriter | None = None
        self._lock = threading.Lock()

    # what is its own in each database

    @abstractmethod
    def _new_writer(self) -> JournalWriter: ...

    @abstractmethod
    def _is_begun(self) -> bool:
        """Whether anything may be there that was left open. Blocks, as all below but `more`."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _is_gone(self, owner: Any) -> bool: ...

    @abstractmethod
    def _add_feedback(self, feedback: Feedback) -> None: ...

    @abstractmethod
    async def more(self, run_id: str, from_seq: int) -> None:
        """Return when another process may have written the event `from_seq` of a run, or the run's end."""

    def _has_feedback(self, connection: Any) -> bool:
        return True

    def _is_sealed(self, connection: Any) -> bool:
        return True

    # writing

    @property
    def broken(self) -> str:
        """Why nothing can be written any more; empty while all is well."""
        return self._writer.broken if self._writer else ""

    def open(
        self,
        run_id: str,
        thread_id: str | None,
        graph: str,
        tags: dict[str, str],
        started_at: str,
        request: str | None = None,
    ) -> RecordedRun:
        """Begin a run; returns what its log writes to."""
        writer = self._started()
        writer.put(BeginRun(run_id, thread_id, graph, json.dumps(tags), started_at, request))
        return WrittenRun(self.read, writer, run_id)

    def _started(self) -> JournalWriter:
        with self._lock:
            if self._writer is None or not self._writer.thread.is_alive():
                self._writer = self._new_writer()
            return self._writer

    async def flush(self, *, hurry: bool = True) -> None:
        """Return when all that was written so far is committed; `hurry`: it is committed now, and not in its batch."""
        if self._writer is not None and self._writer.thread.is_alive():
            done = asyncio.Event()
            self._writer.put(TellCommitted(partial(call_in_loop, asyncio.get_running_loop(), done.set), hurry))
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), self._limits.wait_seconds)

    async def recover(self) -> None:
        """End, truthfully, the runs that dead processes left open; done also when a process begins to write."""
        if await asyncio.to_thread(self._is_begun):
            self._started().put(RecoverRuns())
            await self.flush()

    async def forget(self, thread_id: str) -> None:
        """Delete the runs of a thread that are over, with their events. Raises `JournalError` when that fails."""
        if await asyncio.to_thread(self._is_begun):
            writer = self._started()
            writer.put(ForgetThread(thread_id))
            await self.flush()
            if writer.broken:
                raise JournalError(f"The journal at {self.place} cannot be written: {writer.broken}.")

    async def abandoned(self, run_id: str) -> bool:
        """Whether the run has no end and the process that made it is dead. Raises `JournalError`."""
        return await asyncio.to_thread(self._abandoned, run_id)

    def _abandoned(self, run_id: str) -> bool:
        with self._reading() as connection:
            query = "SELECT owner FROM runs WHERE run_id = ? AND status IS NULL"
            row = connection.execute(query, (run_id,)).fetchone()
        return row is not None and self._is_gone(row[0])

    async def close(self) -> None:
        """Commit what is left and end the thread. What was written can still be read."""
        with self._lock:
            if self._writer is not None:
                self._writer.end()
        if self._writer is not None:
            await asyncio.to_thread(self._writer.thread.join, self._limits.wait_seconds)

    # reading

    async def runs(self, limit: int = 100, thread_id: str | None = None) -> list[RunRecord]:
        """The latest runs, of one thread or of all, newest first. Raises `UnknownRun` when there is no journal yet."""
        if thread_id is None:
            return await self._true("1 = 1 ORDER BY started_at DESC LIMIT ?", limit)
        return await self._true("thread_id = ? ORDER BY started_at DESC LIMIT ?", thread_id, limit)

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
        return any(self._is_gone(owner) for (owner,) in owners)

    async def find(self, run_id: str) -> RunRecord:
        """The run of that id, or of the only id that begins so, as it is written. Raises `UnknownRun`."""
        if not run_id:
            raise UnknownRun("Which run? Its id is empty.", hint="`mainstem runs` lists them.")
        rows = await asyncio.to_thread(self._select, "run_id = ?", run_id)
        if not rows:  # a range of the key: all runs would have to be looked at otherwise
            begins = "run_id >= ? AND run_id < ? LIMIT 2"
            rows = await asyncio.to_thread(self._select, begins, run_id, run_id + _LAST)
        if len(rows) != 1 and not (rows and rows[0].run_id == run_id):
            problem = "Several runs begin with" if rows else "There is no run"
            raise UnknownRun(f"{problem} {run_id!r}.", hint="`mainstem runs` lists them.")
        return rows[0]

    def _select(self, where: str, *values: Any) -> list[RunRecord]:
        with self._reading() as connection:
            rows = connection.execute(f"SELECT {RUN_COLUMNS} FROM runs WHERE {where}", values).fetchall()  # noqa: S608
        return [_record(*row) for row in rows]

    async def read(self, run_id: str, from_seq: int = 1, limit: int = 256) -> list[tuple[int, bytes]]:
        """Up to `limit` committed events of a run from `from_seq` on. Raises `JournalError` on an unreadable one."""
        return await asyncio.to_thread(self._read, run_id, from_seq, limit)

    def _read(self, run_id: str, from_seq: int, limit: int) -> list[tuple[int, bytes]]:
        query = "SELECT seq, data FROM events WHERE run_id = ? AND seq >= ? ORDER BY seq LIMIT ?"
        with self._reading() as connection:
            return [(seq, blob(data)) for seq, data in connection.execute(query, (run_id, from_seq, limit)).fetchall()]

    async def of_thread(self, thread_id: str, kind: str) -> list[bytes]:
        """The committed events of one kind (an event's `type`) in the runs of a thread, oldest first."""
        return await asyncio.to_thread(self._of_thread, thread_id, kind)

    def _of_thread(self, thread_id: str, kind: str) -> list[bytes]:
        query = (
            "SELECT data FROM events JOIN runs USING (run_id) "
            "WHERE thread_id = ? AND substr(data, 1, ?) = ? ORDER BY started_at, seq"
        )
        begins = f'{{"type":"{kind}"'.encode()
        with self._reading() as connection:
            return [row[0] for row in connection.execute(query, (thread_id, len(begins), begins)).fetchall()]

    async def add_feedback(self, feedback: Feedback) -> None:
        """Keep what somebody said of a run. Raises `JournalError` when it cannot be written."""
        await asyncio.to_thread(self._add_feedback, feedback)

    def _untold(self, error: Exception) -> JournalError:
        hint = "Free the disk or the file, and say it again."
        return JournalError(f"The feedback cannot be kept in {self.place}: {error}.", hint=hint)

    async def feedback(self, run_id: str | None = None) -> list[Feedback]:
        """What was said of a run, or of all of them, oldest first."""
        return await asyncio.to_thread(self._feedback, run_id)

    def _feedback(self, run_id: str | None) -> list[Feedback]:
        with self._reading() as connection:
            return said.read(connection, run_id, self.order) if self._has_feedback(connection) else []

    async def verify(self, run_id: str) -> Verification:
        """Check that a run's records are as they were written. Raises `UnknownRun`, `JournalError`."""
        return await asyncio.to_thread(self._verify, run_id)

    def _verify(self, run_id: str) -> Verification:
        with self._reading() as connection:
            return verify(connection, run_id, sealed=self._is_sealed(connection))


def _record(*row: Any) -> RunRecord:
    run_id, thread_id, graph, tags, started_at, status, seconds, events, pruned = row
    return RunRecord(run_id, thread_id, graph, json.loads(tags), started_at, status, seconds, events, bool(pruned))
