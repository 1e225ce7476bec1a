"""Stop means stop: the graph ends, what was said is kept, the thread can go on."""

import asyncio
import gc
import threading
from typing import Annotated, Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Send

from mainstem import events as e
from mainstem import watch
from mainstem.models.scripted.model import ScriptedModel
from tests.watched import PATIENCE, until, watched

ASK = {"messages": [{"role": "user", "content": "Say a lot."}]}
LONG = {"words": "One two three four five six seven eight nine ten.", "delay": 0.1}


def scripted(*turns):
    return ScriptedModel(turns=list(turns))


class Speaker:
    """A graph of one node that speaks, and remembers how its node ended."""

    def __init__(self, *turns):
        self.model = scripted(*turns)
        self.began = asyncio.Event()
        self.ended: list[str] = []
        builder = StateGraph(MessagesState).add_node("speak", self.speak).add_edge(START, "speak")
        self.graph = builder.compile(checkpointer=InMemorySaver())

    async def speak(self, state: MessagesState) -> dict[str, Any]:
        self.began.set()
        try:
            said = await self.model.ainvoke(state["messages"])
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise
        self.ended.append("done")
        return {"messages": [said]}


async def read(run):
    async for _ in run:
        pass


async def next_turn(graph, run, words):
    again = watch(graph, ASK, config={"configurable": {"thread_id": run.thread_id}})
    seen = await watched(again, graph)
    assert seen.end.status == "done"
    assert seen.result.text == words
    return seen


def partial_of(seen):
    """The one message of the thread that is marked as not whole."""
    (message,) = [m for m in seen.messages if m.response_metadata.get("complete") is False]
    return message


async def test_stop_in_the_middle_of_an_answer():
    speaker = Speaker([LONG], "Next.")
    run = watch(speaker.graph, ASK)
    await until(run, e.MessageDelta)
    result = await run.stop()
    assert result.status == "stopped"
    assert speaker.ended == ["cancelled"]
    seen = await watched(run, speaker.graph)
    assert seen.held(3)
    assert seen.held(9)
    assert partial_of(seen).text == result.text
    assert result.text
    assert not seen.of(e.MessageFinished)[0].complete
    await next_turn(speaker.graph, run, "Next.")
    said = [message.text for message in speaker.model.calls[-1]]
    assert said == ["Say a lot.", result.text, "Say a lot."]


async def test_a_cancelled_task_stops_its_run():
    speaker = Speaker([LONG], "Next.")
    run = watch(speaker.graph, ASK)
    reading = asyncio.create_task(read(run))
    await until(run, e.MessageDelta)
    reading.cancel()
    await asyncio.wait([reading])
    assert (await run.result()).status == "stopped"
    assert speaker.ended == ["cancelled"]
    await next_turn(speaker.graph, run, "Next.")


async def test_a_run_that_times_out_is_stopped():
    speaker = Speaker([LONG])
    run = watch(speaker.graph, ASK)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(read(run), 0.3)
    assert (await run.result()).status == "stopped"
    assert speaker.ended == ["cancelled"]


async def test_an_abandoned_iterator_stops_its_run():
    speaker = Speaker([LONG], "Next.")
    run = watch(speaker.graph, ASK)
    async for event in run:
        if isinstance(event, e.MessageDelta):
            break
    gc.collect()
    async with asyncio.timeout(PATIENCE):
        assert (await run.result()).status == "stopped"
    assert speaker.ended == ["cancelled"]
    await next_turn(speaker.graph, run, "Next.")


async def test_a_further_reader_may_leave():
    speaker = Speaker([{"words": "All of it is said.", "delay": 0.01}])
    run = watch(speaker.graph, ASK)
    await until(run, e.MessageDelta)
    gc.collect()
    assert (await run.result()).status == "done"
    assert speaker.ended == ["done"]


async def test_stop_at_once():
    speaker = Speaker([LONG], [LONG])
    run = watch(speaker.graph, ASK)
    result = await run.stop()
    assert (result.status, result.text) == ("stopped", "")
    assert speaker.ended == []
    await watched(run, speaker.graph)


async def test_stop_before_the_first_token():
    speaker = Speaker([{"sleep": 30.0}], "Next.")
    run = watch(speaker.graph, ASK)
    await until(run, e.NodeStarted)
    await speaker.began.wait()
    result = await run.stop()
    assert (result.status, result.text) == ("stopped", "")
    assert speaker.ended == ["cancelled"]
    seen = await watched(run, speaker.graph)
    assert [message.type for message in seen.messages] == ["human"]
    await next_turn(speaker.graph, run, "Next.")


async def test_stop_twice_and_after_the_end():
    speaker = Speaker([LONG], "Next.")
    run = watch(speaker.graph, ASK)
    await until(run, e.MessageDelta)
    first, second = await asyncio.gather(run.stop(), run.stop())
    assert first == second
    assert await run.stop() == first
    again = watch(speaker.graph, ASK, config={"configurable": {"thread_id": run.thread_id}})
    assert (await again.result()).status == "done"
    assert (await again.stop()).status == "done"
    seen = await watched(again, speaker.graph)
    assert len([m for m in seen.messages if m.type == "ai"]) == 2


