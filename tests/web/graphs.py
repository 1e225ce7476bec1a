"""Graphs for the command line's tests, as somebody else would write them."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypedDict

from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage
from langchain_core.outputs import ChatGenerationChunk
from langgraph.config import get_stream_writer
from langgraph.graph import StateGraph
from langgraph.graph.message import add_messages
from langgraph.runtime import Runtime
from langgraph.types import interrupt


class State(TypedDict):
    messages: Annotated[list[AnyMessage], add_messages]


def graph_of(node):
    return StateGraph(State).add_node("step", node).set_entry_point("step").compile()


async def _answer(state):
    print("a graph that prints")
    return {"messages": [AIMessage(f"You said: {state['messages'][-1].content}")]}


async def _slow(state):
    print("begun", flush=True)
    for number in range(600):
        get_stream_writer()(number)
        await asyncio.sleep(0.1)


async def _silent(state):
    await asyncio.sleep(60)


async def _flooding(state):
    for _ in range(60_000):
        get_stream_writer()("x" * 10_000)
        await asyncio.sleep(0.001)


async def _blocking(state):
    import time

    print("begun", flush=True)
    time.sleep(60)  # noqa: ASYNC251 - what a careless graph does


class Talker(GenericFakeChatModel):
    """Says a word every hundredth of a second, for a minute."""

    async def _astream(self, messages, *args, **kwargs):
        for _ in range(6000):
            yield ChatGenerationChunk(message=AIMessageChunk("word\n\n"))
            await asyncio.sleep(0.01)


async def _talking(state):
    return {"messages": [await Talker(messages=iter(())).ainvoke(state["messages"])]}


async def _failing(state):
    raise ValueError("the disk is \x1b[31mfull")


def _asking(state):
    calls = [{"name": "save_note", "args": {"title": title}} for title in ("one", "two")]
    said = interrupt({"action_requests": calls, "review_configs": []})
    kinds = ", ".join(decision["type"] for decision in said["decisions"])
    return {"messages": [AIMessage(f"decided: {kinds}")]}


def _questioning(state):
    return {"messages": [AIMessage(f"the number is {interrupt({'question': 'which?'})}")]}


class Painted(State):
    colour: str


async def _painting(state: Painted):
    return {"messages": [AIMessage(state["colour"])]}


class Count(TypedDict):
    numbers: list[int]
    total: int


def _adding(state: Count):
    return {"total": sum(state["numbers"])}


async def _keyless(state):
    return {"messages": [state["nothing of this name"]]}


async def _remarking(state):
    for part in (
        {"type": "notice", "kind": "stall", "text": "Nothing came for a while."},
        {"type": "halt", "reason": "budget", "text": "It has cost too much."},
    ):
        get_stream_writer()({"mainstem": part})
    return {"messages": [AIMessage("Words without an end")]}


async def _fails_once(state):
    marker = state["messages"][0].content
    if not await asyncio.to_thread(Path(marker).exists):
        await asyncio.to_thread(Path(marker).touch)
        print("begun", flush=True)
        await asyncio.sleep(60)
    return {"messages": [AIMessage("whole again")]}


@dataclass
class Team:
    name: str = "nobody"


class Tooled(State):
    tools: list[dict]


@dataclass
class Tools:
    tools: list[dict] | None = None


async def _tooled(state: Tooled, runtime: Runtime[Tools]):
    given, context = (", ".join(each["name"] for each in tools) for tools in (state["tools"], runtime.context.tools))
    return {"messages": [AIMessage(f"state: {given}, context: {context}")]}


async def _teamed(state, runtime: Runtime[Team]):
    return {"messages": [AIMessage(runtime.context.name)]}


tooled = StateGraph(Tooled, context_schema=Tools).add_node("step", _tooled).set_entry_point("step").compile()
teamed = StateGraph(State, context_schema=Team).add_node("step", _teamed).set_entry_point("step").compile()
stateful = StateGraph(Painted).add_node("step", _painting).set_entry_point("step").compile()
answer, slow, failing = graph_of(_answer), graph_of(_slow), graph_of(_failing)
silent, flooding = graph_of(_silent), graph_of(_flooding)
blocking, talking = graph_of(_blocking), graph_of(_talking)
keyless, remarking = graph_of(_keyless), graph_of(_remarking)
adding = StateGraph(Count).add_node("add", _adding).set_entry_point("add").compile()
asking, questioning, fails_once = graph_of(_asking), graph_of(_questioning), graph_of(_fails_once)
