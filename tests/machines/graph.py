"""A graph whose steps wait for files, so that a test says how far it comes: `GATES` names their folder."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt

from mainstem.settings import active
from mainstem.stores.ledger import ToolCallClaim
from mainstem.stores.opening import open_stores
from mainstem.stream.steering import steered

GATES = Path(os.environ.get("GATES", "."))
WORDS = int(os.environ.get("WORDS", "40"))


async def opened(gate: str) -> None:
    """Return when the gate is open; that somebody stands before it is written down."""
    GATES.joinpath(f"{gate}.reached").touch()
    while not GATES.joinpath(f"{gate}.open").exists():
        await asyncio.sleep(0.01)


class Gated(BaseChatModel):
    """Says a half, and the other when the gate of its question is open."""

    @property
    def _llm_type(self) -> str:
        return "gated"

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage("The first half and the second."))])

    async def _astream(self, messages: list[Any], *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        for word in ("The ", "first ", "half "):
            yield ChatGenerationChunk(message=AIMessageChunk(word))
        await opened(str(messages[0].content))
        for word in ("and ", "the ", "second."):
            yield ChatGenerationChunk(message=AIMessageChunk(word))
        yield ChatGenerationChunk(message=AIMessageChunk("", response_metadata={"finish_reason": "stop"}))


async def look(state: MessagesState) -> dict[str, Any]:
    """A step that is done before the model speaks; how often is counted."""
    with GATES.joinpath(f"{state['messages'][0].content}.looked").open("a") as file:
        file.write("x")
    return {"messages": [("ai", "I looked."), *steered()]}


async def speak(state: MessagesState) -> dict[str, Any]:
    """The step that waits in the middle."""
    return {"messages": [await Gated().ainvoke(state["messages"])]}


async def decide(state: MessagesState) -> dict[str, Any]:
    """A step that a person decides on."""
    request = {"name": "send", "args": {}, "description": "Send it?"}
    config = {"action_name": "send", "allowed_decisions": ["approve", "reject"]}
    answer = interrupt({"action_requests": [request], "review_configs": [config]})
    return {"messages": [("ai", f"It was decided: {answer['decisions'][0]['type']}.")]}


graph = StateGraph(MessagesState).add_node("look", look).add_node("speak", speak)
graph = graph.add_edge(START, "look").add_edge("look", "speak").compile(name="gated")


class Slow(Gated):
    """Says `WORDS` words, 20 a second."""

    async def _astream(self, messages: list[Any], *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        for number in range(WORDS):
            await asyncio.sleep(0.05)
            yield ChatGenerationChunk(message=AIMessageChunk(f"word{number}" + (" " if number < WORDS - 1 else "")))
        yield ChatGenerationChunk(message=AIMessageChunk("", response_metadata={"finish_reason": "stop"}))


async def tell(state: MessagesState) -> dict[str, Any]:
    """A step that a process may die in."""
    return {"messages": [await Slow().ainvoke(state["messages"])]}


spoken = StateGraph(MessagesState).add_node("look", look).add_node("tell", tell)
spoken = spoken.add_edge(START, "look").add_edge("look", "tell").compile(name="spoken")


async def change(state: MessagesState) -> dict[str, Any]:
    """A step that changes something once, as the agent's tools do; each time is written down."""
    thread = str(state["messages"][0].content)
    ledger, call = open_stores(active()).ledger, ToolCallClaim(thread, "m", 0, "change", "{}")
    if await ledger.claim(call) is None:
        with GATES.joinpath(f"{thread}.changed").open("a") as file:
            file.write("x")
        await ledger.finish(call, "done")
    return {"messages": [("ai", "I changed it.")]}


changed = StateGraph(MessagesState).add_node("look", look).add_node("change", change).add_node("tell", tell)
changed = changed.add_edge(START, "look").add_edge("look", "change").add_edge("change", "tell").compile(name="changed")

decided = StateGraph(MessagesState).add_node("decide", decide).add_edge(START, "decide").compile(name="decided")

decided_and_spoken = StateGraph(MessagesState).add_node("decide", decide).add_node("speak", speak)
decided_and_spoken = decided_and_spoken.add_edge(START, "decide").add_edge("decide", "speak").compile(name="both")
