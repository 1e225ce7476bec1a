"""A mark in the answer, with the passage that it names and whether that says so."""

from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer, model_validator

from .event import Event

Verdict = Literal["supported", "doubtful", "unsupported"]
"""What a check says of a cited sentence: its passage says so, that cannot be told, or its passage does not say so."""


class Locator(BaseModel):
    """Where in a document a passage stands."""

    model_config = ConfigDict(frozen=True)

    page: int | None = None
    """Page, counted from 1 (PDF)."""
    line: int | None = None
    """First line, counted from 1 (plain text)."""
    start: int
    """First character in the document's text."""
    end: int
    """Character after the last one."""

    @model_serializer(mode="wrap")
    def _omit_absent(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}


class Citation(Event):
    """A mark in the text, resolved; told while the answer streams, once the sentence is over.

    Those of a message that is superseded do not count: the event says which message by `message_id`.
    """

    type: Literal["citation"] = "citation"
    message_id: str
    """The message that the mark stands in."""
    marker: str
    """The mark, to the letter: `[2]`, or `[1, 2]` for each of its passages."""
    answer_start: int | None = None
    """Where in the message's text what it cites begins, in characters (code points); absent in older journals."""
    answer_end: int | None = None
    """Where that ends, behind the mark."""
    document: str
    """The cited document."""
    locator: Locator
    """Where in it."""
    quote: str
    """The passage's words."""
    verdict: Verdict | None = None
    """Whether the passage supports those words of the answer; absent when that was not checked."""

    @model_validator(mode="before")
    @classmethod
    def _read_old(cls, value: Any) -> Any:
        # until `verdict` there was `supported`, true or false; journals hold it
        if not isinstance(value, dict):
            return value
        fields = dict(cast("dict[str, Any]", value))
        said = fields.pop("supported", None)
        if said is not None:
            fields.setdefault("verdict", "supported" if said else "unsupported")
        return fields
