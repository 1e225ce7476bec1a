"""Where all doors of a process start, find and stop runs. It knows nothing of HTTP."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, TypeVar
from uuid import uuid4
from weakref import WeakSet

from mainstem.models import default
from mainstem.models.budget import check_budget
from mainstem.sessions.session import Session
from mainstem.sessions.threads import ThreadInfo
from mainstem.stores.journal import RunRecord, replay
from mainstem.stream.errors import (
    ContextError,
    JournalError,
    MainstemError,
    ThreadBusy,
    ThreadError,
    UnknownRun,
    UnknownThread,
)
from mainstem.stream.run import Run

from .inclusion import included_at
from .limiter import Full, Limiter


class ModelRefused(MainstemError):
    """A model that callers may not choose."""


class Closing(MainstemError):
    """The server is being stopped and takes no new runs."""

    hint = "Try again in a moment."


AnyRun = TypeVar("AnyRun", Run, RunRecord)


class RunManager:
    """Runs of one session. The session is opened when it is first needed, and closed here only if it was opened here.

    `streams` counts who reads: doors pass it with each stream. `documents`: whether the session's library is the one
    that its graph searches; None: when the graph is the bundled agent. `context`: what runs get that are given none.

    Threads, and runs without one, belong to the manager that began them, under `name` or, when None, under its graph's
    name and where the router of the request is included; what belongs to another is unknown here. What no manager began
    (Python, the command line, an older version) is known to a manager that is alone with its home in this process.
    """

    def __init__(
        self,
        session: Session,
        *,
        documents: bool | None = None,
        context: Mapping[str, Any] | None = None,
        name: str | None = None,
    ) -> None:
        self.session = session
        self._home = session.settings.home.absolute()
        self._owners = session.stores.owners
        self._name = name
        _desks.add(self)
        self.streams = Limiter(session.settings.serve_streams, "streams are open")
        self.closing = False
        self._documents = documents
        self._default = context
        self._runs: dict[str, Run] = {}
        self._opening = asyncio.Lock()
        self._opened = False

    async def open(self) -> Session:
        """The session, open. Raises what opening it raises: `AgentError`, `MainstemError`."""
        async with self._opening:
            _desks.add(self)
            if not self.session.is_open:
                await self.session.__aenter__()
                self._opened = True
                await self.session.journal.recover()
        return self.session

    async def __aenter__(self) -> None:
        """Open the session: `FastAPI(lifespan=lambda app: manager)` takes a manager. Raises `UnknownPrice`, too."""
        session = await self.open()
        if session.bundled:
            await check_budget(session.settings)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything, and close the session if it was opened here."""
        await self.stop_all()
        _desks.discard(self)
        if self._opened:
            self._opened = False
            await self.session.__aexit__(None, None, None)

    async def stop_all(self) -> None:
        """Take no more runs, and stop those that go on: their readers get `run.finished`."""
        self.closing = True
        await asyncio.gather(*(run.stop() for run in self.running))

    @property
    def has_documents(self) -> bool:
        """Whether the documents of the session are what its graph answers from."""
        return self.session.bundled if self._documents is None else self._documents

    # runs

    async def start(
        self,
        given: Any,
        *,
        thread: str | None = None,
        model: str | None = None,
        tags: Mapping[str, str] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Run:
        """Run the graph on `given`, in a new thread or in `thread`.

        `model`: one of `models`; None: as the settings say. `context`: the graph's; None: that of this manager. Raises
        `ThreadBusy`, `DecisionPending`, `WrongInput`, `ThreadError` where the graph keeps no threads, `ModelRefused`,
        `ContextError`, `Full`, `Closing`.
        """
        session = await self.open()
        context = self._context(model, context)
        await self._admit(thread)
        await session.admit(given, thread)
        thread = await self._claimed(thread)
        self._refuse(thread)  # someone else may have been quicker while the thread was looked at
        return await self._owned(self._kept(session.start(given, thread=thread, tags=tags, context=context)))

    async def resume(
        self,
        thread: str,
        decisions: Any = None,
        *,
        tags: Mapping[str, str] | None = None,
        context: Mapping[str, Any] | None = None,
    ) -> Run:
        """Go on with a thread, as `Session.resume` does; an answer names its interrupt: who is far away may have seen
        another one. Raises `UnknownThread`, `ThreadError`, `WrongDecision`, and as `start`.
        """
        session = await self.open()
        context = self._context(None, context)
        await self._admit(thread)
        await session.check(thread, decisions, named=True)
        await self._claimed(thread)
        self._refuse(thread)  # someone else may have been quicker while the thread was looked at
        return self._kept(session.resume(thread, decisions, tags=tags, context=context, named=True))

    def live(self, run_id: str) -> Run | None:
        """The run, whosever it is, while this process still holds it."""
        return self._runs.get(run_id)

    async def find(self, run_id: str) -> Run | None:
        """The run while this process still holds it; None when only the journal does. Raises `UnknownRun`."""
        run = self._runs.get(run_id)
        if run is None:
            await self.record(run_id)
        elif not await self._knows([run]):
            raise _unknown_run(run_id)
        return run

    async def running_in(self, thread: str) -> Run | None:
        """The run that goes on in a thread. Raises `UnknownThread` for another's."""
        await self.open()
        await self._check(thread)
        return next((run for run in self.running if run.thread_id == thread), None)

    @property
    def running(self) -> list[Run]:
        """The runs that go on."""
        return [run for run in self._runs.values() if not run.finished]

    async def record(self, run_id: str) -> RunRecord:
        """What the journal says of a run, of this process or another. Raises `UnknownRun`, `JournalError`."""
        session = await self.open()
        try:
            record = await session.journal.find(run_id)
        except UnknownRun:
            await session.journal.flush()
            record = await session.journal.find(run_id)
        if record.run_id != run_id or not await self._knows([record]):
            raise _unknown_run(run_id)
        return await session.journal.find(run_id) if record.status is None and await self._ended(run_id) else record

    async def going_on(self) -> dict[str, str]:
        """The runs that go on in threads, by thread; those of other processes as far as the journal can be read."""
        session, elsewhere = await self.open(), list[RunRecord]()
        with suppress(JournalError):
            elsewhere = await self._knows(await session.journal.going_on())
        return {run.thread_id: run.run_id for run in (*elsewhere, *self.running) if run.thread_id}

    async def records(self, thread: str | None = None, limit: int = 50) -> list[RunRecord]:
        """The latest runs, of one thread or of all, newest first; none where nothing was recorded yet."""
        session = await self.open()
        await session.journal.flush()
        most = limit
        while True:
            try:
                found = await session.journal.runs(most, thread)
            except UnknownRun:
                return []
            known = await self._knows(found)
            if len(known) >= limit or len(found) < most:
                return known[:limit]
            most *= 4  # others' runs are among the latest

    async def batches(self, run_id: str, from_seq: int = 1) -> AsyncIterator[list[bytes]]:
        """A run's events as JSON from `from_seq` on, as many at a time as are there. Raises as `record`."""
        run = await self.find(run_id)
        if run is not None:
            return run.batches(from_seq)
        return replay.batches(self.session.journal, run_id, from_seq)

    async def stop(self, run_id: str) -> None:
        """Begin to stop a run; harmless when it is over. Raises `UnknownRun`, `ThreadBusy` when it is not ours."""
        run = await self.find(run_id)
        if run is not None:
            run.request_stop()
        elif (await self.record(run_id)).status is None:
            raise ThreadBusy(f"Run {run_id} goes on in another process.", hint="Stop it there.")

    async def _ended(self, run_id: str) -> bool:
        """Whether the process that made a run is dead; its end is written then."""
        journal = self.session.journal
        if not await journal.abandoned(run_id):
            return False
        await journal.recover()
        return True

    # threads

    async def state(self, thread: str) -> Any:
        """The thread's latest `StateSnapshot`. Raises `UnknownThread`, for another's too."""
        session = await self.open()
        await self._check(thread)
        return await session.state(thread)

    async def threads(self, limit: int = 50) -> list[ThreadInfo]:
        """The latest threads, newest first."""
        session = await self.open()
        return await session.threads(limit, among=self._known)

    # whose they are

    @property
    def _router(self) -> str:
        return self._name or f"{self.session.source.name} at {included_at.get() or '/'}"

    @property
    def _alone(self) -> bool:
        return sum(manager._home == self._home for manager in _desks) <= 1

    def _serves(self, owner: str | None) -> bool:
        return self._alone if owner is None else owner == self._router

    async def _known(self, threads: Sequence[str]) -> list[str]:
        owners = await self._owners.of("thread", threads)
        return [thread for thread in threads if self._serves(owners.get(thread))]

    async def _knows(self, runs: Sequence[AnyRun]) -> list[AnyRun]:
        """Those of the runs that are this manager's: by their threads, or by themselves where they have none."""
        threads = await self._owners.of("thread", {run.thread_id for run in runs if run.thread_id})
        others = await self._owners.of("run", {run.run_id for run in runs if not run.thread_id})
        owners = {**threads, **others}
        return [run for run in runs if self._serves(owners.get(run.thread_id or run.run_id))]

    async def _check(self, thread: str) -> None:
        if not await self._known([thread]):
            raise _unknown_thread(thread)

    async def _claimed(self, thread: str | None) -> str | None:
        """The thread, a new one where none was named, as this manager's own from now on; None where there are none."""
        if not self.session.source.keeps_threads:
            return None
        thread = str(uuid4()) if thread is None else thread
        if await self._owners.claim("thread", thread, self._router) != self._router:
            raise _unknown_thread(thread)
        return thread

    async def _owned(self, run: Run) -> Run:
        """The run, noted as this manager's where no thread says so."""
        if run.thread_id is None:
            try:
                await self._owners.claim("run", run.run_id, self._router)
            except MainstemError:
                run.request_stop()  # nobody could follow it
                raise
        return run

    async def _free(self, thread: str) -> None:
        """Return when a run may begin in `thread`: it is this manager's, or new. Raises `UnknownThread`."""
        owner = (await self._owners.of("thread", [thread])).get(thread)
        if self._serves(owner):
            return
        if owner is None:
            try:
                await self.session.state(thread)
            except UnknownThread:
                return
        raise _unknown_thread(thread)

    # who may start one

    @property
    def models(self) -> list[str]:
        """The models that a caller may choose, the default one first; none where the graph chooses its own."""
        settings = self.session.settings
        if not self.session.bundled:
            return []
        return list(dict.fromkeys((default(settings), "extractive", *settings.serve_models)))

    def _context(self, model: str | None, context: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """The context of a run: what was asked for, where that is allowed."""
        context = self._default if context is None else context
        if self.session.bundled and context:
            if set(context) - {"model"}:
                raise ContextError("Of this agent's context only the model may be chosen here.")
            model = model or context.get("model")
        self.session.accept(context)
        return self._chosen(model) if model is not None else context

    def _chosen(self, model: str) -> dict[str, str]:
        if model not in self.models:
            ready = ", ".join(self.models) or "none: this graph chooses its own"
            raise ModelRefused(
                f"The model {model!r} may not be chosen here.",
                hint=f"Models to choose: {ready}. MAINSTEM_SERVE_MODELS adds to them.",
            )
        return {"model": model}

    async def _admit(self, thread: str | None) -> None:
        session = self.session
        if thread is not None:
            if not session.source.keeps_threads:
                raise ThreadError(f"{session.source.name} keeps no threads.", hint="Leave the thread out.")
            await self._free(thread)
            if await session.stores.threads.leased(thread):
                raise ThreadBusy(f"Thread {thread!r} is busy with another run.")
        self._refuse(thread)

    def _refuse(self, thread: str | None) -> None:
        running = self.running
        if self.closing:
            raise Closing("The server is stopping.")
        if len(running) >= self.session.settings.serve_runs:
            raise Full(f"{len(running)} runs go on, and this server allows no more.")
        if thread is not None and any(run.thread_id == thread for run in running):
            raise ThreadBusy(f"Thread {thread!r} is busy with another run.")

    def _kept(self, run: Run) -> Run:
        self._runs[run.run_id] = run
        run.when_done(lambda: self._let_go(run))
        return run

    def _let_go(self, run: Run) -> None:
        # Held until its record can be read in its place.
        task = asyncio.ensure_future(self.session.journal.flush())
        task.add_done_callback(lambda _: self._runs.pop(run.run_id, None))


_desks: WeakSet[RunManager] = WeakSet()
"""Those of this process."""


def _unknown_run(run_id: str) -> UnknownRun:
    return UnknownRun(f"There is no run {run_id!r}.")


def _unknown_thread(thread: str) -> UnknownThread:
    return UnknownThread(f"There is no thread {thread!r}.")
