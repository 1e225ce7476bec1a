"""The model's words in what nodes write and states hold, in every form that LangGraph's reducers take."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, cast

from langchain_core.messages import convert_to_messages
from langgraph.types import Overwrite
from pydantic import BaseModel

from .message_fields import field

MODEL = frozenset({"ai", "assistant", "AIMessageChunk"})
"""Roles and types of a model's messages."""

TOOL = "tool"
"""Role of a tool's messages."""

_OVERWRITE = "__overwrite__"
_REFUSED = (ValueError, TypeError, KeyError, NotImplementedError, AttributeError)


@dataclass(slots=True)
class StateMessage:
    """A message in a state."""

    key: str
    message: Any
    message_id: str | None
    """Its id; None where its graph gives none."""
    after: str | None
    """Id of the message before it, in a list."""


def state_entries(state: Any) -> Iterator[tuple[str, Any]]:
    """The keys and values of a state, whatever it is made of; a value that is no state has the key ''."""
    if isinstance(state, Mapping):
        yield from ((str(key), value) for key, value in cast("Mapping[Any, Any]", state).items())
    elif isinstance(state, BaseModel) and field(state, "type") not in MODEL:
        yield from ((key, getattr(state, key)) for key in type(state).model_fields)
    elif is_dataclass(state) and not isinstance(state, type):
        yield from ((each.name, getattr(state, each.name)) for each in fields(state))
    else:
        yield "", state


def model_messages_in(state: Any) -> list[StateMessage]:
    """The model's messages in a state, those of its conversation first."""
    found = [one for key, value in state_entries(state) for one in _in_value(key, value)]
    return sorted(found, key=lambda one: one.key != "messages")


def ids_in(state: Any) -> set[str]:
    """The ids of all messages in a state, whoever said them."""
    lists = [cast("list[Any]", value) for _, value in state_entries(state) if isinstance(value, list)]
    return {message_id for each in lists for item in each if (message_id := field(item, "id"))}


def _in_value(key: str, value: Any) -> Iterator[StateMessage]:
    if (said := as_model_message(value)) is not None:
        yield StateMessage(key, said, field(said, "id"), None)
    elif isinstance(value, list | tuple):
        after: str | None = None
        for item in cast("Sequence[Any]", value):
            if (said := as_model_message(item, pairs=key == "messages")) is not None:
                yield StateMessage(key, said, field(said, "id"), after)
            after = field(item, "id")


def model_messages_written(value: Any, *, pairs: bool = True) -> Iterator[Any]:
    """The model's messages in what was written to one key: one or a list, coerced as `add_messages` would."""
    for item in _items(value):
        if (said := as_model_message(item, pairs=pairs)) is not None:
            yield said


def answers_written(value: Any, *, cached: bool) -> Iterator[Any]:
    """The tools' messages among it that no other mode shows: dicts of a role, and whatever a cache knew."""
    for item in _items(value):
        if cached and field(item, "type") == TOOL:
            yield item
        by_role = isinstance(item, dict) and cast("dict[str, Any]", item).get("role") == TOOL
        if by_role and (said := _coerced(item)) is not None:
            yield said


def _items(value: Any) -> Iterator[Any]:
    """What was written to one key, one by one; a pair is one message."""
    if isinstance(value, Overwrite):
        value = value.value
    elif field(value, "type") == _OVERWRITE:  # as a server tells of it
        value = field(value, "value")
    if isinstance(value, Mapping) and set(cast("Mapping[str, Any]", value)) == {"$writes"}:
        for each in cast("Mapping[str, Any]", value)["$writes"]:
            yield from _items(each)
    elif isinstance(value, list | tuple) and not _is_pair(cast("Sequence[Any]", value)):
        yield from cast("Sequence[Any]", value)
    else:
        yield value


def as_model_message(value: Any, *, pairs: bool = False) -> Any | None:
    """`value` as a model's message; None when it is none.

    `pairs`: whether `("ai", "…")` is one, as it is where a graph keeps its messages.
    """
    if isinstance(value, dict):
        return _of_dict(cast("dict[str, Any]", value))
    if getattr(value, "type", None) in MODEL:
        return value if hasattr(value, "content") else None
    if pairs and isinstance(value, list | tuple) and _is_pair(cast("Sequence[Any]", value)):
        return _coerced(tuple(cast("Sequence[Any]", value)))
    return None


def _of_dict(value: dict[str, Any]) -> Any | None:
    if "content" not in value:
        return None
    if value.get("type") in MODEL:
        return value
    return _coerced(value) if _is_role(value.get("role")) else None


def _is_pair(value: Sequence[Any]) -> bool:
    return len(value) == 2 and _is_role(value[0])


def _is_role(value: Any) -> bool:
    return isinstance(value, str) and value in MODEL


def _coerced(value: Any) -> Any | None:
    try:
        return convert_to_messages([value])[0]
    except _REFUSED:
        return None
