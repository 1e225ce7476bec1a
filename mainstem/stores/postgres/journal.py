"""The journal in PostgreSQL."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from ...stream.errors import JournalError, UnknownRun
from ...stream.loop_calls import call_in_loop
from ..journal.feedback import add
from ..journal.items import AdoptRun
from ..journal.journal import JournalTables
from ..journal.recorded import WrittenRun
from ..journal.records import Feedback, Retention, RunRecord
from ..journal.writer import JournalWriter, WriteLimits
from .database import ERRORS, Pool, Statements, unusable
from .instances import Instance, is_gone
from .journal_target import PostgresTarget
from .watch import Watch

BATCH_SECONDS = 0.02
"""How long events are collected before they are committed: nobody is shown them before."""

LOOK_SECONDS = 1.0
"""How often a reader looks for itself while notifications come: one may be lost."""

POLL_SECONDS = 0.1
"""How often it looks while none can come."""


def look_seconds(*, listens: bool) -> float:
    """How long a reader waits before it looks for itself; `listens`: whether notifications come."""
    return LOOK_SECONDS if listens else POLL_SECONDS


_NONE = "No run has been recorded here yet."
_ASK = 'Ask something first: mainstem ask "…".'

Key = tuple[str, int, int]


class PostgresJournal(JournalTables):
    """The journal in the database of `pool`. Readers that want the same at once share one query."""

    order = "id"

    def __init__(self, pool: Pool, instance: Instance, watch: Watch, keep: Retention) -> None:
        super().__init__(WriteLimits(batch_seconds=BATCH_SECONDS))
        self.place = pool.place
        self.target = PostgresTarget(pool, instance, watch, keep)
        self._pool = pool
        self._instance = instance
        self._watch = watch
        self._reads: dict[tuple[Key, asyncio.AbstractEventLoop], asyncio.Future[list[tuple[int, bytes]]]] = {}

    def _new_writer(self) -> JournalWriter:
        self._watch.begin()
        return JournalWriter(self.target, self._limits)

    def gone_on_with(self, end: AdoptRun) -> WrittenRun:
        """Go on with a run that another instance began, from the end of its chain; returns what its log writes to."""
        writer = self._started()
        self._instance.runs[end.run_id] = end.owner
        writer.put(end)
        return WrittenRun(self.read, writer, end.run_id, committed=end.events, adopted_by=end.owner)

    async def close(self) -> None:
        """Commit what is left and end the threads. What was written can still be read."""
        await super().close()
        self._watch.end()

    def _is_begun(self) -> bool:
        return True

    @contextmanager
    def _reading(self) -> Generator[Statements]:
        try:
            with self._pool.connection() as connection:
                yield Statements(connection)
        except ERRORS as error:
            raise unusable(JournalError, f"The journal in {self.place}", error) from error

    def _is_gone(self, owner: Any) -> bool:
        with self._reading() as tables:
            return is_gone(tables, owner)

    def _select(self, where: str, *values: Any) -> list[RunRecord]:
        found = super()._select(where, *values)
        if not found:
            self._check_begun()
        return found

    def _check_begun(self) -> None:
        with self._reading() as tables:
            if tables.execute("SELECT 1 FROM runs LIMIT 1").fetchone() is None:
                raise UnknownRun(_NONE, hint=_ASK)

    async def read(self, run_id: str, from_seq: int = 1, limit: int = 256) -> list[tuple[int, bytes]]:
        """Up to `limit` committed events of a run from `from_seq` on. Raises `JournalError`."""
        key = (run_id, from_seq, limit), asyncio.get_running_loop()
        reading = self._reads.get(key)
        if reading is None:
            reading = self._reads[key] = asyncio.ensure_future(super().read(run_id, from_seq, limit))
            reading.add_done_callback(lambda _: self._reads.pop(key, None))
        return await asyncio.shield(reading)

    def _read(self, run_id: str, from_seq: int, limit: int) -> list[tuple[int, bytes]]:
        found = super()._read(run_id, from_seq, limit)
        if not found:
            self._check_begun()
        return found

    async def more(self, run_id: str, from_seq: int) -> None:
        """Return when a notification says so, or after a moment in which none came."""
        self._watch.begin()
        loop, came = asyncio.get_running_loop(), asyncio.Event()
        forget = self._watch.call_at(run_id, from_seq, lambda: call_in_loop(loop, came.set))
        try:
            async with asyncio.timeout(look_seconds(listens=self._watch.listens)):
                await came.wait()
        except TimeoutError:
            pass
        finally:
            forget()

    def _add_feedback(self, feedback: Feedback) -> None:
        try:
            with self._pool.transaction() as connection:
                add(Statements(connection), feedback)
        except ERRORS as error:
            raise self._untold(error) from error
