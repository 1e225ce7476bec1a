"""Which calls a person is asked about, until when, and what is written down of a decision."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from langchain_core.messages import AIMessage, ToolCall
from langchain_core.tools import BaseTool

from mainstem.sessions.approvals import DecisionRecord
from mainstem.settings import Settings
from mainstem.text import counted
from tools import approval_policy, changes_something

DECIDE_UNTIL = "decide_until"
"""Response metadata of a message whose calls a person is asked about within a time: the end of that time, ISO 8601."""


def must_ask(
    call: ToolCall, tools: Mapping[str, BaseTool], settings: Settings, approved: Mapping[str, DecisionRecord]
) -> bool:
    """Whether a person is asked before this call. A policy that fails asks."""
    name = call["name"]
    tool = tools.get(name)
    if tool is None or name in approved or (settings.read_only and changes_something(tool)):
        return False
    policy = settings.approvals.get(name) or approval_policy(tool)
    if not callable(policy):
        return policy == "always"
    try:
        return bool(policy(call["args"]))
    except Exception:  # noqa: BLE001 - a model writes the arguments: whatever a policy makes of them, a person looks
        return True


def stamped(message: AIMessage, settings: Settings) -> AIMessage:
    """`message`, with the time until which its calls can be decided on, where that has an end."""
    if settings.approval_hours is not None and message.tool_calls:
        until = _now() + timedelta(hours=settings.approval_hours)
        message.response_metadata[DECIDE_UNTIL] = until.isoformat()
    return message


def expiry(message: AIMessage) -> datetime | None:
    """Until when the calls of a message can be decided on, as was said when they were made; None: for ever."""
    until = message.response_metadata.get(DECIDE_UNTIL)
    return datetime.fromisoformat(str(until)) if until else None


def for_thread(record: DecisionRecord, tool: str) -> str:
    """That calls of a tool are approved from now on, for people."""
    by = f" by {who}" if (who := record.get("by")) else ""
    return f"Calls of {tool} are approved in this thread{by}: nobody is asked about them again."


def too_late(count: int, why: str) -> str:
    """That calls were rejected, for people."""
    return f"{counted(count, 'call')} rejected: {why}."


def _now() -> datetime:
    return datetime.now(UTC)
