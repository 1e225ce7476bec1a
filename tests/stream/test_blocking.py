"""What goes on in a thread when its run is stopped is told, and its outcome is left open."""

import asyncio
import threading

import pytest
from langchain.agents import create_agent
from langchain_core.messages import ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, MessagesState, StateGraph

from mainstem import events as e
from mainstem import watch
from mainstem.models.scripted.model import ScriptedModel
from tests.watched import watched

ASK = {"messages": [{"role": "user", "content": "Pay."}]}
PAY = {"tool_call": {"name": "pay", "args": {}, "id": "c1"}}


class Work:
    """What begins in a thread, and goes on when it is let."""

    def __init__(self):
        self.began, self.may_end, self.done = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, *_):
        self.began.set()
        self.may_end.wait(60)
        self.done.set()
        return "Paid."


@pytest.fixture
def work():
    work = Work()
    yield work
    work.may_end.set()


def paying(work):
    @tool
    def pay() -> str:
        """Pays."""
        return work()

    return pay


def a_node(work):
    def pay(state: MessagesState):
        return {"messages": [("ai", work())]}

    return StateGraph(MessagesState).add_node("pay", pay).add_edge(START, "pay").compile(InMemorySaver())


def a_node_of_a_node(work):
    inner = a_node(work)
    inner.checkpointer = None
    return StateGraph(MessagesState).add_node("inner", inner).add_edge(START, "inner").compile(InMemorySaver())


def a_tool(work):
    model = ScriptedModel(turns=[[PAY], "Done."])
    return create_agent(model, [paying(work)], checkpointer=InMemorySaver())


def a_tool_by_hand(work):
    pay, model = paying(work), ScriptedModel(turns=[[PAY], "Done."])

    async def agent(state: MessagesState):
        said = await model.ainvoke(state["messages"])
        return {"messages": [said, ToolMessage(await pay.ainvoke({}), tool_call_id="c1")]}

    return StateGraph(MessagesState).add_node("agent", agent).add_edge(START, "agent").compile(InMemorySaver())


def a_task(work):
    @task
    def pay():
        return work()

    @entrypoint(InMemorySaver())
    async def flow(given):
        return await pay()

    return flow


async def stopped_at_work(graph, work):
    run = watch(graph, ASK)
    await asyncio.to_thread(work.began.wait, 60)
    async for event in run.events():
        if isinstance(event, e.NodeStarted | e.ToolStarted) and "pay" in (event.node, getattr(event, "name", None)):
            break
    await run.stop()
    ran_on = not work.done.is_set()
    work.may_end.set()
    assert ran_on
    assert await asyncio.to_thread(work.done.wait, 60)
    return await watched(run, graph, breaks={9})


NAMED = {
    a_node: "node 'pay'",
    a_node_of_a_node: "node 'pay'",
    a_tool: "tool 'pay' (c1)",
    a_tool_by_hand: "tool 'pay' (c1)",
    a_task: "node 'pay'",
}


@pytest.mark.parametrize("graph", NAMED, ids=lambda graph: graph.__name__)
async def test_a_stop_names_what_goes_on_in_a_thread(graph, work):
    seen = await stopped_at_work(graph(work), work)
    [notice] = seen.of(e.Notice)
    assert (notice.kind, notice.rule, notice.count) == ("review", "thread", 1)
    assert NAMED[graph] in notice.text


async def test_a_call_that_may_still_run_is_not_recorded_as_not_made(work):
    seen = await stopped_at_work(a_tool(work), work)
    [answer] = [message for message in seen.messages if message.type == "tool"]
    assert (answer.tool_call_id, answer.status) == ("c1", "error")
    assert "outcome is unknown" in answer.text
    assert "may have taken effect, or still be running" in answer.text


async def test_a_failure_names_what_goes_on_beside_it(work):
    def pay(state: MessagesState):
        return {"messages": [("ai", work())]}

    async def fail(state: MessagesState):
        await asyncio.to_thread(work.began.wait, 60)
        raise RuntimeError("No.")

    builder = StateGraph(MessagesState).add_node("pay", pay).add_node("fail", fail)
    graph = builder.add_edge(START, "pay").add_edge(START, "fail").compile(InMemorySaver())
    run = watch(graph, ASK)
    await run.result()
    work.may_end.set()
    seen = await watched(run, graph)
    assert seen.end.status == "failed"
    assert ["node 'pay'" in notice.text for notice in seen.of(e.Notice)] == [True]
    assert ["node 'fail'" in notice.text for notice in seen.of(e.Notice)] == [False]


async def test_nothing_is_said_of_what_a_stop_ends():
    at_work = asyncio.Event()

    @tool
    async def pay() -> str:
        """Pays."""
        at_work.set()
        await asyncio.sleep(60)
        return "Paid."

    graph = create_agent(ScriptedModel(turns=[[PAY], "Done."]), [pay], checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    await at_work.wait()
    await run.stop()
    seen = await watched(run, graph)
    assert seen.of(e.Notice) == []
