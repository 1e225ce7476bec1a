"""The life of a run: its graph in a task of its own, what it emits translated into events, and its end."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables.config import merge_configs
from langgraph.errors import GraphRecursionError
from langgraph.types import Command

from . import gc_tuning, log_context, prices
from .callbacks.budget import BudgetCallbacks
from .callbacks.model_calls import ModelCalls
from .callbacks.spoken_words import SpokenWords
from .continuation import RUN_KEY, question_of
from .errors import LeaseLost, StreamCut, ThreadBusy, describe
from .events import HaltReason, Notice
from .repair import last_id, repair, unanswered
from .run_budget import RemoteSpending, held
from .run_events import RunEvents
from .run_options import RunOptions
from .sources import Source
from .sources.blocking import still_running
from .spending import Spending
from .steering import Inbox, inbox_of_run
from .translate import RunState, ends_message, stored, tools, translate_part, words
from .translate.conversation import GraphConversations
from .translate.custom import HALTS
from .translate.outcome import RunEnding, outcome, run_finished
from .waiting import until_over
from .writer import nodes_are_told

PLACED_WITHIN = 1.0
"""Seconds that the start of a call may wait for the word where it is made."""

HALTS_WITHIN = 0.1
"""Seconds until a graph whose budget is used up is stopped: what was paid for before is shown by then."""


class RunExecution:
    """A graph that runs, and tells `events` of it."""

    def __init__(self, events: RunEvents, source: Source, given: Any, options: RunOptions) -> None:
        self.inbox = Inbox()
        before = options.continues
        self.question_id = question_of(before) if before else last_id(given) or options.question_id
        self._events = events
        self._source = source
        self._given = given
        self._options = options
        self._state = RunState(
            answer_nodes=options.answer_nodes,
            began=events.began,
            tells_tasks="tasks" in source.modes,
            tells_tools="tools" in source.modes,
            shows=source.extra,
            kept=GraphConversations(
                direct_tools=source.direct_tools, resumed=given is None or isinstance(given, Command)
            ),
        )
        self._work: asyncio.Task[None] | None = None
        self._is_told = False
        """Whether all that was taken of the graph's stream is told, and more is waited for."""
        self._state.hidden_usage += before.bills() if before else []
        self._stopping = False
        self._moved = False
        self._halted: HaltReason | None = None

    def request_stop(self) -> None:
        """Begin to stop the graph; returns at once."""
        self._stopping = True
        self._cancel()

    def halt(self, text: str, rule: str) -> None:
        """Stop the graph for a supervisor, unless it is ending."""
        if not (self._halted or self._stopping or self._events.over):
            self._note_halt("supervisor", text, rule)
            self.request_stop()

    def _cancel(self) -> None:
        if self._work is not None:
            self._work.cancel()

    # its life

    async def live(self, run_id: str) -> None:
        """From the first event to the last; returns when the run is over."""
        gc_tuning.began(self)
        log_context.run_id.set(run_id)
        keep_watch = self._watch_lease()
        self._events.begin(self.question_id)
        try:
            end = await self._in_its_turn()
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - every run has an end that says why
            end = self._failed(error)
        try:
            with suppress(asyncio.CancelledError):
                await prices.loaded()  # the bill must be whole; nothing else waits for the list
            self._close_open()
            self._events.remark(failed=end[0] == "failed")
            self._events.end(run_finished(self._state, end, self._events.clock()))
        finally:
            keep_watch()
            self._events.log.close()
            gc_tuning.ended(self)

    def _watch_lease(self) -> Callable[[], None]:
        """Have the run end here when other processes take this one for dead; returns what ends the watch."""
        if self._options.when_lost is None:
            return _nothing
        loop = asyncio.get_running_loop()
        return self._options.when_lost(lambda: loop.call_soon_threadsafe(self._move))

    def _move(self) -> None:
        """Another process goes on with the run: nothing that happens here counts any more."""
        self._moved = True
        self._events.log.move()
        self._cancel()

    def _close_open(self) -> None:
        for event in self._state.close(self._events.clock()):
            self._events.put(event)

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
        self._close_open()
        if end[0] in ("stopped", "failed") or self._halted:
            for notice in still_running(self._source.graph, self._state):
                self._events.put(notice)
        if self._moved:
            return end
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
        nodes_are_told.set(self._state.tells_tasks)
        if self._options.before is not None:
            await self._options.before(self._events.put)
        async with held(self._options.accounts, self._budget_spent, self._events.put) as spending:
            remote = None if spending is None or self._source.in_process else RemoteSpending(spending)
            config = self._observed(spending)
            try:
                self._is_told = True
                async for part in self._source.parts(self._given, config, self._options.context):
                    await self._tell(part, remote)
            finally:
                self._is_told = False

    async def _tell(self, part: Mapping[str, Any], remote: RemoteSpending | None) -> None:
        """Tell what a part of the graph's stream says."""
        state, self._is_told = self._state, False
        if prices.loading() and ends_message(part):
            await prices.loaded()  # once a process: a message's end has its cost, its words did not wait for it
        if part["type"] == "tools" and tools.is_unplaced(part, state):
            await _placed(part, state)
        for event in translate_part(part, state, self._events.clock()):
            if remote is not None:
                remote.seen(event)
            self._events.put_timed(event)
        self._is_told = True

    def _tell_words(self, said: Any, meta: Mapping[str, Any]) -> bool:
        """Tell what goes on a message, if all that came before it is told."""
        events = words.next_delta(said, meta, self._state, self._events.clock()) if self._is_told else None
        for event in events or ():
            self._events.put_timed(event)
        return events is not None

    def _observed(self, spending: Spending | None) -> dict[str, Any]:
        """The config, with callbacks that see each call of a model, and those that hold a budget."""
        config = with_callbacks(
            self._options.config,
            ModelCalls(self._state, self._events.clock, SpokenWords(self._tell_words), self._events.hidden_call),
        )
        if self._options.request is not None:
            config["metadata"] = {**(config.get("metadata") or {}), RUN_KEY: log_context.run_id.get()}
        if spending is None:
            return config
        self._state.spending = spending
        return with_callbacks(config, *BudgetCallbacks(spending).handlers)

    def _budget_spent(self, rule: str, text: str) -> None:
        self._note_halt("budget", text, rule)
        asyncio.get_running_loop().call_later(HALTS_WITHIN, self._cancel)

    def _note_halt(self, reason: HaltReason, text: str, rule: str) -> None:
        self._halted = reason
        self._events.put(Notice(kind=HALTS[reason], text=text, rule=rule))

    def _verdict(self, work: asyncio.Task[None]) -> RunEnding:
        if self._moved:
            return self._failed(LeaseLost("This process was taken for dead: the run goes on in another one."))
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
        if self._options.thread_id is None or not self._source.keeps_threads:
            return
        try:
            await repair(self._source, self._options.config, self._state)
            await self._tell_kept()
        except Exception as error:  # noqa: BLE001 - a foreign graph's reducer or server may raise anything
            self._events.put(Notice(kind="review", text=f"The stopped thread could not be put in order: {error}"))

    async def _tell_unanswered(self) -> None:
        """A thread that failed is left as it is, for it can be resumed; what else it needs is said."""
        if self._options.thread_id is None or not self._source.keeps_threads:
            return
        with suppress(Exception):  # what made the run fail may keep its state from being read, and is told anyway
            async with asyncio.timeout(self._source.answers_within):
                notice = await unanswered(self._source, self._options.config)
            if notice:
                self._events.put(notice)

    async def _tell_kept(self) -> None:
        """What tasks had written when the run was stopped is stored only now."""
        if self._state.kept.conversation(()).writes:
            snapshot = await self._source.state({"configurable": {"thread_id": self._options.thread_id}})
            for event in stored.translate_values(snapshot.values, (), self._state, self._events.clock()):
                self._events.put(event)


def _nothing() -> None:
    pass


def with_callbacks(config: dict[str, Any], *handlers: BaseCallbackHandler) -> dict[str, Any]:
    """`config` with more callback handlers."""
    if not config.get("callbacks"):
        return {**config, "callbacks": list(handlers)}
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
