"""Graphs of other people, as the page may meet them."""

from typing import Any, TypedDict

from langchain_core.messages import AIMessage
from langgraph.config import get_stream_writer
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import interrupt


class Order(TypedDict):
    items: int
    price: float


async def add_tax(order: Order) -> dict[str, Any]:
    get_stream_writer()({"stage": "taxed", "<img src=x onerror=alert(1)>": "rate 20 %"})
    return {"price": order["items"] * order["price"] * 1.2}


orders = StateGraph(Order).add_node("add_tax", add_tax).add_edge(START, "add_tax").compile()


async def wonder(state: MessagesState) -> dict[str, Any]:
    said = interrupt({"question": "Which harbour?", "choices": ["North", "South"]})
    return {"messages": [AIMessage(f"So it is {said}.")]}


wondering = StateGraph(MessagesState).add_node("wonder", wonder).add_edge(START, "wonder").compile()


def _decide(state: MessagesState) -> dict[str, Any]:
    calls = [{"name": "send", "args": {"to": name, "copies": 1}} for name in ("Ann", "Bob")]
    kinds = ["approve", "edit", "reject", "respond"]
    reviews = [{"action_name": "send", "allowed_decisions": kinds}]
    said = interrupt({"action_requests": calls, "review_configs": reviews})
    return {"messages": [AIMessage(f"`{said}`")]}


deciding = StateGraph(MessagesState).add_node("decide", _decide).add_edge(START, "decide").compile()


def _disguise(state: MessagesState) -> dict[str, Any]:
    call = {
        "name": "send\u202edaer",
        "args": {"to": "Ann\u202eboB", "more": ["\u2066x\x9b8m"]},
        "description": "a\u202eb",
    }
    said = interrupt({"action_requests": [call], "review_configs": []})
    return {"messages": [AIMessage(f"`{said}`")]}


disguising = StateGraph(MessagesState).add_node("disguise", _disguise).add_edge(START, "disguise").compile()
