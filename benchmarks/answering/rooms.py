"""Single rooms of the agent, each run inside of a graph as the agent runs it: the search tool, the check."""

import time
from functools import cache
from typing import Any, TypedDict

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolMessage
from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime

from benchmarks.answering.suite import Reply
from nodes.context import Context
from nodes.verify import verify
from tools import TOOLS

SEARCH = "search_documents"


class _Step(TypedDict, total=False):
    given: Any
    made: Any


async def found(question: str) -> Reply:
    """What the search tool returns for a question, at its own limit, under the active settings."""
    began = time.perf_counter()
    message = (await _searching().ainvoke({"given": question}))["made"]
    artifact = message.artifact if isinstance(message.artifact, dict) else {}
    seconds = time.perf_counter() - began
    return Reply(message.text, seconds, message.status, passages=artifact.get("passages") or [])


async def verdict(sentence: str, passage: str, question: str = "") -> Reply:
    """What the agent's check says of a sentence that cites a passage: the reply's status is the verdict."""
    began = time.perf_counter()
    made = (await _checking().ainvoke({"given": _cited(sentence, passage, question)}))["made"]
    citations = made.get("citations") or [{}]
    said = citations[0].get("verdict") or ("supported" if citations[0].get("supported") else "unsupported")
    return Reply(sentence, time.perf_counter() - began, said)


@cache
def _searching() -> Any:
    async def search(state: _Step) -> _Step:
        call = {"type": "tool_call", "id": "1", "name": SEARCH, "args": {"query": state.get("given")}}
        return {"made": await TOOLS[SEARCH].ainvoke(call)}

    return StateGraph(_Step).add_node("search", search).add_edge(START, "search").compile()


@cache
def _checking() -> Any:
    async def check(state: _Step, runtime: Runtime[Context]) -> _Step:
        given: Any = {"messages": state.get("given")}
        return {"made": await verify(given, runtime)}

    return StateGraph(_Step, context_schema=Context).add_node("check", check).add_edge(START, "check").compile()


def _cited(sentence: str, passage: str, question: str) -> list[AnyMessage]:
    place = {"n": 1, "document": "passage.md", "path": "passage.md", "heading": "", "page": None, "line": None}
    held = {**place, "start": 0, "end": len(passage), "text": passage}
    call = {"type": "tool_call", "id": "1", "name": SEARCH, "args": {"query": question}}
    return [
        HumanMessage(question or "What does it say?", id="question"),
        AIMessage("", tool_calls=[call], id="call"),
        ToolMessage(passage, tool_call_id="1", name=SEARCH, artifact={"passages": [held], "tables": []}, id="found"),
        AIMessage(f"{sentence.strip()} [1]", id="answer"),
    ]
