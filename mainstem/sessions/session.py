"""Threads and runs over one graph and its checkpointer, on this machine's disk."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..knowledge.index_cache import library
from ..models.budget import check_budget
from ..settings import Settings, active
from ..stores.opening import open_stores
from ..stores.sharing import Orphan
from ..stream.continuation import Continuation
from ..stream.errors import ThreadError
from ..stream.repair import heal
from ..stream.run import Run, resuming
from ..stream.run_options import Emit, RunOptions
from ..stream.sources import Source
from ..stream.sources import context as contexts
from . import agents, takeover
from .admission.checkpoint import from_checkpoint, gone_on_at, resumed_at
from .admission.decisions import check_resume
from .admission.documents import index_documents
from .admission.masking import masked_input
from .admission.questions import question_input
from .admission.recorded_request import RecordedRequest
from .admission.run_setup import RunSetup
from .admission.start import check_start
from .admission.thread_queue import Policy
from .rollout import Rollout, Shadow
from .run_launcher import RunLauncher
from .run_store import RunStore
from .scoring import Scoring
from .session_graph import SessionGraph
from .session_runs import Docs, SessionRuns
from .steering import steer
from .telemetry import telemetry_options
from .threads.checkpoints import place
from .threads.store import ThreadStore

if TYPE_CHECKING:
    from ..stream.telemetry.run import TelemetryOptions


class Session(ThreadStore, RunStore):
    """Ask, resume and look back, over the agent that the working folder's langgraph.json names, or the bundled one.

    `Session(graph=…)` works over any compiled graph or `RemoteGraph`; one without a checkpointer is given ours. Use it
    as an async context manager. `settings` default to the environment's.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        graph: Any = None,
        agent: agents.Agent | None = None,
        answer_nodes: frozenset[str] | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.library = library(self.settings)
        self.stores = open_stores(self.settings)
        self.journal = self.stores.journal
        self._graph = SessionGraph(self.settings, self.stores, graph, agent)
        self._telemetry: TelemetryOptions | None = None
        self._runs = SessionRuns()
        self._rollout = Rollout(self.settings, self._runs.hold)
        self._scoring = Scoring(self.settings.score, self.feedback)
        self._launcher = RunLauncher(self._graph, self.stores.threads, self._rollout, self._scoring, self._runs)
        self._setup = RunSetup(self.settings, self.stores, self._graph, self._rollout, answer_nodes)

    async def __aenter__(self) -> Self:
        """Load the graph and open the threads. Raises `AgentError` or `MainstemError` when that fails."""
        self._telemetry = await telemetry_options(self.settings)
        try:
            await self._graph.open(takeover.obeying(self))
            self._rollout.check(bundled=self.bundled)
        except BaseException:
            await self._graph.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop what still runs, and write what is left to write."""
        await self._rollout.close()
        await self._scoring.close()
        await self._runs.stop()
        try:
            await self._graph.close()
        finally:
            await self.journal.close()

    @property
    def source(self) -> Source:
        """The graph of this session. Raises `MainstemError` outside of `async with`."""
        return self._graph.source

    @property
    def is_open(self) -> bool:
        """Whether it was entered."""
        return self._graph.is_open

    @property
    def bundled(self) -> bool:
        """Whether this session's graph is the agent that comes with the package."""
        return self._graph.bundled

    # runs

    def ask(
        self,
        question: str,
        *,
        thread: str | None = None,
        tags: Mapping[str, str] | None = None,
        context: Any = None,
        checkpoint_id: str | None = None,
        policy: Policy = "reject",
        traceparent: str | None = None,
    ) -> Run:
        """Ask a question, in a new thread or in `thread`; returns the run at once, to be read.

        `checkpoint_id`: where in the thread to go on from, as `fork` tells it; None: from its end. `policy`: what
        becomes of the run while another one has the thread: "reject" ends it as failed (`ThreadBusy`), "queue" lets it
        wait. `traceparent`: the caller's span, as the header of that name has it; the run's trace goes on from it.
        """
        return self.start(
            question_input(question),
            thread=thread,
            tags=tags,
            context=context,
            checkpoint_id=checkpoint_id,
            policy=policy,
            traceparent=traceparent,
        )

    def start(
        self,
        given: Any,
        *,
        thread: str | None = None,
        tags: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        context: Any = None,
        checkpoint_id: str | None = None,
        policy: Policy = "reject",
        docs: Docs = None,
        traceparent: str | None = None,
    ) -> Run:
        """Run the graph on any input; `checkpoint_id` and `policy` as in `ask`.

        `context`: the graph's run-scoped context; without one, a graph with a context schema gets its defaults.
        `docs`: what the bundled agent answers from instead of what the settings name. What keeps it from running ends
        the run as failed: `ThreadBusy`; `DecisionPending` when the thread waits for a decision, which is kept;
        `WrongInput` for what the graph cannot store, and nothing is stored; `WrongThreadId` for a new thread's id with
        a slash or a control character; `UnknownPrice` under a budget.
        """
        options = replace(self._options(thread, tags, config, context, docs), traceparent=traceparent)
        options = from_checkpoint(options, checkpoint_id)
        asked = masked_input(given, self._graph.mask, options.config)
        shadow = self._rollout.shadow(self.source, asked, options, docs)
        options = replace(options, before=partial(self._begin, asked, options.config, shadow))
        if config is None:
            request = RecordedRequest(asked, None, options.context, docs, checkpoint_id)
            options = self._setup.movable(options, request)
        run = self._launcher.launch(asked, options, docs, policy)
        self._rollout.follow(run, shadow)
        return run

    def steer(self, thread: str, text: str, *, hold: Callable[[Run], Any] | None = None) -> Run:
        """Add a message to the run that goes on in a thread here; returns that run.

        The bundled agent reads it before it asks its model again, also in place of ending, and so does a graph of yours
        with a node that returns `steered()`. What the run ends without reading is asked then. Raises `ThreadError` when
        no run goes on in the thread in this session, or its graph reads nothing. `hold`: called with the run that asks.
        """
        run, docs = self._runs.in_thread(thread) or (None, None)
        if run is None:
            raise ThreadError(f"No run goes on in thread {thread!r} here.", hint="Ask it as a question.")
        said = masked_input(text, self._graph.mask, {"configurable": {"thread_id": thread}})
        steer(run, said, reads=self.bundled, ask_later=partial(self._ask_after, run, docs, hold))
        return run

    def ask_unread(self, run: Run, hold: Callable[[Run], Any]) -> None:
        """Ask now, for when its thread is free, what was added to a run that will not read it; see `steer`."""
        _, docs = self._runs.in_thread(run.thread_id or "") or (None, None)
        for text in run.inbox.take():
            self._ask_after(run, docs, hold, text)

    def _ask_after(self, run: Run, docs: Docs, hold: Callable[[Run], Any] | None, text: str) -> None:
        if not self.is_open:
            return
        asked = question_input(text)
        later = self.start(asked, thread=run.thread_id, tags=run.tags, context=run.context, docs=docs, policy="queue")
        if hold is not None:
            hold(later)

    def resume(
        self,
        thread: str,
        decisions: Any = None,
        *,
        tags: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        context: Any = None,
        checkpoint_id: str | None = None,
        question_id: str | None = None,
        named: bool = False,
        docs: Docs = None,
        traceparent: str | None = None,
    ) -> Run:
        """Go on with a thread: with decisions for its interrupts, or, after a crash, from its last checkpoint.

        `decisions`: `{interrupt_id: {"decisions": [{"type": "approve"}]}}` (LangChain's `HITLResponse`), or one
        response alone when there is one interrupt. What does not answer them ends the run as failed, with
        `WrongDecision`, and the thread waits on. `named`: take answers by interrupt id only. `config` and `context` are
        not kept with a thread: give those of the run that is resumed (`run.resume()` does). An unknown thread ends the
        run as failed, with `UnknownThread`. `checkpoint_id`: the end of the branch that waits, as `branches` tells it;
        the thread is that branch from then on. `question_id`: what the run is to tell that it answers.
        """
        options = replace(self._options(thread, tags, config, context, docs), traceparent=traceparent)
        options = replace(resumed_at(options, checkpoint_id), question_id=question_id)
        if config is None:
            request = RecordedRequest(None, decisions, options.context, docs, checkpoint_id)
            options = self._setup.movable(options, request)

        async def check(_: Emit) -> None:
            await self.recorded()
            await self.check(thread, decisions, named=named, checkpoint_id=checkpoint_id)

        return self._launcher.launch(resuming(decisions), replace(options, before=check), docs)

    def go_on(
        self, orphan: Orphan, given: Any, request: RecordedRequest, before: Continuation, at: str | None = None
    ) -> Run:
        """Go on with a run whose process died: with `given`, or from the thread's last checkpoint; see `Takeover`.

        `at`: the checkpoint of an earlier branch that it was asked at, where it has written nothing yet.
        """
        options = self._options(orphan.thread_id, orphan.tags, None, request.context, request.docs, begun=True)
        options = gone_on_at(options, at, request)
        options = replace(self._setup.movable(options, request), request=orphan.request, continues=before)
        if self.bundled:
            options = replace(options, before=index_documents)
        policy: Policy = "reject" if orphan.holds_thread else "queue"  # what waited for its thread waits again
        return self._launcher.launch(given, options, request.docs, policy)

    def _options(
        self,
        thread: str | None,
        tags: Mapping[str, str] | None,
        config: Any,
        context: Any,
        docs: Docs,
        *,
        begun: bool = False,
    ) -> RunOptions:
        options = self._setup.options(thread, tags, config, context, begun=begun)
        thread_id, told = options.thread_id or "", options.tags
        again = partial(self.resume, thread_id, tags=told, config=config, context=context, docs=docs)
        return replace(options, telemetry=self._telemetry, requests=self.with_words, resume=again)

    async def _begin(self, given: Any, config: dict[str, Any], shadow: Shadow | None, emit: Emit) -> None:
        """Look whether the run may begin; then do what a run of this graph begins with."""
        await self.recorded()
        thread = await check_start(self.source, given, config, self._agent_settings)
        await self._rollout.began(shadow, emit)
        if self.bundled:
            await check_budget(active())  # a variant may have another model
            await index_documents(emit)
        elif thread is not None:
            await heal(self.source, config, thread, given)

    async def admit(self, given: Any, thread: str | None = None, checkpoint_id: str | None = None) -> None:
        """Return when `start` can begin so. Raises what a run would fail with: see there, and `DamagedThread`."""
        config = {"configurable": place(thread, checkpoint_id)} if thread else None
        await check_start(self.source, given, config, self._agent_settings)

    @property
    def _agent_settings(self) -> Settings | None:
        """The settings that the bundled agent is run with; None: another graph is."""
        return self.settings if self.bundled else None

    def accept(self, context: Any) -> None:
        """Return when the graph takes this context, which came as JSON. Raises `ContextError` with what it takes."""
        contexts.check(self.source.graph, context)

    async def check(
        self, thread: str, decisions: Any = None, *, named: bool = False, checkpoint_id: str | None = None
    ) -> str | None:
        """Return when `resume` can go on so: the id of the question that is answered.

        Raises `UnknownThread`, or `MainstemError` with what to do instead.
        """
        return await check_resume(self, thread, decisions, named=named, checkpoint_id=checkpoint_id)
