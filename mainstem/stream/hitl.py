"""LangChain's shapes of requests and decisions, the decisions themselves, and what is written down of one.

`mainstem.sessions.approvals` gives them out: it reads requests, and checks whether decisions answer them.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Literal, NotRequired, TypedDict

from langchain_core.runnables.config import ensure_config

DecisionKind = Literal["approve", "reject", "edit", "respond"]

DECISION_KINDS: tuple[DecisionKind, ...] = ("approve", "reject", "edit", "respond")
"""What a person may decide on a call."""


class Action(TypedDict):
    """A named call."""

    name: str
    args: dict[str, Any]


class ActionRequest(Action):
    """A call that a person is asked about."""

    description: NotRequired[str]


class ReviewConfig(TypedDict):
    """What may be decided on the calls of one name."""

    action_name: str
    allowed_decisions: list[str]
    scopes: NotRequired[list[str]]
    """What an approval may be for: `call`, and perhaps `thread`. Mainstem's own."""
    flags: NotRequired[bool]
    """Whether an approval may have a `flag`. Mainstem's own."""


class HITLRequest(TypedDict):
    """What an interrupt asks."""

    action_requests: list[ActionRequest]
    review_configs: list[ReviewConfig]
    expires_at: NotRequired[str]
    """Until when it can be decided on, ISO 8601. Mainstem's own."""


class ApproveDecision(TypedDict):
    """Make the call as it is."""

    type: Literal["approve"]
    scope: NotRequired[Literal["call", "thread"]]
    """`thread`: and every later call of this tool in the thread. Mainstem's own; others know nothing of it."""
    flag: NotRequired[str]
    """Why it is to be looked at again, though it is done. Mainstem's own."""


class RejectDecision(TypedDict):
    """Do not make it; the model reads the message."""

    type: Literal["reject"]
    message: NotRequired[str]


class EditDecision(TypedDict):
    """Make this call instead."""

    type: Literal["edit"]
    edited_action: Action


class RespondDecision(TypedDict):
    """Do not make it: the message is its result."""

    type: Literal["respond"]
    message: str


Decision = ApproveDecision | RejectDecision | EditDecision | RespondDecision


class HITLResponse(TypedDict):
    """What answers a `HITLRequest`: a decision for each of its calls, in their order."""

    decisions: list[Decision]


class DecisionRecord(TypedDict):
    """What is written down of a decision; the fields are those of `events.ToolDecision`."""

    type: str
    by: NotRequired[str]
    at: str
    scope: Literal["call", "thread"]
    flag: NotRequired[str]


RESPONSE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["decisions"],
    "properties": {
        "decisions": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["type"],
                "properties": {
                    "type": {"enum": ["approve", "edit", "reject", "respond"]},
                    "message": {"type": "string"},
                    "scope": {"enum": ["call", "thread"]},
                    "flag": {"type": "string"},
                    "edited_action": {
                        "type": "object",
                        "required": ["name", "args"],
                        "properties": {"name": {"type": "string"}, "args": {"type": "object"}},
                    },
                },
            },
        }
    },
}
"""A `HITLResponse` as a JSON Schema."""


def approve(*, in_thread: bool = False, flag: str = "") -> ApproveDecision:
    """Make the call; `in_thread`: and every later one of this tool in the thread, without asking again.

    `flag`: why words that were held for review are to be looked at again, though they are shown.
    """
    decision: ApproveDecision = {"type": "approve", "scope": "thread"} if in_thread else {"type": "approve"}
    return {**decision, "flag": flag} if flag else decision


def reject(message: str | None = None) -> RejectDecision:
    """Do not make the call; None: without a reason."""
    return {"type": "reject"} if message is None else {"type": "reject", "message": message}


def edit(name: str, args: dict[str, Any]) -> EditDecision:
    """Make this call instead."""
    return {"type": "edit", "edited_action": {"name": name, "args": args}}


def respond(message: str) -> RespondDecision:
    """Take the message for the call's result."""
    return {"type": "respond", "message": message}


def response(decisions: Iterable[Decision]) -> HITLResponse:
    """The answer that these decisions make."""
    return {"decisions": list(decisions)}


def edited_call(decision: Decision) -> Action | None:
    """The call to make instead; None where the decision is no edit."""
    return decision["edited_action"] if decision["type"] == "edit" else None


def is_for_thread(decision: Decision) -> bool:
    """Whether later calls of the tool in this thread are approved, too."""
    return decision["type"] == "approve" and decision.get("scope") == "thread"


def answer_message(decision: Decision) -> str | None:
    """What is to be taken for the call's result; None where the decision is no such answer."""
    return decision["message"] if decision["type"] == "respond" else None


def refusal_message(decision: Decision) -> str | None:
    """Why the call is not to be made, perhaps empty; None where the decision is no rejection."""
    return str(decision.get("message") or "") if decision["type"] == "reject" else None


def recorded(decision: Decision) -> DecisionRecord:
    """What is written down of a decision: by whom, as the run that brought it says, and when."""
    at = _now().isoformat(timespec="seconds")
    record = DecisionRecord(type=decision["type"], at=at, scope="thread" if is_for_thread(decision) else "call")
    if by := _decider():
        record["by"] = by
    if flag := flag_of(decision):
        record["flag"] = flag
    return record


def expired(until: datetime | None) -> str:
    """Why it is too late for a decision; empty while it is not."""
    if until is None or _now() <= until:
        return ""
    return f"the decision came too late: it was waited for until {until:%Y-%m-%d %H:%M} UTC"


def seconds_left(until: datetime) -> float:
    """How long one has to decide; below 0 where it is too late."""
    return (until - _now()).total_seconds()


def flag_of(decision: Decision) -> str:
    """Why what was approved is to be looked at again; empty where it is not."""
    return str(decision.get("flag") or "") if decision["type"] == "approve" else ""


def _decider() -> str:
    config = ensure_config()
    told: dict[str, Any] = config.get("metadata") or {}
    configured: dict[str, Any] = config.get("configurable") or {}
    # who decides in somebody else's thread is not whose run it is
    return str(told.get("decided_by") or told.get("user") or configured.get("langgraph_auth_user_id") or "")


def _now() -> datetime:
    return datetime.now(UTC)
