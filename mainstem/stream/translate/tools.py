"""The `tools` mode: when each tool call began and ended. In-process only; servers refuse it."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from ..events import Event, ToolOutput
from .reading import field, one_line, text_of
from .state import Ns, OpenTool, RunState


def translate(data: Mapping[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """The events that one tool lifecycle part says."""
    call_id = data["tool_call_id"]
    match data["event"]:
        case "tool-started":
            tool = OpenTool(call_id, data.get("tool_name") or "", None, None, ns, at, timed=True)
            yield from state.start_tool(tool, _args(data.get("input")), at)
        case "tool-output-delta":
            delta = data.get("delta")
            yield ToolOutput(
                at=at, ns=ns or None, tool_call_id=call_id, text=delta if isinstance(delta, str) else one_line(delta)
            )
        case "tool-finished":
            yield from _finished(call_id, data.get("output"), state, at)
        case _:
            yield from state.finish_tool(call_id, at, status="error", summary=one_line(data.get("message") or ""))


def _args(given: Any) -> dict[str, Any]:
    if given is None:
        return {}
    return cast("dict[str, Any]", given) if isinstance(given, dict) else {"input": given}


def _finished(call_id: str, output: Any, state: RunState, at: float) -> Iterator[Event]:
    is_message = field(output, "type") == "tool"
    failed = is_message and field(output, "status") == "error"
    yield from state.finish_tool(
        call_id,
        at,
        status="error" if failed else "ok",
        summary=one_line(text_of(output) if is_message else output),
        artifact=field(output, "artifact") if is_message else None,
    )