async def test_stop_when_the_node_that_spoke_is_not_over():
    async def speak(state: MessagesState) -> dict[str, Any]:
        said = await scripted("All was said.").ainvoke("?")
        await asyncio.sleep(30)
        return {"messages": [said]}

    builder = StateGraph(MessagesState).add_node("speak", speak).add_edge(START, "speak")
    graph = builder.compile(checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    await until(run, e.MessageFinished)
    result = await run.stop()
    seen = await watched(run, graph)
    assert result.text == "All was said."
    assert seen.messages[-1].text == "All was said."


async def test_stop_inside_a_nested_graph():
    speaker = Speaker([LONG], "Next.")
    builder = StateGraph(MessagesState).add_node("speak", speaker.speak).add_edge(START, "speak")
    middle = StateGraph(MessagesState).add_node("inner", builder.compile()).add_edge(START, "inner").compile()
    outer = StateGraph(MessagesState).add_node("middle", middle).add_edge(START, "middle")
    graph = outer.compile(checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    await until(run, e.MessageDelta)
    result = await run.stop()
    assert speaker.ended == ["cancelled"]
    seen = await watched(run, graph)
    assert result.status == "stopped"
    assert partial_of(seen).text == result.text
    assert len(seen.of(e.NodeFinished)) == 3
    await next_turn(graph, run, "Next.")


class Fan(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


async def test_stop_of_two_branches_keeps_both():
    cancelled = []

    async def branch(given: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"messages": [await scripted([{**LONG, "words": f"{given['name']} " * 20}]).ainvoke("?")]}
        except asyncio.CancelledError:
            cancelled.append(given["name"])
            raise

    def fan(state: Fan) -> list[Send]:
        return [Send("branch", {"name": "left"}), Send("branch", {"name": "right"})]

    builder = StateGraph(Fan).add_node("branch", branch).add_conditional_edges(START, fan, ["branch"])
    graph = builder.compile(checkpointer=InMemorySaver())
    run = watch(graph, {"messages": []})
    async with asyncio.timeout(PATIENCE):
        said = set()
        async for event in run.events():
            if isinstance(event, e.MessageDelta):
                said.add(event.text.strip())
                if len(said) == 2:
                    break
    await run.stop()
    seen = await watched(run, graph)
    assert sorted(cancelled) == ["left", "right"]
    assert sorted(message.text.split()[0] for message in seen.messages) == ["left", "right"]
    assert seen.held(3)


class Tools:
    """A slow tool and a quick one, and how the slow one ended."""

    def __init__(self):
        self.ended: list[str] = []

        @tool
        async def slow(city: str) -> str:
            """Takes long."""
            try:
                await asyncio.sleep(30)
            except asyncio.CancelledError:
                self.ended.append("cancelled")
                raise
            return "late"

        @tool
        async def quick(city: str) -> str:
            """Takes no time."""
            return f"{city} is near."

        self.all = [slow, quick]


def call(name, identity):
    return {"tool_call": {"name": name, "args": {"city": "Oslo"}, "id": identity}}


async def test_stop_during_parallel_tools():
    tools = Tools()
    model = scripted([call("quick", "c1"), call("slow", "c2")], "Next.")
    graph = create_agent(model, tools.all, checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    async with asyncio.timeout(PATIENCE):
        async for event in run.events():
            if isinstance(event, e.ToolFinished):
                break
    await run.stop()
    assert tools.ended == ["cancelled"]
    seen = await watched(run, graph)
    assert seen.held(9)
    assert {tool.tool_call_id: tool.status for tool in seen.of(e.ToolFinished)} == {"c1": "ok", "c2": "stopped"}
    answers = [m for m in seen.messages if m.type == "tool"]
    assert sorted(m.tool_call_id for m in answers) == ["c1", "c2"]
    assert {m.tool_call_id: m.status for m in answers} == {"c1": "success", "c2": "error"}
    await next_turn(graph, run, "Next.")


async def test_stop_while_the_call_is_being_written():
    tools = Tools()
    written = [{"tool_chunk": {"index": 0, "id": "c1", "name": "slow", "args": '{"ci'}}, {"sleep": 30.0}]
    graph = create_agent(scripted(written, "Next."), tools.all, checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    await until(run, e.ToolArguments)
    await run.stop()
    seen = await watched(run, graph)
    assert not any(getattr(message, "tool_calls", None) for message in seen.messages)
    await next_turn(graph, run, "Next.")


async def test_stop_of_a_node_in_a_thread():
    """A thread cannot be cancelled: the run ends all the same, and says so."""
    go_on = threading.Event()

    def stubborn(state: MessagesState) -> dict[str, Any]:
        go_on.wait(PATIENCE)
        return {"messages": [AIMessage("too late")]}

    builder = StateGraph(MessagesState).add_node("stubborn", stubborn).add_edge(START, "stubborn")
    graph = builder.compile(checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    await until(run, e.NodeStarted)
    try:
        async with asyncio.timeout(PATIENCE):
            result = await run.stop()
    finally:
        go_on.set()
    seen = await watched(run, graph, breaks={9})
    assert result.status == "stopped"
    assert [message.type for message in seen.messages] == ["human"]
