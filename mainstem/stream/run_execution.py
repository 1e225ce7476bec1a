"""The life of a run: its graph in a task of its own, what it emits translated and numbered, and its end."""

import asyncio
import os
import time
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables.config import merge_configs
from langgraph.errors import GraphRecursionError
from langgraph.types import Command

from ..settings import chosen
from . import gc_tuning, log_context, prices, trace_context
from .callbacks.budget import BudgetCallbacks
from .callbacks.model_calls import ModelCalls
from .errors import StreamCut, ThreadBusy, describe
from .events import Event, HaltReason, Notice, RunStarted
from .log import Log
from .repair import last_id, repair, unanswered
from .run_budget import RemoteSpending, held
from .run_options import RunOptions
from .sequencer import Sequencer
from .sources import Source
from .sources.blocking import still_running
from .spending import Spending
from .spill import RecordedRun, Recorder, TemporarySpill
from .steering import Inbox, inbox_of_run
from .trace_context import parse_traceparent
from .transcript import Transcript
from .translate import RunState, ends_message, stored, tools, translate_part
from .translate.conversation import GraphConversations
from .translate.custom import HALTS
from .translate.outcome import RunEnding, outcome, run_finished
from .waiting import until_over

if TYPE_CHECKING:
    from .telemetry.run import RunTelemetry

PLACED_WITHIN = 1.0
"""Seconds that the start of a call may wait for the word where it is made."""

HALTS_WITHIN = 0.1
"""Seconds until a graph whose budget is used up is stopped: what was paid for before is shown by then."""


class RunExecution:
    """A graph that runs, and its events in a log; `Run` is what reads it."""

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

    def _cancel(self) -> None:
        if self._work is not None:
            self._work.cancel()


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
