"""What an interrupt asks a person about: the calls of a `HITLRequest`, and in how few words."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from ...stream.jsonable import jsonable
from ...text import one_line, short, short_arguments
from .shapes import DECISION_KINDS, Decision, HITLRequest, HITLResponse, reject, response


@dataclass(frozen=True)
class PendingCall:
    """A tool call that waits for a decision."""

    name: str
    args: dict[str, Any] = field(default_factory=dict[str, Any])
    description: str = ""
    """What the graph says of it; perhaps empty."""
    allowed: tuple[str, ...] = DECISION_KINDS
    """What may be decided on it."""

    def __str__(self) -> str:
        """The call in a line, its arguments in short."""
        return f"{one_line(self.name)}({short_arguments(self.args)})"


@dataclass(frozen=True)
class ApprovalRequest:
    """The calls that an interrupt asks about, in the order in which they are decided; there is one at least."""

    calls: tuple[PendingCall, ...]

    @classmethod
    def parse(cls, request: Any) -> "ApprovalRequest | None":
        """Read a `HITLRequest`, also as a server sent it; None for what asks anything else.

        A request of which any part is no call asks something else: its author alone knows what answers it.
        """
        if not isinstance(request, Mapping):
            return None
        request = cast("Mapping[str, Any]", request)
        actions, allowed = request.get("action_requests"), _allowed(request.get("review_configs"))
        if not isinstance(actions, list) or not actions or not all(map(_is_call, cast("list[Any]", actions))):
            return None
        return cls(tuple(_call(action, allowed) for action in cast("list[dict[str, Any]]", actions)))

    def as_json(self) -> HITLRequest:
        """The request as an interrupt's value."""
        allowed = {call.name: list(call.allowed) for call in self.calls}
        return {
            "action_requests": [
                {"name": call.name, "args": call.args, "description": call.description} for call in self.calls
            ],
            "review_configs": [{"action_name": name, "allowed_decisions": kinds} for name, kinds in allowed.items()],
        }

    def same_for_all(self, decision: Decision) -> HITLResponse:
        """The answer that decides so on every call."""
        return response([decision] * len(self.calls))

    def is_approved_by(self, answer: Any) -> bool:
        """Whether `answer` approves every call, as it is."""
        decisions: Any = cast("dict[str, Any]", answer).get("decisions") if isinstance(answer, dict) else None
        if not isinstance(decisions, list) or len(cast("list[Any]", decisions)) != len(self.calls):
            return False
        return all(map(_approves, cast("list[Any]", decisions)))


def _approves(decision: Any) -> bool:
    return isinstance(decision, dict) and cast("dict[str, Any]", decision).get("type") == "approve"


def _is_call(action: Any) -> bool:
    if not isinstance(action, Mapping):
        return False
    action = cast("Mapping[str, Any]", action)
    return isinstance(action.get("name"), str) and isinstance(action.get("args"), dict | None)


def _call(action: Mapping[str, Any], allowed: Mapping[str, tuple[str, ...]]) -> PendingCall:
    name = action["name"]
    return PendingCall(
        name, dict(action.get("args") or {}), str(action.get("description") or ""), allowed.get(name) or DECISION_KINDS
    )


def _allowed(reviews: Any) -> dict[str, tuple[str, ...]]:
    """What may be decided, by the call's name; of several reviews of a name the first one counts."""
    allowed: dict[str, tuple[str, ...]] = {}
    for review in cast("list[Any]", reviews) if isinstance(reviews, list) else []:
        if isinstance(review, Mapping):
            review = cast("Mapping[str, Any]", review)
            allowed.setdefault(str(review.get("action_name")), tuple(review.get("allowed_decisions") or ()))
    return allowed


def summary(request: Any) -> str:
    """What an interrupt asks, in a line: its calls, or the request itself where it is no `HITLRequest`."""
    asked = ApprovalRequest.parse(request)
    if asked is not None:
        return ", ".join(map(str, asked.calls))
    return short(one_line(json.dumps(request, ensure_ascii=False, default=str)), 200)


def refuse_all(request: Any, reason: str) -> Any:
    """The answer to what nobody answers: every call rejected, or `{"cancelled": reason}` where none is asked."""
    asked = ApprovalRequest.parse(request)
    return asked.same_for_all(reject(reason)) if asked else {"cancelled": reason}


def requests_of(interrupts: Iterable[Any] | None) -> dict[str, Any]:
    """What the interrupts of a thread ask, by id: LangGraph's objects, or a server's dicts."""
    return dict(map(_id_and_value, interrupts or ()))


def _id_and_value(interrupt: Any) -> tuple[str, Any]:
    if isinstance(interrupt, Mapping):
        interrupt = cast("Mapping[str, Any]", interrupt)
        return str(interrupt.get("id")), interrupt.get("value")
    return str(interrupt.id), interrupt.value


def pending_interrupts(requests: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Requests by interrupt id as JSON's list of them."""
    return [{"interrupt_id": key, "request": jsonable(request)} for key, request in requests.items()]
