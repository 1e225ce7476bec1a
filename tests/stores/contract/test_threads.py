"""Threads: the saver keeps what LangGraph asks of one, and a thread has one run at a time."""

import asyncio
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from mainstem.stream.errors import ThreadBusy

from ...waiting import eventually


def graph(saver):
    builder = StateGraph(MessagesState)

    def reply(state: MessagesState) -> dict[str, Any]:
        return {"messages": [("ai", f"You said: {state['messages'][-1].content}")]}

    builder.add_node("reply", reply)
    return builder.add_edge(START, "reply").compile(checkpointer=saver)


async def say(saver, thread, text):
    config = {"configurable": {"thread_id": thread}}
    return await graph(saver).ainvoke({"messages": [("user", text)]}, config)


async def test_a_thread_is_gone_on_with_by_another_process(stores, others):
    async with stores.threads.saver() as saver:
        await say(saver, "t", "One")
    async with others.threads.saver() as saver:
        state = await say(saver, "t", "Two")
    assert [message.content for message in state["messages"]] == ["One", "You said: One", "Two", "You said: Two"]


async def test_threads_are_listed_by_their_last_change(stores):
    async with stores.threads.saver() as saver:
        assert await stores.threads.latest(saver) == []
        for thread in ("a", "b", "c", "a"):
            await say(saver, thread, "Hi")
        assert await stores.threads.latest(saver) == ["a", "c", "b"]
        assert await stores.threads.latest(saver, 2) == ["a", "c"]


async def test_a_saver_of_another_kind_lists_none(stores):
    assert await stores.threads.latest(InMemorySaver()) == []
    assert await stores.threads.latest(None) == []


async def test_a_thread_has_one_holder_and_is_free_again(stores, others):
    async with stores.threads.lease("t"):
        assert await others.threads.leased("t")
        with pytest.raises(ThreadBusy):
            async with others.threads.lease("t"):
                pass
        async with others.threads.lease("u"):
            assert await stores.threads.leased("u")
    assert not await others.threads.leased("t")
    async with others.threads.lease("t"):
        assert await stores.threads.leased("t")


async def test_a_run_that_fails_gives_its_thread_up(stores, others):
    with pytest.raises(ZeroDivisionError):
        async with stores.threads.lease("t"):
            raise ZeroDivisionError
    assert not await others.threads.leased("t")


async def test_of_many_that_want_a_thread_at_once_one_has_it(opened):
    done = asyncio.Event()

    async def hold():
        try:
            async with opened().threads.lease("t"):
                await done.wait()
                return True
        except ThreadBusy:
            return False

    holders = [asyncio.create_task(hold()) for _ in range(5)]
    await eventually(lambda: sum(holder.done() for holder in holders) >= 4)
    done.set()
    assert sorted(await asyncio.gather(*holders)) == [False] * 4 + [True]
