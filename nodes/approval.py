"""Which calls a person is asked about, until when, and what is written down of a decision."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from langchain_core.messages import AIMessage, ToolCall
from langchain_core.runnables.config import ensure_config

from mainstem.sessions.approvals import Decision, is_for_thread
from mainstem.settings import Settings
from mainstem.text import counted
from tools import TOOLS, approval_policy

from .state import DecisionRecord

DECIDE_UNTIL = "decide_until"
"""Response metadata of a message whose calls a person is asked about within a time: the end of that time, ISO 8601."""


def must_ask(call: ToolCall, settings: Settings, approved: Mapping[str, DecisionRecord]) -> bool:
    """Whether a person is asked before this call. A policy that fails asks."""
    name = call["name"]
    tool = TOOLS.get(name)
    if tool is None or name in approved:
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


def expired(until: datetime | None) -> str:
    """Why it is too late for a decision; empty while it is not."""
    if until is None or _now() <= until:
        return ""
    return f"the decision came too late: it was waited for until {until:%Y-%m-%d %H:%M} UTC"


def recorded(decision: Decision) -> DecisionRecord:
    """What is written down of a decision: by whom, as the run that brought it says, and when."""
    at = _now().isoformat(timespec="seconds")
    record = DecisionRecord(type=decision["type"], at=at, scope="thread" if is_for_thread(decision) else "call")
    if by := _decider():
        record["by"] = by
    return record


def for_thread(record: DecisionRecord, tool: str) -> str:
    """That calls of a tool are approved from now on, for people."""
    by = f" by {who}" if (who := record.get("by")) else ""
    return f"Calls of {tool} are approved in this thread{by}: nobody is asked about them again."


def too_late(count: int, why: str) -> str:
    """That calls were rejected, for people."""
    return f"{counted(count, 'call')} rejected: {why}."


def _decider() -> str:
    config = ensure_config()
    told: dict[str, Any] = config.get("metadata") or {}
    configured: dict[str, Any] = config.get("configurable") or {}
    # who decides in somebody else's thread is not whose run it is
    return str(told.get("decided_by") or told.get("user") or configured.get("langgraph_auth_user_id") or "")


def _now() -> datetime:
    return datetime.now(UTC)
