"""One run of one graph, watched: the graph in a task of its own, its events in a log, any number of readers."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import uuid4

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables.config import merge_configs
from langgraph.errors import GraphRecursionError
from langgraph.types import Command

from ..settings import chosen
from . import gc_tuning, log_context, prices, trace_context
from .callbacks.budget import BudgetCallbacks
from .callbacks.model_calls import ModelCalls
from .errors import SourceError, StreamCut, ThreadBusy, describe
from .events import AnyEvent, Event, HaltReason, Notice, RunStarted, decode
from .log import Log
from .plot import plot
from .repair import last_id, repair, unanswered
from .run_budget import Accounts, OpenAccounts, RemoteSpending, held
from .sequencer import Sequencer
from .shape import By, shaped
from .sources import Source
from .sources.blocking import still_running
from .spending import Spending
from .spill import RecordedRun, Recorder, TemporarySpill
from .steering import Inbox, inbox_of_run
from .trace_context import parse_traceparent
from .transcript import Result, Transcript
from .translate import RunState, ends_message, stored, tools, translate_part
from .translate.conversation import GraphConversations
from .translate.custom import HALTS
from .translate.outcome import RunEnding, outcome, run_finished
from .waiting import until_over

if TYPE_CHECKING:
    from altair import VConcatChart

    from .telemetry.run import RunTelemetry, TelemetryOptions

T = TypeVar("T")

MEMORY = 4 * 2**20
"""Bytes of a run's events that are kept in memory when nobody says otherwise."""

PLACED_WITHIN = 1.0
"""Seconds that the start of a call may wait for the word where it is made."""

HALTS_WITHIN = 0.1
"""Seconds until a graph whose budget is used up is stopped: what was paid for before is shown by then."""

Emit = Callable[[Event], None]


@dataclass(frozen=True)
class RunOptions:
    """What a run is given beside its graph and input. `Session` fills in what `watch` leaves at the defaults."""

    config: dict[str, Any]
    """The run's `RunnableConfig`."""
    context: Any = None
    """The graph's run-scoped context."""
    answer_nodes: frozenset[str] | None = None
    """The nodes whose words are the answer."""
    tags: dict[str, str] = field(default_factory=dict[str, str])
    """Whatever costs are told apart by."""
    journal: Recorder | None = None
    """Where the events are kept; None: a temporary file, begun only when memory is full."""
    memory: int = MEMORY
    """Bytes of events kept in memory."""
    around: Callable[[], AbstractAsyncContextManager[Any]] = nullcontext
    """Entered before the graph starts and left after the thread is repaired: a thread's lock."""
    turn: Callable[[], Coroutine[Any, Any, None]] | None = None
    """Awaited before `around` is entered, and again where that raises `ThreadBusy`: a place in a queue."""
    before: Callable[[Emit], Awaitable[None]] | None = None
    """Awaited before the graph starts; what it emits belongs to the run: the indexing."""
    accounts: OpenAccounts = lambda: nullcontext(Accounts())
    """Opens what its budgets have left, while the graph runs."""
    resume: "Callable[[Any], Run] | None" = None
    """How to start the run that resumes this one; None: the same graph with the same setting."""
    traceparent: str | None = None
    """The caller's span, as a `traceparent` header has it; None: that of the request that is answered, if any."""
    telemetry: "TelemetryOptions | None" = None
    """What the run is traced with; None: as `MAINSTEM_TELEMETRY` says where there is no session, else with nothing."""

    @property
    def thread_id(self) -> str | None:
        """The thread that the config names."""
        return self.config.get("configurable", {}).get("thread_id")


