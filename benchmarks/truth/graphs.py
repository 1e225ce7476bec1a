"""The graphs under test, as somebody else would write them: nothing here knows of any peer.

`langgraph dev` serves this very file from a folder of its own, so it imports nothing but LangChain and LangGraph.
"""

import asyncio
from contextvars import ContextVar
from typing import Any

from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import RetryPolicy

SLOW_TOOL = 2.0
ADDRESS: ContextVar[str | None] = ContextVar("address", default=None)
"""Where the model is; None: where OPENAI_BASE_URL says. Peers that run side by side have a provider each."""


@tool
async def search(query: str, of: str = "") -> str:
    """Search for something."""
    if query == "slow":
        await asyncio.sleep(SLOW_TOOL)
    return f"found {query[:40]!r}"


def model() -> ChatOpenAI:
    """The model of a user who changed nothing but its address."""
    return ChatOpenAI(model="scripted", base_url=ADDRESS.get())


def always(_: BaseException) -> bool:
    """Whether to try again: yes, whatever it was."""
    return True


class Summarised(MessagesState):
    """Messages, and a summary of them that is for the graph alone."""

    summary: str


async def ask(state: MessagesState) -> dict[str, Any]:
    return {"messages": [await model().ainvoke(state["messages"])]}


async def ask_or_fall_back(state: MessagesState) -> dict[str, Any]:
    return {"messages": [await model().with_fallbacks([model()]).ainvoke(state["messages"])]}


async def ask_and_rebuild(state: MessagesState) -> dict[str, Any]:
    reply = await model().ainvoke(state["messages"])
    return {"messages": [AIMessage(reply.text)]}


async def summarise(state: Summarised) -> dict[str, Any]:
    return {"summary": (await model().ainvoke(state["messages"])).text}


async def route(state: Summarised) -> dict[str, Any]:
    return {"summary": (await model().ainvoke(state["messages"])).text}


def agent() -> Any:
    """The plain agent of LangChain, with one tool."""
    return create_agent(model(), [search])


def thinking() -> Any:
    """The same agent over the interface that streams reasoning."""
    told: Any = {"effort": "low", "summary": "auto"}
    return create_agent(
        ChatOpenAI(model="scripted", base_url=ADDRESS.get(), use_responses_api=True, reasoning=told), [search]
    )


def retry() -> Any:
    """A node that LangGraph runs again when it fails."""
    policy = RetryPolicy(max_attempts=2, initial_interval=0.05, jitter=False, retry_on=always)
    return StateGraph(MessagesState).add_node("ask", ask, retry_policy=policy).add_edge(START, "ask").compile()


def fallback() -> Any:
    """A node that asks another model when the first fails."""
    return StateGraph(MessagesState).add_node("ask", ask_or_fall_back).add_edge(START, "ask").compile()


def copy() -> Any:
    """A node that returns a message made anew from the model's words."""
    return StateGraph(MessagesState).add_node("ask", ask_and_rebuild).add_edge(START, "ask").compile()


def summary() -> Any:
    """A node whose words are for the graph, and then the answer."""
    return (
        StateGraph(Summarised)
        .add_sequence([("summarise", summarise), ("ask", ask)])
        .set_entry_point("summarise")
        .compile()
    )


def router() -> Any:
    """A node that chooses the way by a word of the model, and then the answer."""
    graph = StateGraph(Summarised).add_node("route", route).add_node("ask", ask).add_edge(START, "route")
    return graph.add_conditional_edges("route", lambda _: "ask", ["ask"]).compile()


def both() -> Any:
    """Two nodes that talk at once."""
    graph = StateGraph(MessagesState).add_node("left", ask).add_node("right", ask)
    return graph.add_edge(START, "left").add_edge(START, "right").compile()


def twice() -> Any:
    """Two nodes, one after the other, each with a call of the model."""
    return StateGraph(MessagesState).add_sequence([("first", ask), ("then", ask)]).set_entry_point("first").compile()


GRAPHS = {made.__name__: made for made in (agent, thinking, retry, fallback, copy, summary, router, both, twice)}
