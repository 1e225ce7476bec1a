"""Summaries, a graph of their own that the agent goes through when a question asks for one.

    choose → split ─┬─ quotes only → quote → END
                    ├─ fits the window → finish → END
                    └─ foresee → read_part × n (Send) → gather ⇄ merge_notes × k (Send)
                                                        gather → finish → END

It says nothing itself: what it hands on stands in the prompt of `call_model`, whose words are the answer.
"""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, Literal, cast

from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from graph.announce import announced
from mainstem.stream.writer import StreamWriter, stream_writer
from nodes.context import Context, run_settings
from nodes.masking import masked
from nodes.messages import question_of
from nodes.state import State, Update
from nodes.summarise.choose import choose
from nodes.summarise.finish import finish
from nodes.summarise.foresee import foresee
from nodes.summarise.gather import gather
from nodes.summarise.merge_notes import merge_notes
from nodes.summarise.quote import quote
from nodes.summarise.read_part import read_part
from nodes.summarise.split import split
from nodes.summarise.state import SummaryInput, SummaryState

_room: ContextVar[asyncio.Semaphore] = ContextVar("room")
"""Of the summary that runs: how many of its parts may still be read beside each other."""


def build() -> StateGraph[SummaryState, Context, SummaryInput, SummaryState]:
    """The graph before it is compiled."""
    builder: StateGraph[SummaryState, Context, SummaryInput, SummaryState] = StateGraph(
        SummaryState, context_schema=Context, input_schema=SummaryInput
    )
    for node in (choose, split, quote, foresee, gather, finish):
        cast("Any", builder).add_node(node.__name__, announced(cast("Callable[..., Any]", node)))
    for node in (read_part, merge_notes):
        cast("Any", builder).add_node(node.__name__, _in_turn(announced(cast("Callable[..., Any]", node))))
    builder.add_edge(START, "choose")
    builder.add_edge("read_part", "gather")
    builder.add_edge("merge_notes", "gather")
    return builder


def _in_turn(node: Callable[..., Any]) -> Callable[..., Any]:
    """`node`, no more at once than there is room for.

    LangGraph's own `max_concurrency` would do, but when a run is stopped, what waits for its turn there is dropped
    before it has begun, and Python warns of each: "coroutine 'arun_with_retry' was never awaited" (1.2.24).
    """

    @wraps(node)
    async def waiting(given: Any, runtime: Runtime[Context]) -> Any:
        async with _room.get():
            return await node(given, runtime)

    return waiting


summary = build().compile(name="summary")


async def summarise(state: State, runtime: Runtime[Context]) -> Command[Literal["retrieve", "compact", "__end__"]]:
    """Run the graph for the turn's question, telling how many parts are done; other questions go on as usual."""
    given: SummaryInput = {"question": question_of(state["messages"]), "sources": state.get("sources", [])}
    found = await _run(given, runtime)
    if halted := found.get("halted"):
        return Command(update=Update(halted=halted), goto="__end__")
    retrieved = found.get("retrieved")
    if retrieved is None:
        return Command(goto="retrieve")
    return Command(update=Update(retrieved=await masked(retrieved, run_settings(runtime))), goto="compact")


async def _run(given: SummaryInput, runtime: Runtime[Context]) -> SummaryState:
    counter, found = _Counter(stream_writer(runtime)), cast("SummaryState", {})
    _room.set(asyncio.Semaphore(run_settings(runtime).summary_parallel))
    stream = summary.astream(given, context=runtime.context, stream_mode=["updates", "values"])
    async for mode, told in cast("Any", stream):
        if mode == "values":
            found = told
            counter.total = len(found.get("parts") or ())
        else:
            counter.count(told)
    return found


class _Counter:
    """Tells how many parts have been read, from what the nodes write."""

    def __init__(self, writer: StreamWriter) -> None:
        self._writer = writer
        self.total = self._done = 0

    def count(self, told: dict[str, Any]) -> None:
        for node in told:
            if node == "read_part":
                self._done += 1
                self._writer.progress("reading", done=self._done, total=self.total, unit="parts")
            elif node == "merge_notes":
                self._writer.progress("merging notes", done=0, unit="notes")
