"""The `custom` mode: parts written with `mainstem.stream.writer`, and whatever else a graph's nodes write."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from langchain_core.messages.ai import UsageMetadata
from pydantic import TypeAdapter

from ..events import Citation, Data, Event, HaltReason, Notice, NoticeKind, Progress, ToolDecision, ToolOutput
from ..writer import KEY
from .open_items import Ns, OpenTool
from .state import RunState

_usage_type = TypeAdapter(UsageMetadata)
HALTS: dict[HaltReason, NoticeKind] = {
    "policy": "refused",
    "budget": "budget",
    "steps": "budget",
    "supervisor": "review",
}
"""The kind of notice that tells people of a halt."""


def translate_custom(data: Any, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """The events that one custom part says; a payload that is not ours is shown as `data`."""
    part: Any = cast("Mapping[str, Any]", data).get(KEY) if isinstance(data, Mapping) else None
    if not isinstance(part, Mapping):
        yield Data(at=at, ns=ns or None, mode="custom", data=data)
        return
    part = cast("Mapping[str, Any]", part)
    try:
        yield from _part(dict(part), ns, state, at)
    except (ValueError, KeyError, TypeError):
        yield Data(at=at, ns=ns or None, mode="custom", data=data)


def _part(part: dict[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    kind = part.pop("type")
    if kind in _EVENTS:
        yield _EVENTS[kind](at=at, ns=ns or None, **part)
    else:
        yield from _LIFECYCLE[kind](part, ns, state, at)


def _node_started(part: dict[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    yield from state.start_node(part["node"], part["task_id"], ns, at)


def _node_finished(part: dict[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    # Where task events come, they tell the end too, and know what was written and what went wrong.
    if not state.tells_tasks:
        yield from state.finish_node(part["task_id"], at, wrote=tuple(part.get("wrote") or ()))


def _tool_started(part: dict[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    tool = OpenTool(part["tool_call_id"], part["name"], part.get("node"), part.get("task_id"), ns, at, timed=True)
    decision = ToolDecision.model_validate(told) if (told := part.get("decision")) else None
    yield from state.start_tool(tool, part.get("args") or {}, at, decision)


def _tool_finished(part: dict[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    call_id = part["tool_call_id"]
    if call_id not in state.tools:
        yield from _tool_started(part, ns, state, at)
    yield from state.finish_tool(
        call_id, at, status=part["status"], summary=part.get("summary") or "", artifact=part.get("artifact")
    )


def _halt(part: dict[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    reason: HaltReason = part.pop("reason")
    notice = Notice(at=at, ns=ns or None, kind=HALTS[reason], **part)
    state.halt_reason = reason
    yield notice


def _attempt(part: dict[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    state.attempts[part["task_id"]] = int(part["attempt"])
    yield from ()


def _superseded(part: dict[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    message_id = str(part["message_id"])
    if shown := state.messages.get(state.named.get(message_id, message_id)):
        yield from state.supersede(shown, at, part["reason"])


def _usage(part: dict[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    state.hidden_usage.append((part.get("model"), None, _usage_type.validate_python(part["usage"])))
    yield from ()


def _masked(part: dict[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    state.masked[str(part["rule"])] += int(part["count"])
    yield from ()


def _citation(part: dict[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    # while a message streams, its id may be known as that of the model's run only
    message_id = str(part.pop("message_id"))
    yield Citation(at=at, ns=ns or None, message_id=state.named.get(message_id, message_id), **part)


_EVENTS: dict[str, type[Event]] = {
    "progress": Progress,
    "notice": Notice,
    "tool.output": ToolOutput,
}

_LIFECYCLE = {
    "node.started": _node_started,
    "node.finished": _node_finished,
    "tool.started": _tool_started,
    "tool.finished": _tool_finished,
    "citation": _citation,
    "halt": _halt,
    "attempt": _attempt,
    "message.superseded": _superseded,
    "usage": _usage,
    "masked": _masked,
}
