"""Threads and runs over one graph and its checkpointer, on this machine's disk."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from ..knowledge import IndexProgress
from ..knowledge.index_cache import library, prepare
from ..models.budget import check_budget
from ..models.guard import Mask, mask_logs
from ..models.guard.configured import asettings_mask
from ..models.scoring import RunScores, noted_in
from ..settings import Settings, active, use
from ..stores.opening import open_stores
from ..stores.sharing import Orphan
from ..stream.continuation import Continuation
from ..stream.errors import MainstemError, ThreadError
from ..stream.events import Progress as ProgressEvent
from ..stream.jsonable import jsonable
from ..stream.repair import heal
from ..stream.run import Run, resuming
from ..stream.run_options import Emit, RunOptions
from ..stream.sources import LocalGraph, Source, source_of
from ..stream.sources import context as contexts
from ..stream.watch import with_thread
from . import agents, takeover
from .admission import asks_anew, check_input, check_name, check_nothing_waits
from .approvals import check_decisions, requests_of
from .branches import check_there, from_checkpoint, last_question, place
from .budgets import opened_accounts
from .masking import masked_input
from .questions import is_question, question_input
from .rollout import Rollout, Shadow
from .run_store import RunStore
from .scoring import Scoring
from .session_runs import Docs, SessionRuns
from .steering import steer
from .telemetry import telemetry_options
from .thread_branches import resumed_at
from .thread_queue import Policy, ThreadQueue
from .thread_store import ThreadStore
from .tool_servers import hold_tool_servers

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
        self._graph = graph
        self._agent = agent
        self._answer_nodes = answer_nodes
        self._source: Source | None = None
        self._mask: Mask | None = None
        self._telemetry: TelemetryOptions | None = None
        self._runs = SessionRuns()
        self._queue = ThreadQueue(self.stores.threads)
        self._rollout = Rollout(self.settings, self._runs.hold)
        self._scoring = Scoring(self.settings.score, self.feedback)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Load the graph and open the threads. Raises `AgentError` or `MainstemError` when that fails."""
        try:
            self._source = await self._opened()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def _opened(self) -> Source:
        self._telemetry = await telemetry_options(self.settings)
        graph = self._graph
        if graph is None:
            self._agent = self._agent or await asyncio.to_thread(agents.find)
            self._mask = await asettings_mask(self.settings) if self.bundled else None
            mask_logs(self._mask)
            if self.bundled:
                await hold_tool_servers(self.settings, self._stack)
            with use(self.settings):
                graph = await self._stack.enter_async_context(agents.opened(self._agent))
        self._rollout.check(bundled=self.bundled)
        source = source_of(graph)
        if source.keeps_threads or not hasattr(graph, "checkpointer"):
            return source
        keeper = await self._stack.enter_async_context(self.stores.threads.saver())
        source = source_of(graph.copy(update={"checkpointer": keeper}))
        if self.stores.sharing is not None and isinstance(source, LocalGraph):
            source.durability = "sync"  # another process may go on with the thread: no step begins before it is kept
            self.stores.sharing.obey(takeover.obeying(self))
        return source

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop what still runs, and write what is left to write."""
        await self._rollout.close()
        await self._scoring.close()
        await self._runs.stop()
        self._source = None
        await self.journal.close()
        await self._stack.aclose()

    @property
    def source(self) -> Source:
        """The graph of this session. Raises `MainstemError` outside of `async with`."""
        if self._source is None:
            raise MainstemError("The session is not open.", hint="Use it as: async with Session() as session: …")
        return self._source

    @property
    def is_open(self) -> bool:
        """Whether it was entered."""
        return self._source is not None

    @property
    def bundled(self) -> bool:
        """Whether this session's graph is the agent that comes with the package."""
        return self._agent is not None and self._agent.bundled

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
        asked = masked_input(given, self._mask, options.config)
        shadow = self._rollout.shadow(self.source, asked, options, docs)
        options = replace(options, before=partial(self._begin, asked, options.config, shadow))
        if config is None and checkpoint_id is None:
            options = self._shared(options, asked, docs=docs)
        if policy == "reject" or not options.thread_id:
            run = self._run(asked, options, docs)
        else:
            place = self._queue.join(options.thread_id)
            run = self._run(asked, replace(options, turn=place.turn, around=place.lease), docs)
            run.when_done(place.leave)
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
        said = masked_input(text, self._mask, {"configurable": {"thread_id": thread}})
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
        if config is None and checkpoint_id is None:
            options = self._shared(options, None, docs=docs, decisions=decisions)

        async def check(_: Emit) -> None:
            await self.recorded()
            await self.check(thread, decisions, named=named, checkpoint_id=checkpoint_id)

        return self._run(resuming(decisions), replace(options, before=check), docs)

    def go_on(self, orphan: Orphan, given: Any, request: Mapping[str, Any], before: Continuation) -> Run:
        """Go on with a run whose process died: with `given`, or from the thread's last checkpoint; see `Takeover`."""
        docs = None if request["docs"] is None else [Path(place) for place in request["docs"]]
        options = self._options(orphan.thread_id, orphan.tags, None, request["context"], docs, begun=True)
        options = replace(self._shared(options, None), request=orphan.request, continues=before)
        if self.bundled:
            options = replace(options, before=self._prepare)
        if orphan.holds_thread:
            return self._run(given, options, docs)
        place = self._queue.join(orphan.thread_id)  # it waited for its thread, and waits again
        run = self._run(given, replace(options, turn=place.turn, around=place.lease), docs)
        run.when_done(place.leave)
        return run

    def _shared(self, options: RunOptions, given: Any, *, docs: Docs = None, decisions: Any = None) -> RunOptions:
        """The options of a run that other processes can go on with, where the stores are shared."""
        sharing = self.stores.sharing
        if sharing is None or not options.thread_id or not self.source.keeps_threads:
            return options
        request = takeover.asked(given, decisions=decisions, context=options.context, docs=docs)
        return replace(options, request=request, when_lost=sharing.when_lost)

    def _run(self, given: Any, options: RunOptions, docs: Docs) -> Run:
        scores = RunScores(options.tags)
        with use(self._rollout.settings(options.tags, docs)), noted_in(scores):
            run = Run(self.source, given, options)
        self._scoring.follow(run, scores)
        return self._runs.hold(run, docs)

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
        """`begun`: the run has its tags already, and the variant that they name."""
        full = with_thread(self.source, config)
        if thread is not None:
            full["configurable"]["thread_id"] = thread
        thread_id = str(full["configurable"].get("thread_id") or "")
        told: dict[str, str] = jsonable(dict(tags or {}))
        if not begun:
            told = self._rollout.tagged(told, thread_id, context if self.bundled else None)
        settings = self._rollout.settings(told)
        if self.bundled:
            full.setdefault("recursion_limit", settings.max_steps)
        if told:
            # LangGraph takes a run of the same `run_id` in its metadata for one that goes on
            full["metadata"] = {**(full.get("metadata") or {}), **{k: told[k] for k in told if k != "run_id"}}
        return RunOptions(
            config=full,
            context=self._rollout.context(told, context),
            answer_nodes=self._answer_nodes,
            tags=told,
            journal=self.journal,
            memory=int(self.settings.log_mb * 2**20),
            accounts=partial(opened_accounts, settings, thread_id, told.get("user", "")),
            around=partial(self.stores.threads.lease, thread_id) if thread_id else nullcontext,
            telemetry=self._telemetry,
            requests=self.with_words,
            resume=lambda decisions: self.resume(
                thread_id, decisions, tags=told, config=config, context=context, docs=docs
            ),
        )

    async def _begin(self, given: Any, config: dict[str, Any], shadow: Shadow | None, emit: Emit) -> None:
        """Look whether the run may begin; then do what a run of this graph begins with."""
        await self.recorded()
        await self._admit(given, config)
        await self._rollout.began(shadow, emit)
        if self.bundled:
            await check_budget(active())  # a variant may have another model
            await self._prepare(emit)
        elif self.source.keeps_threads and asks_anew(given):
            await heal(self.source, config, given)

    async def admit(self, given: Any, thread: str | None = None, checkpoint_id: str | None = None) -> None:
        """Return when `start` can begin so. Raises what a run would fail with: see there, and `DamagedThread`."""
        await self._admit(given, {"configurable": place(thread, checkpoint_id)} if thread else None)

    async def _admit(self, given: Any, config: dict[str, Any] | None) -> None:
        if self.bundled:
            await check_budget(self.settings)
        values: Any = None
        if config is not None and self.source.keeps_threads and asks_anew(given):
            check_name(str(config["configurable"]["thread_id"]))
            if not (self.bundled and is_question(given) and await self._is_free(config)):
                snapshot = await self._state_at(config)
                check_there(snapshot, config)
                check_nothing_waits(str(config["configurable"]["thread_id"]), snapshot)
                values = snapshot.values
        check_input(self.source, given, values)

    async def _prepare(self, emit: Emit) -> None:
        """Index what the settings of the run name, and the bundled docs, before the agent looks for them."""

        def tell(progress: IndexProgress) -> None:
            if progress.unchanged:
                return
            emit(ProgressEvent(label=progress.label, done=progress.done, total=progress.total, unit=progress.unit))

        await prepare(active(), tell)

    def accept(self, context: Any) -> None:
        """Return when the graph takes this context, which came as JSON. Raises `ContextError` with what it takes."""
        contexts.check(self.source.graph, context)

    async def check(
        self, thread: str, decisions: Any = None, *, named: bool = False, checkpoint_id: str | None = None
    ) -> str | None:
        """Return when `resume` can go on so: the id of the question that is answered.

        Raises `UnknownThread`, or `MainstemError` with what to do instead.
        """
        snapshot = await self.state(thread, checkpoint_id)
        if checkpoint_id is not None and not await self.is_end(thread, checkpoint_id):
            hint = "Its /branches tell where each branch ends."
            raise ThreadError(f"No branch of thread {thread!r} ends at {checkpoint_id!r}.", hint=hint)
        if decisions is not None and not snapshot.interrupts:
            raise ThreadError(f"Thread {thread!r} waits for no decision.", hint="Ask it something instead.")
        if decisions is None:
            check_nothing_waits(thread, snapshot)
        else:
            check_decisions(decisions, requests_of(snapshot.interrupts), named=named)
        return last_question(snapshot)
