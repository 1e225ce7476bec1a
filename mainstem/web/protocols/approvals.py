"""LangChain's `HITLRequest` and `HITLResponse`, as other protocols' approvals need them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

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
"""What answers a `HITLRequest`, as a JSON Schema: one decision for each action, in their order."""


def actions(request: Any) -> list[dict[str, Any]]:
    """The actions that a `HITLRequest` asks about; none when the graph sent something else."""
    asked: Any = cast("Mapping[str, Any]", request).get("action_requests") if isinstance(request, Mapping) else None
    if not isinstance(asked, list):
        return []
    return [dict(cast("Mapping[str, Any]", action)) for action in cast("list[Any]", asked) if is_action(action)]


def is_action(action: Any) -> bool:
    """Whether this is a named call."""
    return isinstance(action, Mapping) and isinstance(cast("Mapping[str, Any]", action).get("name"), str)


def decision(approved: bool, reason: str | None = None) -> dict[str, Any]:
    """One decision of a `HITLResponse`."""
    if approved:
        return {"type": "approve"}
    return {"type": "reject", **({"message": reason} if reason else {})}


def refusal(request: Any, reason: str) -> Any:
    """The answer to an interrupt that nobody wants to answer: every action rejected, or `{"cancelled": reason}`."""
    asked = actions(request)
    return {"decisions": [decision(False, reason) for _ in asked]} if asked else {"cancelled": reason}


@dataclass
class Call:
    """A tool call as far as it was seen: `args` once they are whole."""

    name: str
    text: str = ""
    args: Any = None
    ended: bool = False
    taken: bool = field(default=False, compare=False)
    """Whether an interrupt already asks about it."""

    def is_of(self, action: Mapping[str, Any]) -> bool:
        """Whether this call is the one that `action` describes."""
        args = self.args if self.args is not None else _loaded(self.text)
        return not self.ended and not self.taken and self.name == action["name"] and args == action.get("args")


def asked_about(action: Mapping[str, Any], calls: Mapping[str, Call]) -> str | None:
    """The id of the open call that `action` describes; None when none was seen. It is not given out twice."""
    for key, call in calls.items():
        if call.is_of(action):
            call.taken = True
            return key
    return None


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
