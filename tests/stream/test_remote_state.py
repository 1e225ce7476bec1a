"""A thread as a server tells of it, over a client that answers as servers do."""

from types import SimpleNamespace

import httpx
from langgraph_sdk.errors import NotFoundError

from mainstem.stream.sources.remote_state import state_of

ASKED = httpx.Request("GET", "http://127.0.0.1")
CONFIG = {"configurable": {"thread_id": "t1"}}


def graph(told):
    """A `RemoteGraph` whose server answers what it has of a thread, and never a checkpoint without an id."""

    async def get_state(thread_id):
        if told is None:
            raise NotFoundError("Thread t1 not found", response=httpx.Response(404, request=ASKED), body=None)
        return told

    async def aget_state(config):
        return config["configurable"]["checkpoint_id"]

    return SimpleNamespace(aget_state=aget_state, client=SimpleNamespace(threads=SimpleNamespace(get_state=get_state)))


async def test_the_latest_state_is_asked_for_without_a_checkpoint():
    told = {"values": {"messages": [1]}, "next": ["step"], "tasks": [], "checkpoint": {"thread_id": "t1"}}
    state = await state_of(graph(told), CONFIG)
    assert (state.values, state.next, state.interrupts) == ({"messages": [1]}, ("step",), ())
    assert state.config == {"configurable": {"thread_id": "t1"}}


async def test_a_checkpoint_that_is_named_is_asked_for():
    config = {"configurable": {**CONFIG["configurable"], "checkpoint_id": "c1"}}
    assert await state_of(graph({}), config) == "c1"


async def test_what_tasks_wait_for_and_failed_with():
    asked = {"value": "Which?", "id": "i1"}
    tasks = [
        {"id": "1", "name": "ask", "interrupts": [asked], "error": None},
        {"id": "2", "name": "fail", "interrupts": [], "error": "ValueError('x')"},
    ]
    state = await state_of(graph({"values": {}, "tasks": tasks}), CONFIG)
    assert [(each.id, each.value) for each in state.interrupts] == [("i1", "Which?")]
    assert [(task.name, str(task.error or "")) for task in state.tasks] == [("ask", ""), ("fail", "ValueError('x')")]


async def test_a_thread_that_has_not_begun_is_empty():
    state = await state_of(graph({"values": None, "next": None, "tasks": None, "checkpoint": None}), CONFIG)
    assert (state.values, state.next, state.tasks) == ({}, (), ())


async def test_a_thread_that_the_server_does_not_know_is_empty():
    assert (await state_of(graph(None), CONFIG)).values == {}
