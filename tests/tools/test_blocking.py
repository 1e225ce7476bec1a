"""No tool holds up the event loop, whatever a model asks of it."""

import asyncio
import sys
import threading
import time

import pytest
from langgraph.graph import START, MessagesState, StateGraph

from mainstem.knowledge.index_cache import prepare
from mainstem.settings import use
from tools import TOOLS, numbers_passages
from tools.arithmetic import evaluate

pytestmark = pytest.mark.worker

LONGEST = 1.0
"""Seconds of the processor's time, not of the clock: a busy machine changes nothing."""

HARMLESS = {
    "calculate": {"expression": "1+1"},
    "draw_chart": {"sql": "SELECT harbour, boats FROM harbours"},
    "list_tables": {},
    "query_table": {"sql": "SELECT 1"},
    "read_document": {"document": "ferry.md"},
    "save_note": {"title": "Port", "text": "8080"},
    "search_documents": {"query": "ferry"},
}
HOSTILE = {
    "calculate": [
        {"expression": expression}
        for expression in (
            "round(7, -2*10**7)", '"a".ljust(10**9)', 'f"{1:>1000000000}"', "(1).to_bytes(10**9)", "9**9**9**9",
            "(" * 240 + "1" + ")" * 240, "9" * 10**6, "(9**1200)" + "*1" * 240, "max(" + "1," * 240 + "1)",
        )
    ],
    "draw_chart": [
        {"sql": "SELECT i, repeat('x', 1000000) FROM range(1000) r(i)"},
        {"sql": "SELECT i % 500 || repeat('x', 10000) AS a, i FROM range(1000) r(i)", "title": "t" * 10**6},
        {"sql": "SELECT harbour, boats FROM harbours", "x": "x" * 10**6},
        {"sql": "SELECT DATE '2000-01-01' + i::INT AS d, i * i AS n FROM range(5000) r(i)"},
    ],
    "list_tables": [{}],
    "query_table": [
        {"sql": "SELECT count(*) FROM range(100000000000) a, range(1000000) b"},
        {"sql": "SELECT repeat('x', 1500000000)"},
        {"sql": "SELECT " + "(" * 9000 + "1" + ")" * 9000},
    ],
    "read_document": [{"document": "x" * 10**6}, {"document": "ferry.md", "start": 10**18}],
    "save_note": [{"title": "t" * 10**6, "text": "word " * 10**6}],
    "search_documents": [
        {"query": "ferry " * 10**5},
        {"query": " ".join(map(str, range(10**5)))},
        {"query": "a" * 10**6},
        {"query": '"' * 10**5},
    ],
}  # fmt: skip


def test_every_tool_is_tried():
    assert set(HOSTILE) == set(HARMLESS) == set(TOOLS)


@pytest.fixture
def held(monkeypatch):
    """The seconds of the processor's time that each call of the event loop has taken."""
    taken = []
    run = asyncio.Handle._run

    def timed(handle):
        began = time.thread_time()
        run(handle)
        taken.append(time.thread_time() - began)

    monkeypatch.setattr(asyncio.Handle, "_run", timed)
    return taken


async def asked(settings, name, args):
    """What a tool answers that a node calls, without a model that writes the call."""
    extra = {"first_number": 1} if numbers_passages(TOOLS[name]) else {}

    async def node(state: MessagesState):
        with use(settings):
            given = {"type": "tool_call", "id": "c", "name": name, "args": args | extra}
            return {"messages": [await TOOLS[name].ainvoke(given)]}

    graph = StateGraph(MessagesState).add_node(node).add_edge(START, "node").compile()
    return (await graph.ainvoke({"messages": []}))["messages"][-1]


@pytest.mark.parametrize(("name", "args"), [(name, args) for name, each in HOSTILE.items() for args in each])
async def test_no_tool_holds_up_the_loop(name, args, extractive, held):
    settings = extractive.model_copy(update={"query_timeout": 0.5})
    await asyncio.to_thread(asyncio.run, prepare(settings))
    await asked(settings, name, HARMLESS[name])  # what is imported at the first use is not the tool's
    held.clear()
    assert (await asked(settings, name, args)).text
    assert max(held) < LONGEST


async def test_what_is_computed_is_computed_beside_the_loop(extractive, monkeypatch):
    where = []

    def noted(expression):
        where.append(threading.get_ident())
        return evaluate(expression)

    monkeypatch.setattr(sys.modules["tools.calculate"], "evaluate", noted)  # the package names the tool so
    assert (await asked(extractive, "calculate", {"expression": "6*7"})).text == "42"
    assert where
    assert threading.get_ident() not in where
