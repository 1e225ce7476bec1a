"""What an interrupt asks a person about: the calls of a `HITLRequest`, and in how few words."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from ...stream.hitl import DECISION_KINDS, Decision, HITLRequest, HITLResponse, ReviewConfig, reject, response
from ...stream.jsonable import jsonable
from ...text import one_line, short, short_arguments


@dataclass(frozen=True)
class PendingCall:
    """A tool call that waits for a decision."""

    name: str
    args: dict[str, Any] = field(default_factory=dict[str, Any])
    description: str = ""
    """What the graph says of it; perhaps empty."""
    allowed: tuple[str, ...] = DECISION_KINDS
    """What may be decided on it."""
    may_last: bool = False
    """Whether it may be approved for all calls of its name in the thread."""
    may_flag: bool = False
    """Whether an approval of it may say why it is to be looked at again."""

    @property
    def review(self) -> ReviewConfig:
        """What may be decided on it, as a request says it."""
        config = ReviewConfig(action_name=self.name, allowed_decisions=list(self.allowed))
        if self.may_last:
            config["scopes"] = ["call", "thread"]
        if self.may_flag:
            config["flags"] = True
        return config

    def __str__(self) -> str:
        """The call in a line, its arguments in short."""
        return f"{one_line(self.name)}({short_arguments(self.args)})"


@dataclass(frozen=True)
class ApprovalRequest:
    """The calls that an interrupt asks about, in the order in which they are decided; there is one at least."""

    calls: tuple[PendingCall, ...]
    expires_at: datetime | None = None
    """Until when it can be decided on; None: for ever, or the graph does not say."""

    @classmethod
    def parse(cls, request: Any) -> "ApprovalRequest | None":
        """Read a `HITLRequest`, also as a server sent it; None for what asks anything else.

        A request of which any part is no call asks something else: its author alone knows what answers it.
        """
        if not isinstance(request, Mapping):
            return None
        request = cast("Mapping[str, Any]", request)
        actions, reviews = request.get("action_requests"), _reviews(request.get("review_configs"))
        if not isinstance(actions, list) or not actions or not all(map(_is_call, cast("list[Any]", actions))):
            return None
        return cls(tuple(_call(action, reviews) for action in cast("list[dict[str, Any]]", actions)))

    def as_json(self) -> HITLRequest:
        """The request as an interrupt's value."""
        request: HITLRequest = {
            "action_requests": [
                {"name": call.name, "args": call.args, "description": call.description} for call in self.calls
            ],
            "review_configs": list({call.name: call.review for call in self.calls}.values()),
        }
        return request if self.expires_at is None else {**request, "expires_at": self.expires_at.isoformat()}

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


def _call(action: Mapping[str, Any], reviews: Mapping[str, Mapping[str, Any]]) -> PendingCall:
    name = action["name"]
    review = reviews.get(name) or {}
    return PendingCall(
        name,
        dict(action.get("args") or {}),
        str(action.get("description") or ""),
        tuple(review.get("allowed_decisions") or ()) or DECISION_KINDS,
        "thread" in (review.get("scopes") or ()),
        bool(review.get("flags")),
    )


def _reviews(reviews: Any) -> dict[str, Mapping[str, Any]]:
    """What may be decided, by the call's name; of several reviews of a name the first one counts."""
    found: dict[str, Mapping[str, Any]] = {}
    for review in cast("list[Any]", reviews) if isinstance(reviews, list) else []:
        if isinstance(review, Mapping):
            review = cast("Mapping[str, Any]", review)
            found.setdefault(str(review.get("action_name")), review)
    return found


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
