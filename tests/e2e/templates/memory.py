"""An agent that remembers, as LangGraph's template `memory-agent` does: a store from the server, tools by hand."""

import asyncio
import os
import uuid
from dataclasses import dataclass, field
from typing import Annotated, Any, cast

from langchain_core.messages import AnyMessage
from langchain_core.tools import InjectedToolArg
from langchain_openai import ChatOpenAI
from langgraph.graph import END, StateGraph, add_messages
from langgraph.runtime import Runtime
from langgraph.store.base import BaseStore

from tests.e2e.templates import OWN_CLIENT


@dataclass(kw_only=True)
class Context:
    user_id: str = "default"
    model: str = field(default_factory=lambda: os.environ["TEMPLATES_MODEL"])


@dataclass(kw_only=True)
class State:
    messages: Annotated[list[AnyMessage], add_messages]


async def upsert_memory(
    content: str,
    context: str,
    *,
    memory_id: uuid.UUID | None = None,
    user_id: Annotated[str, InjectedToolArg],
    store: Annotated[BaseStore, InjectedToolArg],
) -> str:
    """Keep a memory of the user."""
    key = memory_id or uuid.uuid4()
    await store.aput(("memories", user_id), key=str(key), value={"content": content, "context": context})
    return f"Stored memory: {content}"


async def call_model(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    store, user = cast("BaseStore", runtime.store), runtime.context.user_id
    memories = await store.asearch(("memories", user), query=str([m.content for m in state.messages[-3:]]), limit=10)
    known = "\n".join(str(memory.value["content"]) for memory in memories)
    model = ChatOpenAI(model=runtime.context.model, timeout=OWN_CLIENT).bind_tools([upsert_memory])
    said = await model.ainvoke([{"role": "system", "content": f"You know: {known}"}, *state.messages])
    return {"messages": [said]}


async def store_memory(state: State, runtime: Runtime[Context]) -> dict[str, Any]:
    calls = getattr(state.messages[-1], "tool_calls", [])
    store, user = cast("BaseStore", runtime.store), runtime.context.user_id
    saved = await asyncio.gather(*(upsert_memory(**call["args"], user_id=user, store=store) for call in calls))
    answers = [
        {"role": "tool", "content": memory, "tool_call_id": call["id"]}
        for call, memory in zip(calls, saved, strict=True)
    ]
    return {"messages": answers}


def route_message(state: State) -> str:
    return "store_memory" if getattr(state.messages[-1], "tool_calls", None) else END


builder = StateGraph(State, context_schema=Context)
builder.add_node(call_model)
builder.add_edge("__start__", "call_model")
builder.add_node(store_memory)
builder.add_conditional_edges("call_model", route_message, ["store_memory", END])
builder.add_edge("store_memory", "call_model")
graph = builder.compile()
graph.name = "MemoryAgent"
