"""The `tasks` mode: when each node began and ended, and why it failed. What it says of inputs is not emitted."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from ..errors import describe
from ..events import Event
from . import stored
from .message_fields import field
from .open_items import Ns, OpenTool
from .state import RunState
from .updates import answers, changed_messages, keys_of


def translate_task(data: Mapping[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """The events that the start or the result of one task says."""
    if "triggers" in data or "input" in data:
        state.calls.learn_input(data.get("input"))
        stored.learn_input(data.get("input"), ns, state)
        yield from state.start_node(data["name"], data["id"], ns, at, meta=data.get("metadata"))
        if not state.tells_tools:
            yield from _announced_tools(data, ns, state, at)
    else:
        yield from _result(data, ns, state, at)


def _result(data: Mapping[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    result = cast("Mapping[str, Any]", data.get("result") or {})
    running = state.nodes.get(data["id"])
    if running is not None:
        stored.note_write(running, result, ns, state)
    yield from changed_messages(result, state, at)
    if running is not None:
        yield from answers(running, result, ns, state, at)
    for asked in data.get("interrupts") or ():
        yield from state.interrupt(field(asked, "id"), field(asked, "value"), at, running)
    error = data.get("error")
    yield from state.finish_node(
        data["id"], at, wrote=keys_of(result), error=None if error is None else describe(error)
    )


def _announced_tools(data: Mapping[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """A `Send` to a tool node carries its calls: the only sign of a running tool that a server gives."""
    given = data.get("input")
    given = cast("Mapping[str, Any]", given).get("tool_call") if isinstance(given, Mapping) else given
    for call in cast("list[Any]", given) if isinstance(given, list) else [given]:
        if isinstance(call, Mapping) and (call := cast("Mapping[str, Any]", call)).get("type") == "tool_call":
            tool = OpenTool(str(call["id"]), call.get("name") or "", data["name"], data["id"], ns, at, timed=True)
            yield from state.start_tool(tool, call.get("args") or {}, at)
