"""Words told straight from the callback: in order with all else that a graph streams, and once."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.pregel._messages import StreamMessagesHandler
from langgraph.runtime import Runtime

from mainstem import watch
from mainstem.stream.callbacks import spoken_words
from mainstem.stream.callbacks.spoken_words import Part, SpokenWords

WORDS = " ".join(f"word{number}" for number in range(40))


def answers() -> Iterator[AIMessage]:
    while True:
        yield AIMessage(WORDS)


def part(text: str) -> Part:
    return (), "messages", (AIMessageChunk(text), {})


async def attached(told: list[str], at_once: bool) -> tuple[StreamMessagesHandler, "asyncio.Queue[Part]"]:
    """LangGraph's handler, and its queue, with words spoken directly where `at_once`."""

    def tell(said: Any, meta: Any) -> bool:
        told.extend([said.content] if at_once else [])
        return at_once

    queue: asyncio.Queue[Part] = asyncio.Queue()
    handler = StreamMessagesHandler(partial(asyncio.get_running_loop().call_soon_threadsafe, queue.put_nowait), True)
    SpokenWords(tell).attach([handler])
    return handler, queue


async def test_words_are_told_without_the_queue_where_nothing_waits_in_it() -> None:
    told: list[str] = []
    handler, queue = await attached(told, at_once=True)
    handler.stream(part("a"))
    handler.stream(part("b"))
    await asyncio.sleep(0)
    assert told == ["a", "b"]
    assert queue.empty()


async def test_words_go_behind_what_waits() -> None:
    told: list[str] = []
    handler, queue = await attached(told, at_once=True)
    asyncio.get_running_loop().call_soon_threadsafe(queue.put_nowait, part("before"))  # as custom parts are written
    handler.stream(part("a"))
    await asyncio.sleep(0)
    assert told == []
    assert [queue.get_nowait()[2][0].content for _ in range(2)] == ["before", "a"]


async def test_what_cannot_be_told_at_once_goes_the_usual_way() -> None:
    handler, queue = await attached([], at_once=False)
    handler.stream(part("a"))
    await asyncio.sleep(0)
    assert queue.get_nowait() == part("a")


async def test_words_of_another_thread_are_told_in_the_loop() -> None:
    told: list[str] = []
    handler, _ = await attached(told, at_once=True)
    await asyncio.to_thread(handler.stream, part("a"))
    await asyncio.sleep(0)
    assert told == ["a"]


async def test_a_handler_of_another_shape_is_left_alone() -> None:
    heard: list[Part] = []
    handler = StreamMessagesHandler(heard.append, True)
    SpokenWords(lambda said, meta: True).attach([handler])
    handler.stream(part("a"))
    assert heard == [part("a")]


def between(writes: bool) -> Any:
    """A graph whose node streams words and, where it `writes`, a part of its own after each."""

    async def ask(state: MessagesState, runtime: Runtime[None]) -> dict[str, Any]:
        whole: Any = None
        async for chunk in GenericFakeChatModel(messages=answers()).astream(state["messages"]):
            whole = chunk if whole is None else whole + chunk
            if writes:
                runtime.stream_writer({"after": whole.content})
        return {"messages": [whole]}

    return StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile()


async def test_what_a_node_writes_between_words_stands_between_them() -> None:
    said, parts = "", 0
    async for event in watch(between(writes=True), {"messages": [("user", "?")]}):
        if event.type == "message.delta":
            said += event.text
        elif event.type == "data" and event.mode == "custom":
            assert event.data == {"after": said}
            parts += 1
    assert said == WORDS
    assert parts > 40


async def test_events_are_the_same_with_and_without_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    async def told() -> list[tuple[str, str]]:
        run = watch(between(writes=False), {"messages": [("user", "?")]})
        joined: list[tuple[str, str]] = []
        async for event in run:
            text = event.text if event.type == "message.delta" else ""
            if joined and joined[-1][0] == event.type == "message.delta":
                text = joined.pop()[1] + text
            joined.append((event.type, text))
        return joined

    short = await told()
    monkeypatch.setattr(spoken_words, "StreamMessagesHandler", None)
    assert short == await told()
    assert ("message.delta", WORDS) in short
