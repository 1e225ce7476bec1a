"""From LangGraph's stream parts, and LangChain's events, to ours: one small pure translator a stream mode.

Each takes a part's data, its namespace, the `RunState` and the time, and gives the events, which are not numbered yet.
"""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from ..events import Event
from . import custom, extra_modes, messages, runnable, stored, tasks, tools, updates
from .message_fields import field
from .state import RunState

__all__ = ["RunState", "ends_message", "translate_part"]

_BY_MODE = {
    "messages": messages.translate_message,
    "updates": updates.translate_update,
    "custom": custom.translate_custom,
    "tasks": tasks.translate_task,
    "tools": tools.translate_tool,
    "values": stored.translate_values,
    "runnable": runnable.translate_callback,
}


def ends_message(part: Mapping[str, Any]) -> bool:
    """Whether a message that costs something may end with `part`."""
    data = part["data"]
    if part["type"] == "messages":
        return field(data[0], "type") == "ai" or field(data[0], "chunk_position") == "last"
    if part["type"] == "runnable":
        return str(data["event"]).endswith(("model_end", "model_error"))
    return part["type"] == "updates" or (part["type"] == "tasks" and "result" in data)


def translate_part(part: Mapping[str, Any], state: RunState, at: float) -> Iterable[Event]:
    """The events that one `version="v2"` stream part says, to be taken before the next part's.

    A mode that nobody asked for says nothing.
    """
    mode, ns, data = part["type"], tuple(part["ns"]), part["data"]
    translator = _BY_MODE.get(mode)
    events: Iterable[Event] = translator(data, ns, state, at) if translator else ()
    return chain(events, extra_modes.translate_extra(mode, data, ns, at)) if mode in state.shows else events