class Run:
    """A run that is under way or over. Iterate it for its events; leaving that iteration early stops the run.

    `events()` gives further readers, at any time, from any position; they come and go without touching the run.
    """

    def __init__(self, source: Source, given: Any, options: RunOptions) -> None:
        self.run_id = uuid4().hex
        self.thread_id = options.thread_id
        self.question_id = last_id(given)
        self._source = source
        self._given = given
        self._options = options
        self.inbox = Inbox()
        self._started = time.monotonic()
        self._state = RunState(
            answer_nodes=options.answer_nodes,
            began=self._started,
            tells_tasks="tasks" in source.modes,
            tells_tools="tools" in source.modes,
            shows=source.extra,
            kept=GraphConversations(
                direct_tools=source.direct_tools, resumed=given is None or isinstance(given, Command)
            ),
        )
        self._transcript = Transcript()
        self._telemetry = telemetry_of(options, self.run_id, self._started)
        self._spill = self._record(options.journal) if options.journal else None
        self._log = Log(self.run_id, options.memory, self._spill, TemporarySpill)
        seen = self._telemetry.seeing(self._transcript.add) if self._telemetry else self._transcript.add
        self._sequencer = Sequencer(self.run_id, self._log, seen)
        self._work: asyncio.Task[None] | None = None
        self._stopping = False
        self._halted: HaltReason | None = None
        self._life = asyncio.get_running_loop().create_task(self._live(), name=f"run {self.run_id}")

    def _record(self, journal: Recorder) -> RecordedRun:
        return journal.open(self.run_id, self.thread_id, self._source.name, self._options.tags, _now())

    def _clock(self) -> float:
        return round(time.monotonic() - self._started, 6)

    # its life

    async def _live(self) -> None:
        gc_tuning.began(self)
        log_context.run_id.set(self.run_id)
        self._put(self._run_started())
        try:
            end = await self._in_its_turn()
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - every run has an end that says why
            end = self._failed(error)
        try:
            with suppress(asyncio.CancelledError):
                await prices.loaded()  # the bill must be whole; nothing else waits for the list
            self._finish(end)
        finally:
            self._log.close()
            gc_tuning.ended(self)

    def _run_started(self) -> RunStarted:
        caller = parse_traceparent(self._options.traceparent or trace_context.incoming.get())
        trace_id, traceparent = (caller.trace_id, str(caller)) if caller else (None, None)
        if self._telemetry is not None:
            trace_id, traceparent = self._telemetry.trace_id, self._telemetry.traceparent
        return RunStarted(
            thread_id=self.thread_id,
            graph=self._source.name,
            tags=self._options.tags,
            started_at=_now(),
            trace_id=trace_id,
            traceparent=traceparent,
            question_id=self.question_id,
        )

    async def _in_its_turn(self) -> RunEnding:
        """Wait for the run's turn where it has one, and do the work; a stop ends the waiting."""
        while True:
            if self._options.turn is not None:
                waited = await self._worked(self._options.turn())
                if waited.cancelled() or waited.exception():
                    return self._verdict(waited)
            try:
                async with self._options.around():
                    return await self._to_its_end()
            except ThreadBusy:
                if self._options.turn is None:
                    raise

    async def _to_its_end(self) -> RunEnding:
        end = self._verdict(await self._worked(self._drain()))
        if end[0] in ("done", "truncated"):
            end = await self._earned(end)
        for event in self._state.close(self._clock()):
            self._put(event)
        if end[0] in ("stopped", "failed") or self._halted:
            for notice in still_running(self._source.graph, self._state):
                self._put(notice)
        if end[0] == "stopped" or end[1] == "steps" or self._halted:
            await self._repair()
        elif end[0] == "failed":
            await self._tell_unanswered()
        return end

    async def _worked(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do `work` in a task of its own, which a stop cancels; the task when it is over."""
        self._work = asyncio.create_task(work)
        if self._stopping:
            self._work.cancel()
        await until_over(self._work)
        return self._work

    async def _drain(self) -> None:
        inbox_of_run.set(self.inbox)
        if self._options.before is not None:
            await self._options.before(self._put)
        state = self._state
        async with held(self._options.accounts, self._budget_spent, self._put) as spending:
            remote = None if spending is None or self._source.in_process else RemoteSpending(spending)
            config = self._observed(spending)
            async for part in self._source.parts(self._given, config, self._options.context):
                if prices.loading() and ends_message(part):
                    await prices.loaded()  # once a process: a message's end has its cost, its words did not wait for it
                if part["type"] == "tools" and tools.is_unplaced(part, state):
                    await _placed(part, state)
                for event in translate_part(part, state, self._clock()):
                    if remote is not None:
                        remote.seen(event)
                    self._sequencer.put(event)

    def _observed(self, spending: Spending | None) -> dict[str, Any]:
        """The config, with callbacks that see each call of a model, and those that hold a budget."""
        config = with_callbacks(self._options.config, ModelCalls(self._state, self._clock))
        if spending is None:
            return config
        self._state.spending = spending
        return with_callbacks(config, *BudgetCallbacks(spending).handlers)

    def _budget_spent(self, rule: str, text: str) -> None:
        self._note_halt("budget", text, rule)
        asyncio.get_running_loop().call_later(HALTS_WITHIN, self._cancel)

    def _note_halt(self, reason: HaltReason, text: str, rule: str) -> None:
        self._halted = reason
        self._put(Notice(kind=HALTS[reason], text=text, rule=rule))

    def _verdict(self, work: asyncio.Task[None]) -> RunEnding:
        if self._halted:
            return "halted", self._halted, None
        if self._state.spending is not None and self._state.spending.error is not None:
            return self._failed(self._state.spending.error)
        if work.cancelled():
            return "stopped", None, None
        error = work.exception()
        if error is not None:
            return self._failed(error)
        return outcome(self._state)

    async def _earned(self, end: RunEnding) -> RunEnding:
        """A stream that has ended before its nodes is no end of the run, unless the source knows better."""
        running = [node.node for node in self._state.nodes.values() if node.timed]
        try:
            if not running or await self._source.is_over(self._options.config):
                return end
        except asyncio.CancelledError as error:
            return self._failed(error)
        where = f"{self._source.name} ended its stream while {running[-1]!r} was still running."
        return self._failed(StreamCut(where))

    def _failed(self, error: BaseException) -> RunEnding:
        if isinstance(error, asyncio.CancelledError):
            return "stopped", None, None
        said = describe(error)
        if isinstance(error, GraphRecursionError) or said.type == "GraphRecursionError":
            return "halted", "steps", said
        return "failed", None, said

    async def _repair(self) -> None:
        if self.thread_id is None or not self._source.keeps_threads:
            return
        try:
            await repair(self._source, self._options.config, self._state)
            await self._tell_kept()
        except Exception as error:  # noqa: BLE001 - a foreign graph's reducer or server may raise anything
            self._put(Notice(kind="review", text=f"The stopped thread could not be put in order: {error}"))

    async def _tell_unanswered(self) -> None:
        """A thread that failed is left as it is, for it can be resumed; what else it needs is said."""
        if self.thread_id is None or not self._source.keeps_threads:
            return
        with suppress(Exception):  # what made the run fail may keep its state from being read, and is told anyway
            async with asyncio.timeout(self._source.answers_within):
                notice = await unanswered(self._source, self._options.config)
            if notice:
                self._put(notice)

    async def _tell_kept(self) -> None:
        """What tasks had written when the run was stopped is stored only now."""
        if self._state.kept.conversation(()).writes:
            snapshot = await self._source.state({"configurable": {"thread_id": self.thread_id}})
            for event in stored.translate_values(snapshot.values, (), self._state, self._clock()):
                self._put(event)

    def _put(self, event: Event) -> None:
        self._sequencer.put(event if event.at else event.model_copy(update={"at": self._clock()}))

    def _finish(self, end: RunEnding) -> None:
        for event in self._state.close(self._clock()):
            self._put(event)
        if self._log.broken:
            text = f"The journal cannot be written ({self._log.broken}): a replay of this run will have a gap."
            self._put(Notice(kind="journal", text=text))
        elif self._log.lost:
            first, last = self._log.lost
            text = (
                f"Of the events {first} to {last}, some could not be written to the journal: a replay has a gap there."
            )
            self._put(Notice(kind="journal", text=text))
        for alert in self._telemetry.alerts(failed=end[0] == "failed") if self._telemetry else ():
            self._put(alert)
        last = run_finished(self._state, end, self._clock())
        self._put(last)
        if self._spill is not None:
            self._spill.finish(last.status, last.seconds)

    # its readers

    async def __aiter__(self) -> AsyncIterator[AnyEvent]:
        """The events from the first on. Leaving before the end stops the run."""
        try:
            async for event in self.events():
                yield event
        finally:
            if not self._log.closed:
                self.request_stop()

    def events(self, from_seq: int = 1) -> AsyncIterator[AnyEvent]:
        """The events from `from_seq` on, past and to come."""
        return self._read(from_seq, _decoded)

    def lines(self, from_seq: int = 1) -> AsyncIterator[bytes]:
        """The same as JSON, encoded once for all readers; no line break at the end."""
        return self._read(from_seq, iter)

    def batches(self, from_seq: int = 1) -> AsyncIterator[list[bytes]]:
        """The same, as many lines at a time as are there."""
        return self._read(from_seq, lambda batch: (batch,))

    def _read(self, from_seq: int, into: Callable[[list[bytes]], Iterable[T]]) -> AsyncIterator[T]:
        return self._log.read(from_seq, into) if self._telemetry is None else self._read_traced(from_seq, into)

    async def _read_traced(self, from_seq: int, into: Callable[[list[bytes]], Iterable[T]]) -> AsyncIterator[T]:
        reading = cast("RunTelemetry", self._telemetry).reader(self._log.last)
        try:
            async for item in self._log.read(from_seq, reading.noting(into)):
                yield item
        finally:
            reading.left()

    def shaped(
        self, by: By = "word", *, interval: float | None = None, max_chars: int | None = None, from_seq: int = 1
    ) -> AsyncIterator[Event]:
        """The events with their text cut anew, in unnumbered pieces: by token, word, sentence or interval.

        `interval`, in seconds: with `by="interval"` how long text is gathered (default 0.1); else the least time
        between two pieces, for a typing effect (default none). `max_chars` bounds a piece.
        A grapheme is split only where another event came in the middle of it.
        """
        return shaped(self.events(from_seq), by, interval=interval, max_chars=max_chars)

    def plot(self) -> "VConcatChart":
        """Tokens over time, the gaps between them and a timeline of the steps, as an Altair chart.

        Of a run that goes on, what there is so far. For a notebook: of a run that is larger than its memory, it waits
        for the disk. Raises `MissingExtra` where Altair is not installed.
        """
        return plot(map(decode, self._log.past()))

    # what it was given

    @property
    def tags(self) -> Mapping[str, str]:
        """Whatever costs are told apart by."""
        return self._options.tags

    @property
    def context(self) -> Any:
        """The graph's run-scoped context; None: its defaults."""
        return self._options.context

    # its end

    async def result(self) -> Result:
        """Wait for the end, and return what came of it. Never raises for what went wrong in the run."""
        await asyncio.shield(self._life)
        return self._transcript.result()

    async def stop(self) -> Result:
        """Stop the graph, keep what there is, and return it. Harmless when the run is stopping or over."""
        self.request_stop()
        return await self.result()

    def request_stop(self) -> None:
        """Begin to stop the graph; returns at once. The readers get `run.finished` when it has stopped."""
        self._stopping = True
        self._cancel()

    def halt(self, text: str = "", *, rule: str = "") -> None:
        """End the run as `halted` (reason: supervisor), as `request_stop` does; `text` tells people why."""
        if not (self._halted or self._stopping or self.finished):
            self._note_halt("supervisor", text or "A supervisor halted the run.", rule)
            self.request_stop()

    def _cancel(self) -> None:
        if self._work is not None:
            self._work.cancel()

    def when_done(self, call: Callable[[], None]) -> None:
        """Call `call` when the run is over."""
        self._life.add_done_callback(lambda _: call())

    @property
    def finished(self) -> bool:
        """Whether the run is over."""
        return self._log.closed

    def resume(self, decisions: Any = None) -> "Run":
        """The run that goes on from this one's interrupts.

        `decisions` is `{interrupt_id: decision}`, or the decision itself when there is one interrupt; None goes on from
        the last checkpoint. Raises `SourceError` while this run goes on, or when it has no thread.
        """
        if not self.finished:
            raise SourceError("The run is still going on.", hint="Await run.result() first.")
        if self.thread_id is None:
            raise SourceError("A run without a thread cannot be resumed.", hint="Give the graph a checkpointer.")
        if self._options.resume is not None:
            return self._options.resume(decisions)
        return Run(self._source, resuming(decisions), self._options)


_decoded: Callable[[list[bytes]], Iterator[AnyEvent]] = partial(map, decode)


def resuming(decisions: Any) -> Command[Any] | None:
    """The input that resumes a thread: with decisions, or just from its last checkpoint."""
    return None if decisions is None else Command(resume=decisions)


def with_callbacks(config: dict[str, Any], *handlers: BaseCallbackHandler) -> dict[str, Any]:
    """`config` with more callback handlers."""
    return dict(merge_configs(config, {"callbacks": list(handlers)}))  # type: ignore[arg-type]  # a RunnableConfig is a dict


async def _placed(part: Mapping[str, Any], state: RunState) -> None:
    """Wait, shortly, until it is known where a tool is called.

    Graphs within nodes get their callbacks in any order. A tool that is not async is begun in a thread, where
    LangGraph's own callback may tell of it a moment before ours does.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(PLACED_WITHIN):
            while tools.is_unplaced(part, state):  # noqa: ASYNC110 - what is waited for comes from a thread
                await asyncio.sleep(0.001)


def telemetry_of(options: RunOptions, run_id: str, began: float) -> "RunTelemetry | None":
    """The telemetry of a run; None where none is asked for, and then nothing of it is imported."""
    asked = options.telemetry
    kinds = os.environ.get("MAINSTEM_TELEMETRY", "").lower() if chosen() is None else ""
    if asked is None and kinds not in ("", "off"):
        from .telemetry.run import TelemetryOptions

        asked = TelemetryOptions(frozenset(kind.strip() for kind in kinds.split(",")))
    if asked is None:
        return None
    from .telemetry.run import RunTelemetry

    return RunTelemetry(asked, run_id, options.traceparent or trace_context.incoming.get(), began)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
