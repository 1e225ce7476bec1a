"""Where all routes of a process start and stop runs. It knows nothing of HTTP."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from mainstem.models.budget import check_budget
from mainstem.sessions.session import Session
from mainstem.sessions.threads import ThreadInfo
from mainstem.stream.errors import ThreadBusy
from mainstem.stream.run import Run

from .limiter import Limiter
from .ownership import Ownership
from .run_admission import RunAdmission
from .run_lookup import RunLookup
from .timeouts import StreamTimeouts


class RunManager:
    """Runs of one session. The session is opened when it is first needed, and closed here only if it was opened here.

    `runs` finds them, and `streams` counts who reads: routes pass it with each stream. `timeouts`: how long
    those wait. `documents`: whether the session's library is the one that its graph searches; None: when the graph is
    the bundled agent. `context`: what runs get that are given none.

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
        timeouts: StreamTimeouts | None = None,
    ) -> None:
        self.session = session
        self.timeouts = timeouts or StreamTimeouts()
        self.streams = Limiter(session.settings.serve_streams, "streams are open")
        self._ownership = Ownership(session, name)
        self.runs = RunLookup(session, self._ownership, self.open)
        self._admission = RunAdmission(session, self._ownership, self.runs, context)
        self._documents = documents
        self._opening = asyncio.Lock()
        self._opened = False

    async def open(self) -> Session:
        """The session, open. Raises what opening it raises: `AgentError`, `MainstemError`."""
        async with self._opening:
            self._ownership.enter()
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
        self._ownership.leave()
        if self._opened:
            self._opened = False
            await self.session.__aexit__(None, None, None)

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
        `ContextError`, `LimitReached`, `Closing`.
        """
        session = await self.open()
        context = self._admission.context(model, context)
        await self._admission.check(thread)
        await session.admit(given, thread)
        thread = await self._ownership.claim_thread(thread)
        self._admission.check_room(thread)  # someone else may have been quicker while the thread was looked at
        run = self.runs.hold(session.start(given, thread=thread, tags=tags, context=context))
        return await self._ownership.claim_run(run)

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
        context = self._admission.context(None, context)
        await self._admission.check(thread)
        await session.check(thread, decisions, named=True)
        await self._ownership.claim_thread(thread)
        self._admission.check_room(thread)  # someone else may have been quicker while the thread was looked at
        return self.runs.hold(session.resume(thread, decisions, tags=tags, context=context, named=True))

    async def stop(self, run_id: str) -> None:
        """Begin to stop a run; harmless when it is over. Raises `UnknownRun`, `ThreadBusy` when it is not ours."""
        run = await self.runs.find(run_id)
        if run is not None:
            run.request_stop()
        elif (await self.runs.record(run_id)).status is None:
            raise ThreadBusy(f"Run {run_id} goes on in another process.", hint="Stop it there.")

    async def stop_all(self) -> None:
        """Take no more runs, and stop those that go on: their readers get `run.finished`."""
        self._admission.closing = True
        await asyncio.gather(*(run.stop() for run in self.runs.running))

    async def state(self, thread: str) -> Any:
        """The thread's latest `StateSnapshot`. Raises `UnknownThread`, for another's too."""
        session = await self.open()
        await self._ownership.check_thread(thread)
        return await session.state(thread)

    async def threads(self, limit: int = 50) -> list[ThreadInfo]:
        """The latest threads, newest first."""
        session = await self.open()
        return await session.threads(limit, among=self._ownership.of_threads)

    @property
    def closing(self) -> bool:
        """Whether the server is being stopped."""
        return self._admission.closing

    @property
    def models(self) -> list[str]:
        """The models that a caller may choose, the default one first; none where the graph chooses its own."""
        return self._admission.models

    @property
    def has_documents(self) -> bool:
        """Whether the documents of the session are what its graph answers from."""
        return self.session.bundled if self._documents is None else self._documents
