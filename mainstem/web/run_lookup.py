"""Runs found: those that this process holds, and those that only the journal has."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from mainstem.sessions.session import Session
from mainstem.stores.journal import RunRecord, replay
from mainstem.stream.errors import JournalError, LeaseLost, UnknownRun
from mainstem.stream.run import Run
from mainstem.variant import SHADOW_OF

from .ownership import Ownership, unknown_run


class RunLookup:
    """The runs of one manager. `opened`: opens its session; what that raises, the operations raise."""

    def __init__(self, session: Session, ownership: Ownership, opened: Callable[[], Awaitable[Session]]) -> None:
        self._session = session
        self._ownership = ownership
        self._opened = opened
        self._held: dict[str, Run] = {}

    def hold(self, run: Run) -> Run:
        """Hold a run until its record can be read in its place."""
        self._held[run.run_id] = run
        run.when_done(lambda: self._release(run))
        return run

    def _release(self, run: Run) -> None:
        task = asyncio.ensure_future(self._session.journal.flush(hurry=False))  # nobody waits: one commit for many
        task.add_done_callback(lambda _: self._held.pop(run.run_id, None))

    @property
    def running(self) -> list[Run]:
        """The runs that go on in this process."""
        return [run for run in self._held.values() if not run.finished]

    def live(self, run_id: str) -> Run | None:
        """The run, whosever it is, while this process still holds it."""
        return self._held.get(run_id)

    async def check_own(self, run_id: str) -> None:
        """Return when the user may stop the run. Raises `UnknownRun`, `NotAllowed` where they may only see it."""
        run = self._held.get(run_id)
        if run is None:
            await self._ownership.check_own_run(await self.record(run_id))
        else:
            await self._ownership.check_own_run(run)

    async def find(self, run_id: str) -> Run | None:
        """The run while this process still holds it; None when only the journal does. Raises `UnknownRun`."""
        run = self._held.get(run_id)
        if run is None:
            await self.record(run_id)
        elif not await self._ownership.of_runs([run]):
            raise unknown_run(run_id)
        return run

    async def running_in(self, thread: str) -> Run | None:
        """The run that goes on in a thread. Raises `UnknownThread` for another's."""
        await self._opened()
        await self._ownership.check_thread(thread)
        return next((run for run in self.running if run.thread_id == thread), None)

    async def going_on(self) -> dict[str, str]:
        """The runs that go on in threads, by thread; those of other processes as far as the journal can be read."""
        session, elsewhere = await self._opened(), list[RunRecord]()
        with suppress(JournalError):
            elsewhere = await self._ownership.of_runs(await session.journal.going_on())
        found = dict[str, str]()
        ordered = sorted(elsewhere, key=lambda record: record.started_at)
        ended = {run_id for run_id, run in self._held.items() if run.finished}
        for run in (*self.running, *ordered):  # of several in a thread, the others wait for the first
            if run.thread_id and run.run_id not in ended:
                found.setdefault(run.thread_id, run.run_id)
        return found

    async def record(self, run_id: str) -> RunRecord:
        """What the journal says of a run, of this process or another. Raises `UnknownRun`, `JournalError`."""
        session = await self._opened()
        record = await self._recorded(session, run_id)
        if record.run_id != run_id or not await self._ownership.of_runs([record]):
            raise unknown_run(run_id)
        return await session.journal.find(run_id) if record.status is None and await self._ended(run_id) else record

    async def _recorded(self, session: Session, run_id: str) -> RunRecord:
        if (run := self._held.get(run_id)) is not None and run.finished:
            await session.journal.flush()  # its end is on its way
        try:
            return await session.journal.find(run_id)
        except UnknownRun:
            await session.journal.flush()
        try:
            return await session.journal.find(run_id)
        except UnknownRun:
            raise unknown_run(run_id) from None  # in the same words as of another's

    async def records(self, thread: str | None = None, limit: int = 50) -> list[RunRecord]:
        """The latest runs, of one thread or of all, newest first; none where nothing was recorded yet.

        Shadow runs are shown to nobody: `mainstem rollout` has their figures.
        """
        session = await self._opened()
        await session.journal.flush()
        read = limit
        while True:
            try:
                found = await session.journal.runs(read, thread)
            except UnknownRun:
                return []
            shown = [record for record in found if SHADOW_OF not in record.tags]
            ours = await self._ownership.of_runs(shown)
            if len(ours) >= limit or len(found) < read:
                return ours[:limit]
            read *= 4  # others' runs are among the latest

    async def batches(self, run_id: str, from_seq: int = 1) -> AsyncIterator[list[bytes]]:
        """A run's events as JSON from `from_seq` on, as many at a time as are there. Raises as `record`."""
        run = await self.find(run_id)
        if run is not None:
            return self.follow(run, from_seq)
        return replay.batches(self._session.journal, run_id, from_seq)

    async def follow(self, run: Run, from_seq: int = 1) -> AsyncIterator[list[bytes]]:
        """The events of a run of this process, as `batches`; where another one takes it over, the rest from there."""
        seen = from_seq - 1
        try:
            async for batch in run.batches(from_seq):
                yield batch
                seen += len(batch)
        except LeaseLost:
            async for batch in replay.batches(self._session.journal, run.run_id, seen + 1):
                yield batch

    async def _ended(self, run_id: str) -> bool:
        """Whether the process that made a run is dead; its end is written then."""
        journal = self._session.journal
        if not await journal.abandoned(run_id):
            return False
        await journal.recover()
        return True
