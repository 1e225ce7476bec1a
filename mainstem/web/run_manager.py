"""Where all routes of a process start and stop runs. It knows nothing of HTTP."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from mainstem.sessions.admission.thread_queue import Policy
from mainstem.sessions.approvals.waiting import WaitingApproval, waiting_in
from mainstem.sessions.session import Session
from mainstem.sessions.takeover import Takeover
from mainstem.sessions.threads.info import ThreadInfo
from mainstem.stores.sharing import Command
from mainstem.stream.errors import ThreadBusy, ThreadError
from mainstem.stream.run import Run

from .auth.authenticate import Authenticate
from .auth.gate import Gate
from .auth.rates import UserStreams
from .document_scope import DocumentScope
from .expiry import Expiry
from .ownership import Ownership
from .run_admission import RunAdmission
from .run_attribution import RunAttribution
from .run_lookup import RunLookup
from .timeouts import StreamTimeouts


class RunManager:
    """Runs of one session. The session is opened when it is first needed, and closed here only if it was opened here.

    `runs` finds them, and `streams` counts who reads: routes pass it with each stream. `timeouts`: how long those wait.
    `documents`: whether the session's library is what its graph searches; None: when the graph is the bundled agent.
    `context`: what runs get that are given none.

    Threads, and runs without one, belong to the manager that began them, under `name` or, when None, under its graph's
    name and where the router of the request is included; what belongs to another is unknown here. What no manager began
    (Python, the command line, an older version) is known to a manager that is alone with its home in this process.

    `auth`: how users are known, `authenticate(headers) -> User`; None: as MAINSTEM_AUTH says, and where that is unset
    nobody is asked. With users, threads, runs and uploads belong to who began them.
    """

    def __init__(
        self,
        session: Session,
        *,
        documents: bool | None = None,
        context: Mapping[str, Any] | None = None,
        name: str | None = None,
        auth: Authenticate | None = None,
        timeouts: StreamTimeouts | None = None,
    ) -> None:
        self.session = session
        self.timeouts = timeouts or StreamTimeouts()
        self.gate = Gate(session.settings, auth)
        self.streams = UserStreams(session.settings.serve_streams, session.settings.serve_streams_each)
        self._ownership = Ownership(session, name, lambda: self.gate.user)
        self.documents = DocumentScope(session, self.gate, self.open, shown=documents)
        self.runs = RunLookup(session, self._ownership, self.open)
        self._admission = RunAdmission(session, self._ownership, self.runs, context)
        self._expiry = Expiry(session, self._ownership, self.documents, self._admission, self._hold)
        self._attribution = RunAttribution(self.gate)
        self._opening = asyncio.Lock()
        self._opened = False
        self.takeover: Takeover | None = None
        """What this process does for those that share its stores, once the session is open."""

    async def open(self) -> Session:
        """The session, open. Raises what opening it raises: `AgentError`, `MainstemError`."""
        async with self._opening:
            self._ownership.enter()
            if not self.session.is_open:
                await self.session.__aenter__()
                self._opened = True
                self._begin_takeover()  # first: what can be gone on with is not to be ended
                await self.session.journal.recover()
                self._expiry.begin()
            self._begin_takeover()
        return self.session

    def _begin_takeover(self) -> None:
        if self.takeover is None:
            self.takeover = Takeover(self.session, self._hold)
            self.takeover.begin()

    async def __aenter__(self) -> None:
        """Open the session: `FastAPI(lifespan=lambda app: manager)` takes a manager. Raises for wrong settings, too."""
        await self.gate.prepare()
        await self.open()
        await self._admission.check_settings()

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
        checkpoint_id: str | None = None,
        policy: Policy = "reject",
        listed: bool = True,
    ) -> Run:
        """Run the graph on `given`, in a new thread or in `thread`, there from a checkpoint or from its end.

        `model`: one of `models`; None: as the settings say. `context`: the graph's; None: that of this manager.
        `policy`: "queue" lets the run wait while another one has the thread. `listed`: whether lists name a thread that
        begins with this and was not named. Raises
        `ThreadBusy`, `DecisionPending`, `WrongInput`, `ThreadError` where the graph keeps no threads, `ModelRefused`,
        `ContextError`, `LimitReached`, `Closing`, `NotAllowed`, `RateExceeded`.
        """
        self._ownership.check_role("ask")
        await self.gate.rates.check_tokens()
        session = await self.open()
        context = self._admission.context(model, context)
        if checkpoint_id is not None and thread is None:
            raise ThreadError("A checkpoint_id needs the thread that it belongs to.", hint="Name the thread, too.")
        await self._admission.check(thread, policy)
        await session.admit(given, thread, checkpoint_id)
        thread = await self._claimed(thread, policy, listed=listed)
        docs, tags = await self.documents.of_user(self.gate.user.id), self._attribution.tags(tags)
        run = session.start(
            given,
            thread=thread,
            tags=tags,
            context=context,
            docs=docs,
            checkpoint_id=checkpoint_id,
            policy=policy,
        )
        self._hold(run)
        await session.recorded()  # whoever is told of it may ask another process
        return await self._ownership.claim_run(run)

    async def _claimed(self, thread: str | None, policy: Policy, *, listed: bool) -> str | None:
        """The thread of a new run, the user's from now on; None where the graph keeps none."""
        claimed = await self._ownership.claim_thread(thread)
        if claimed and not (thread or listed):
            await self._ownership.unlist(claimed)
        self._admission.check_room(claimed, policy)  # someone may have been quicker while the thread was looked at
        return claimed

    async def steer(self, thread: str, text: str) -> Run | None:
        """Add a message to the run that goes on in a thread; returns it, or None where none goes on in this process.

        Raises `UnknownThread`, and `ThreadError` for a graph that reads nothing while it runs.
        """
        self._ownership.check_role("ask")
        await self.gate.rates.check_tokens()
        session = await self.owned(thread, changing=True)
        run = await self.runs.running_in(thread)
        return None if run is None else session.steer(thread, text, hold=self._hold)

    async def resume(
        self,
        thread: str,
        decisions: Any = None,
        *,
        tags: Mapping[str, str] | None = None,
        context: Mapping[str, Any] | None = None,
        checkpoint_id: str | None = None,
    ) -> Run:
        """Go on with a thread, as `Session.resume` does; an answer names its interrupt: who is far away may have seen
        another one. `checkpoint_id`: the end of the branch that waits; None: the latest does. Raises `UnknownThread`,
        `ThreadError`, `WrongDecision`, and as `start`.
        """
        self._ownership.check_role("ask" if decisions is None else "approve")
        await self.gate.rates.check_tokens()
        session = await self.open()
        context = self._admission.context(None, context)
        await self._admission.check(thread, deciding=decisions is not None)
        asked = await session.check(thread, decisions, named=True, checkpoint_id=checkpoint_id)
        await self._ownership.claim_resumed(thread)
        self._admission.check_room(thread)  # someone else may have been quicker while the thread was looked at
        owner = await self._ownership.owner_of(thread) or ""
        docs = await self.documents.of_user(owner)
        tags = self._attribution.tags(tags, owner)
        run = session.resume(
            thread,
            decisions,
            tags=tags,
            context=context,
            checkpoint_id=checkpoint_id,
            question_id=asked if checkpoint_id else None,
            named=True,
            docs=docs,
        )
        self._hold(run)
        await session.recorded()
        return run

    async def stop(self, run_id: str) -> None:
        """Begin to stop a run, in whichever process; harmless when it is over. Raises `UnknownRun`, `ThreadBusy`."""
        await self._command(Command(run_id, "stop", ""))

    async def halt(self, run_id: str, text: str = "") -> None:
        """Begin to halt a run for its supervisor, with a text for people; else as `stop`."""
        await self._command(Command(run_id, "halt", text))

    async def _command(self, command: Command) -> None:
        """Obey, or let the process do so that has the run. Raises `UnknownRun`, `ThreadBusy` where none can be told."""
        self._ownership.check_role("ask")
        await self.runs.check_own(command.run_id)
        if await self.runs.find(command.run_id) is not None:
            self.session.obey(command)
        elif (await self.runs.record(command.run_id)).status is None:
            sharing = self.session.stores.sharing
            if sharing is None:
                raise ThreadBusy(f"Run {command.run_id} goes on in another process.", hint="Stop it there.")
            await sharing.command(command)

    def retire(self) -> None:
        """Take no more runs: neither new ones nor those of processes that died."""
        self._admission.closing = True
        if self.takeover is not None:
            self.takeover.end()

    async def stop_all(self) -> None:
        """Take no more runs, and stop those that go on: their readers get `run.finished`."""
        self.retire()
        await self._expiry.close()
        await asyncio.gather(*(run.stop() for run in self.runs.running))

    async def state(self, thread: str) -> Any:
        """The thread's latest `StateSnapshot`. Raises `UnknownThread`, for another's too."""
        return await (await self.owned(thread)).state(thread)

    async def owned(self, thread: str, *, changing: bool = False) -> Session:
        """The session, open, for what is done with a thread that the user may see, or change.

        Raises `UnknownThread`, and `NotAllowed` where they may only see it.
        """
        session, ownership = await self.open(), self._ownership
        await (ownership.check_own_thread(thread) if changing else ownership.check_thread(thread))
        return session

    async def threads(self, limit: int = 50, *, after: str | None = None, search: str = "") -> list[ThreadInfo]:
        """The latest threads, newest first; see `Session.threads`."""
        session = await self.open()
        return await session.threads(limit, among=self._ownership.of_threads, after=after, search=search)

    async def approvals(self, limit: int = 50, thread: str | None = None) -> list[WaitingApproval]:
        """What waits for a person in the threads that the user may see, or in one; see `Session.approvals`."""
        session = await self.open() if thread is None else await self.owned(thread)
        if thread is not None:
            info = await session.describe(thread)
            return await waiting_in([info], session.state, session.stores.reviews)
        return await session.approvals(limit, among=self._ownership.of_threads)

    def _hold(self, run: Run) -> Run:
        """Hold a run; what it uses counts for its user."""
        self._attribution.count(run)
        self._expiry.follow(run)
        return self.runs.hold(run)

    @property
    def closing(self) -> bool:
        """Whether the server is being stopped."""
        return self._admission.closing

    @property
    def models(self) -> list[str]:
        """The models that a caller may choose, the default one first; none where the graph chooses its own."""
        return self._admission.models
