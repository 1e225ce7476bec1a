"""What a langgraph.json names is opened and run as LangGraph's own server does."""

import asyncio
import json
import os
import sys

import pytest

from mainstem import Session, Settings
from mainstem.sessions import agents
from mainstem.stream.errors import ContextError
from mainstem.stream.sources import context
from mainstem.stream.watch import watch

THEIRS = """
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from langchain_core.runnables import RunnableConfig
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.runtime import Runtime
from langgraph.store.memory import InMemoryStore

if TYPE_CHECKING:
    from langgraph_sdk.runtime import ServerRuntime

log = []


@dataclass
class Team:
    name: str = "nobody"


def built(note):
    async def say(state: MessagesState, runtime: Runtime[Team]):
        seen = len(await runtime.store.asearch(("seen",)))
        await runtime.store.aput(("seen",), str(seen), {"n": seen})
        return {"messages": [("ai", f"{note}: {runtime.context.name}, {seen}")]}

    return StateGraph(MessagesState, context_schema=Team).add_node("say", say).add_edge(START, "say")


uncompiled = built("uncompiled")
graph = built("graph").compile()


def plain():
    return built("plain")


async def coroutine(config: RunnableConfig):
    return built("team " + config["configurable"].get("name", "none")).compile()


async def served(runtime: "ServerRuntime"):
    return built(runtime.access_context)


@asynccontextmanager
async def managed(runtime: "ServerRuntime[Team]", config: RunnableConfig):
    log.append("in")
    try:
        yield built(f"runs {runtime.execution_runtime is not None}")
    finally:
        log.append("out")


@contextmanager
def sync_managed(config):
    yield built("sync")


def greedy(one, two, three):
    return built("greedy")


def failing():
    raise OSError("no such disk")


@asynccontextmanager
async def store():
    kept = InMemoryStore()
    kept.put(("seen",), "before", {})
    yield kept
    log.append("closed")
"""


@pytest.fixture
def folder(tmp_path):
    def write(attribute, **more):
        (tmp_path / "theirs.py").write_text(THEIRS)
        config = {"graphs": {"agent": {"path": f"./theirs.py:{attribute}"}}, **more}
        (tmp_path / "langgraph.json").write_text(json.dumps(config))
        return agents.find(tmp_path)

    return lambda attribute, **more: asyncio.to_thread(write, attribute, **more)


async def said(agent, given=None):
    """What two runs of a session say."""
    async with Session(await asyncio.to_thread(Settings), agent=agent) as session:
        results = [await session.ask("hi", context=given).result() for _ in range(2)]
        assert [result.error for result in results] == [None, None]
        states = [await session.state(result.thread_id) for result in results]
    return [state.values["messages"][-1].text for state in states]


@pytest.mark.parametrize(
    ("attribute", "note"),
    [
        ("graph", "graph"),
        ("uncompiled", "uncompiled"),
        ("plain", "plain"),
        ("coroutine", "team none"),
        ("served", "threads.create_run"),
        ("managed", "runs True"),
        ("sync_managed", "sync"),
    ],
)
async def test_whatever_leads_to_a_graph_runs_with_a_default_context_and_one_store(folder, attribute, note):
    assert await said(await folder(attribute)) == [f"{note}: nobody, 0", f"{note}: nobody, 1"]


async def test_a_factory_is_given_the_context_of_its_run(folder):
    assert (await said(await folder("coroutine"), {"name": "red"}))[0] == "team red: red, 0"


async def test_a_managed_graph_is_let_go_after_each_run(folder, tmp_path):
    await said(await folder("managed"))
    loaded = [module for module in sys.modules.values() if vars(module).get("__file__") == str(tmp_path / "theirs.py")]
    assert loaded[0].log == ["in", "out"] * 3  # once to be read, then once a run


async def test_the_store_of_a_langgraph_json_is_used_and_closed(folder):
    assert await said(await folder("graph", store={"path": "./theirs.py:store"})) == [
        "graph: nobody, 1",
        "graph: nobody, 2",
    ]


async def test_env_may_be_an_object_and_sets_only_what_is_not_set(folder, monkeypatch):
    monkeypatch.setenv("THEIRS_A", "mine")
    monkeypatch.setenv("THEIRS_B", "x")
    monkeypatch.delenv("THEIRS_B")
    await said(await folder("graph", env={"THEIRS_A": "theirs", "THEIRS_B": 2}))
    assert (os.environ["THEIRS_A"], os.environ["THEIRS_B"]) == ("mine", "2")


@pytest.mark.parametrize(
    ("attribute", "more", "what"),
    [
        ("greedy", {}, "takes one, two, three"),
        ("failing", {}, "OSError: no such disk"),
        ("graph", {"store": {"path": "./theirs.py:log"}}, "no BaseStore"),
        ("graph", {"store": "x"}, '"store" is no object'),
    ],
)
async def test_what_cannot_be_opened_says_why(folder, attribute, more, what):
    with pytest.raises(agents.AgentError, match=what):
        async with Session(await asyncio.to_thread(Settings), agent=await folder(attribute, **more)):
            pass


async def test_watch_alone_gives_defaults_and_a_store_that_lasts(folder):
    graph = await asyncio.to_thread(agents.load, await folder("graph"))
    for seen in range(2):
        run = watch(graph, {"messages": [("user", "hi")]}, modes=["values"])
        last = [event async for event in run if event.type == "data"][-1]
        assert last.data["messages"][-1]["content"] == f"graph: nobody, {seen}"


async def test_a_context_that_does_not_fit_is_named(folder):
    graph = await asyncio.to_thread(agents.load, await folder("graph"))
    context.check(graph, {"name": "red"})
    for wrong, what in [({"nam": 1}, "no 'nam'"), ({"name": [1]}, "name does not fit"), ([1], "no JSON object")]:
        with pytest.raises(ContextError, match=what):
            context.check(graph, wrong)


def test_a_needed_context_is_no_default_and_is_hinted_at():
    from dataclasses import dataclass

    @dataclass
    class Needed:
        user: str

    class Graph:
        context_schema = Needed

    assert context.default(Graph) is None
    assert "user" in context.hint(Graph)
