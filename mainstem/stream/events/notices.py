"""What people should know of a run."""

from typing import Any, Literal, cast, get_args

from pydantic import model_validator

from .event import Event
from .tools import ToolDecision

NoticeKind = Literal["masked", "refused", "ungrounded", "budget", "stall", "review", "journal", "other"]
"""What a notice is about."""


class Notice(Event):
    """Something that people should know."""

    type: Literal["notice"] = "notice"
    kind: NoticeKind
    """What it is about; `other` is what a graph calls by a word of its own, which is then its `rule`."""
    rule: str = ""
    """The rule that applied."""
    count: int | None = None
    """How often."""
    text: str = ""
    """One line for people."""
    decision: ToolDecision | None = None
    """What a person decided that it tells of: of words that the policy `rule` held for review."""

    @model_validator(mode="before")
    @classmethod
    def _other(cls, given: Any) -> Any:
        """A kind of a graph's own is no error: what it has to say is said."""
        if not isinstance(given, dict):
            return given
        fields = cast("dict[str, Any]", given)
        if "kind" not in fields or fields["kind"] in get_args(NoticeKind):
            return fields
        word = str(fields["kind"])
        return {**fields, "kind": "other", "rule": fields.get("rule") or word, "text": fields.get("text") or word}
