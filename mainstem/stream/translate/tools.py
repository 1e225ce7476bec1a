"""The `tools` mode: when each tool call began and ended. In-process only; servers refuse it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from langchain_core.messages import ToolMessage
from langgraph.types import Command

from ..events import Event, ToolOutput
from .message_fields import field, shortened, text_of
from .open_items import Ns, OpenTool
from .state import RunState

_NOTHING = ToolMessage("", tool_call_id="")


def translate_tool(data: Mapping[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    """The events that one tool lifecycle part says."""
    run = str(data["tool_call_id"])
    call_id = state.calls.by_hand.get(run, run)
    match data["event"]:
        case "tool-started":
            yield from _started(data, ns, state, at)
        case "tool-output-delta":
            yield from _output(call_id, data.get("delta"), ns, state, at)
        case "tool-finished":
            yield from _finished(call_id, data.get("output"), state, at)
        case _:
            yield from state.finish_tool(call_id, at, status="error", summary=shortened(data.get("message") or ""))


def is_unplaced(part: Mapping[str, Any], state: RunState) -> bool:
    """Whether `part`, of this mode, begins a call of which no callback has said yet where it is made."""
    return part["data"]["event"] == "tool-started" and part["data"]["tool_call_id"] not in state.calls.made


def _started(data: Mapping[str, Any], ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    run, name, args = data["tool_call_id"], data.get("tool_name") or "", _args(data.get("input"))
    made = state.calls.made.get(run)
    node, task_id = (made.node, made.task_id) if made else (None, None)
    failed = [tool.tool_call_id for tool in state.tools.values() if tool.status == "error" and tool.task_id == task_id]
    call_id = state.calls.call_of_run(run, name, args, failed)
    yield from state.start_tool(OpenTool(call_id, name, node, task_id, ns, at, timed=True), args, at)


def _output(call_id: str, delta: Any, ns: Ns, state: RunState, at: float) -> Iterator[Event]:
    tool = state.tools.get(call_id)
    yield ToolOutput(
        at=at,
        node=tool.node if tool else None,
        task_id=tool.task_id if tool else None,
        ns=ns or None,
        tool_call_id=call_id,
        text=delta if isinstance(delta, str) else shortened(delta),
    )


def _args(given: Any) -> dict[str, Any]:
    if given is None:
        return {}
    return cast("dict[str, Any]", given) if isinstance(given, dict) else {"input": given}


def _finished(call_id: str, output: Any, state: RunState, at: float) -> Iterator[Event]:
    said = _answer(output, call_id)
    failed = field(said, "status") == "error"
    yield from state.finish_tool(
        call_id,
        at,
        status="error" if failed else "ok",
        summary=shortened(output if said is None else text_of(said)),
        artifact=field(said, "artifact"),
    )


def _answer(output: Any, call_id: str) -> Any:
    """The message in what a tool returned that answers the call; None where it returned its result itself.

    A `Command` is no result: it says what else the graph is to do.
    """
    if field(output, "type") == "tool":
        return output
    returned = cast("list[Any]", output) if isinstance(output, list | tuple) else [output]
    if not any(isinstance(each, Command) or field(each, "type") == "tool" for each in returned):
        return None
    said = [message for each in returned for message in _messages_in(each) if field(message, "type") == "tool"]
    ours = [message for message in said if field(message, "tool_call_id") == call_id]
    return (ours or said or [_NOTHING])[0]


def _messages_in(returned: Any) -> list[Any]:
    if not isinstance(returned, Command):
        return [returned]
    update: Any = cast("Command[Any]", returned).update
    pairs = cast("dict[str, Any]", update).items() if isinstance(update, Mapping) else update
    values: list[Any] = [pair[1] for pair in cast("Iterable[Any]", pairs or ()) if isinstance(pair, tuple)]
    return [each for value in values for each in (cast("list[Any]", value) if isinstance(value, list) else [value])]
