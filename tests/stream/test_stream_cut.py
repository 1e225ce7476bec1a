"""A stream that ends before its nodes do is not done; what was found in a cache is."""

import asyncio
from typing import Any

import pytest
from langgraph.cache.memory import InMemoryCache
from langgraph.func import entrypoint, task
from langgraph.graph import START, StateGraph
from langgraph.pregel.remote import RemoteGraph
from langgraph.types import CachePolicy

from mainstem import events as e
from mainstem import watch
from mainstem.stream.sources import ServedGraph

from .chains import PATIENCE, seen

NODE = {"id": "t1", "name": "work", "input": {}, "triggers": ["start"]}
THREAD = {"values": {"n": 1}, "next": [], "tasks": [], "checkpoint": None}


class Server(RemoteGraph):
    """A server that is stopped while `work` runs; `thread` is what it says afterwards, None: nothing."""

    thread: Any = None

    async def astream(self, *args: Any, **kwargs: Any) -> Any:
        yield {"type": "tasks", "ns": (), "data": NODE}

    @property
    def client(self) -> Any:
        return self

    @client.setter
    def client(self, value: Any) -> None: ...

    @property
    def threads(self) -> Any:
        return self

    async def get_state(self, thread_id: str) -> Any:
        if isinstance(self.thread, Exception):
            raise self.thread
        if self.thread is None:
            await asyncio.sleep(PATIENCE)
        return self.thread


class Hasty:
    """What is watched as a server whose answer is not waited for long."""

    def __init__(self, server):
        self._server = server

    def source(self, extra):
        return ServedGraph(self._server, extra, answers_within=0.05)


@pytest.mark.parametrize("thread", [None, OSError("refused"), {**THREAD, "next": ["work"]}, {**THREAD, "values": None}])
async def test_a_server_that_stops_in_mid_run_has_not_done_it(thread):
    server = Server("agent", url="http://127.0.0.1:9")
    server.thread = thread
    got = await seen(watch(Hasty(server), {"n": 1}))
    assert (got.end.status, got.end.error.type) == ("failed", "StreamCut")
    assert got.end.error.message == "agent ended its stream while 'work' was still running."


async def test_a_run_that_its_server_has_ended_is_done():
    server = Server("agent", url="http://127.0.0.1:9")
    server.thread = THREAD
    assert (await seen(watch(server, {"n": 1}))).end.status == "done"


async def test_a_cached_task_ends_where_it_was_found():
    @task(cache_policy=CachePolicy())
    async def fetch(x):
        return x + 1

    @entrypoint(cache=InMemoryCache())
    async def flow(x):
        return await fetch(x)

    for _ in range(2):
        got = await seen(watch(flow, 1))
        assert got.end.status == "done"
        assert [event.node for event in got.of(e.NodeFinished)] == ["fetch", "flow"]


async def test_a_cached_node_ends_where_it_was_found():
    async def first(state):
        return {"n": 1}

    async def second(state):
        return {"n": 2}

    made = StateGraph(dict).add_node("first", first, cache_policy=CachePolicy()).add_node("second", second)
    graph = made.add_edge(START, "first").add_edge("first", "second").compile(cache=InMemoryCache())
    for _ in range(2):
        got = await seen(watch(graph, {"n": 0}))
        assert got.end.status == "done"
        assert [event.node for event in got.of(e.NodeFinished)] == ["first", "second"]


async def test_a_task_that_nobody_waited_for_is_no_failure():
    @task
    async def aside(x):
        return x

    @entrypoint()
    async def flow(x):
        aside(x)
        return x

    assert (await seen(watch(flow, 1))).end.status == "done"
