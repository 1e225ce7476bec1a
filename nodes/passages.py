"""The numbered passages that an answer may cite: found by the node `retrieve`, and by tools since."""

from typing import Any, cast

from langchain_core.messages import AnyMessage, ToolMessage

from .messages import current_turn
from .state import State

Passage = dict[str, Any]
"""A passage as the search tool returns it: `n`, `document`, `heading`, `text`, `start`, `page`, `line` and more."""


def passages_of_turn(state: State) -> list[Passage]:
    """The passages that were found in the current turn, in the order of finding."""
    first = state.get("retrieved", {}).get("passages", [])
    return first + [passage for message in current_turn(state["messages"]) for passage in passages_of(message)]


def passages_by_number(state: State) -> dict[int, Passage]:
    """What a mark may name: the passages of this turn, and where it has none of that number, an earlier turn's."""
    earlier = [passage for message in state["messages"] for passage in passages_of(message)]
    return {passage["n"]: passage for passage in (*earlier, *passages_of_turn(state))}


def passages_of(message: AnyMessage) -> list[Passage]:
    """The numbered passages that a tool returned."""
    artifact: Any = message.artifact if isinstance(message, ToolMessage) else None
    return list(cast("dict[str, Any]", artifact).get("passages") or ()) if isinstance(artifact, dict) else []
