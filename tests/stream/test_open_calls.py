"""The calls that a failure leaves without an answer are told, and law 9 sees those that are not."""

import asyncio

import pytest
from langchain.agents import create_agent
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from mainstem import watch
from mainstem.stream import events as e
from mainstem.stream import laws
from mainstem.stream.repair import UNANSWERED

from .chains import PATIENCE, scripted

ASK = {"messages": [("user", "Go on.")]}


def told(events, rule):
    return [event for event in events if isinstance(event, e.Notice) and event.rule == rule]


def nine(events, messages):
    return laws.check(events, messages=messages).laws[8]


@pytest.mark.parametrize("calls", [1, 2])
async def test_the_calls_that_a_failure_leaves_are_told(calls):
    @tool
    async def wait(number: int = 0) -> str:
        """Wait."""
        raise LookupError("there is nothing to wait for")

    made = [{"tool_call": {"name": "wait", "args": {"number": each}, "id": f"c{each}"}} for each in range(calls)]
    graph = create_agent(scripted(made), [wait], checkpointer=InMemorySaver())
    run = watch(graph, ASK, config={"configurable": {"thread_id": "t"}})
    async with asyncio.timeout(PATIENCE):
        events = [event async for event in run]
    messages = (await graph.aget_state({"configurable": {"thread_id": "t"}})).values["messages"]
    assert [event.count for event in told(events, UNANSWERED)] == [calls]
    assert nine(events, messages).verdict == "held"
    silent = [event for event in events if event not in told(events, UNANSWERED)]
    assert nine(silent, messages).verdict == "broken"
