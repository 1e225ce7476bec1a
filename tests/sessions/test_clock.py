"""Two processes with clocks that disagree: what is asked later comes later in the thread."""

import asyncio
import json
import operator
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.checkpoint.base import id as ids
from langgraph.graph import START, StateGraph
from langgraph.types import interrupt

from mainstem import Session, Settings

from .. import forked
from ..conftest import ROOT

BEHIND = """
import asyncio, json, sys, time

real, real_ns = time.time, time.time_ns
time.time, time.time_ns = lambda: real() - 3600, lambda: real_ns() - 3600 * 10**9

from mainstem import Session, Settings

async def main():
    async with Session(Settings(home=sys.argv[1], model=sys.argv[2])) as session:
        for question in sys.stdin:
            result = await session.ask(question.strip(), thread="t").result()
            messages = (await session.state("t")).values["messages"]
            print(json.dumps([result.status, [message.text for message in messages]]), flush=True)

asyncio.run(main())
"""


@contextmanager
def process_behind(settings: Settings) -> Iterator[Any]:
    """A process on the same home whose clock is an hour behind: asks, and says its status and the whole thread."""
    command = ("-c", BEHIND, settings.home, settings.model)
    with forked.start(*command, cwd=ROOT, stdin=forked.PIPE) as child:

        def ask(question: str) -> Any:
            assert child.stdin is not None
            assert child.stdout is not None
            print(question, file=child.stdin)
            return json.loads(child.stdout.readline())

        try:
            yield ask
        finally:
            child.kill()


@pytest.mark.real
async def test_two_processes_whose_clocks_disagree_take_turns_in_a_thread(scripted):
    settings, asked = scripted("One.", "Two."), []
    with process_behind(settings) as behind:
        async with Session(settings) as session:
            for turn in range(2):
                asked += [f"Here {turn}?", f"There {turn}?"]
                await session.ask(asked[-2], thread="t").result()
                status, said = await asyncio.to_thread(behind, asked[-1])
                assert (status, said[::2]) == ("done", asked)
            messages = (await session.state("t")).values["messages"]
            assert [message.text for message in messages] == said
            assert [thread.thread_id for thread in await session.threads()] == ["t"]


async def test_a_turn_behind_a_clock_that_was_set_back_is_not_lost(scripted, monkeypatch):
    async with Session(scripted("One.", "Two.")) as session:
        await session.ask("First?", thread="t").result()
    monkeypatch.setattr(ids, "_last_v6_timestamp", None)  # another process
    real = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: real() - 3600 * 10**9)
    async with Session(scripted("Two.")) as session:
        await session.ask("Second?", thread="t").result()
    monkeypatch.setattr(ids, "_last_v6_timestamp", None)
    async with Session(scripted("Three.")) as session:
        said = [message.text for message in (await session.state("t")).values["messages"]]
    assert said[0] == "First?"
    assert "Second?" in said


class Steps(TypedDict, total=False):
    steps: Annotated[list[int], operator.add]


def pausing(state):
    interrupt({"question": "Go on?"})
    return {"steps": [len(state["steps"])]}


def remembering():
    """A graph with a subgraph that keeps a state of its own, and asks in its second step."""
    inner = StateGraph(Steps).add_node("count", lambda state: {"steps": [0]}).add_node("pause", pausing)
    kept = inner.add_edge(START, "count").add_edge("count", "pause").compile(checkpointer=True)

    async def outer(state):
        return {"steps": [len((await kept.ainvoke({"steps": []}))["steps"])]}

    return StateGraph(Steps).add_node("outer", outer).add_edge(START, "outer").compile()


async def test_what_a_subgraph_keeps_is_not_lost_either(tmp_path, monkeypatch):
    settings, real, moved = Settings(home=tmp_path / "home"), time.time_ns, [0]
    monkeypatch.setattr(time, "time_ns", lambda: real() + moved[0] * 10**9)
    for _ in range(2):
        async with Session(settings, graph=remembering()) as session:
            result = await session.start({"steps": []}, thread="t").result()
            assert result.status == "interrupted", result.error
        monkeypatch.setattr(ids, "_last_v6_timestamp", None)  # another process, whose clock is behind
        moved[0] -= 3600
        async with Session(settings, graph=remembering()) as session:
            result = await session.resume("t", "yes").result()
            assert result.status == "done", result.error
            state = await session.state("t")
    assert state.values["steps"] == [2, 4]
