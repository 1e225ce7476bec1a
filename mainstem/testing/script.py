"""The steps of a provider's script: those of `mainstem.models.scripted.script`, and what only a wire can do.

```json
{"turns": [
  [{"words": "All is well."}, {"usage": {"input_tokens": 9, "output_tokens": 4}}],
  [{"status": 429, "retry_after": 2}],
  {"steps": [{"text": "Half an "}, {"drop": "answer"}], "style": {"newline": "\\r\\n", "done": false}}
]}
```
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from mainstem.models.scripted import script as base
from mainstem.models.scripted.script import Step, Turn


class Status(Step):
    """An HTTP error instead of an answer: `message` and `code` go into OpenAI's error object, or `body` replaces it."""

    status: int
    message: str = "scripted failure"
    code: str | None = None
    retry_after: float | str | None = None
    body: Any = None


class Frame(Step):
    """One event whose data is this JSON value, whatever it means."""

    frame: Any


class Raw(Step):
    """These characters, exactly, as one write."""

    raw: str


class Comment(Step):
    """A comment line, as gateways send to keep a connection open."""

    comment: str


class ErrorObject(Step):
    """An `error` object inside a 200 stream; the stream ends after it."""

    error_object: dict[str, Any]


class Malformed(Step):
    """An event whose data is this text, which is no JSON."""

    malformed: str


class Torn(Step):
    """One chunk of text, written to the socket byte by byte inside each character that has several."""

    torn: str


class Drop(Step):
    """A TCP reset, after the first half of the event for this text (with an empty text, at once)."""

    drop: str


class Hang(Step):
    """Silence until the client goes away."""

    hang: Literal[True]


class Refusal(Step):
    """A piece of a refusal, as OpenAI streams it beside the content."""

    refusal: str


class Alternative(BaseModel):
    """A piece of another choice, for `n > 1`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index: int
    text: str = ""
    finish: str | None = None


class Choice(Step):
    """A piece of another choice."""

    choice: Alternative


class Style(BaseModel):
    """How a turn is written on the wire."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reasoning: Literal["reasoning_content", "reasoning", "reasoning_details", "content"] = "reasoning_content"
    """Which of the four spellings carries the reasoning."""
    usage: Literal["last", "cumulative", "none"] = "last"
    """Usage in a chunk of its own after the finish, growing in every chunk, or never."""
    newline: Literal["\n", "\r\n"] = "\n"
    done: bool = True
    """Whether `data: [DONE]` follows."""
    comments: bool = False
    """Whether a comment line stands before each event."""
    piece: int | None = Field(default=None, ge=1)
    """Bytes a write: cuts events anywhere, also inside a character."""


WIRE_STEPS: dict[str, type[Step]] = {
    "status": Status,
    "frame": Frame,
    "raw": Raw,
    "comment": Comment,
    "error_object": ErrorObject,
    "malformed": Malformed,
    "torn": Torn,
    "drop": Drop,
    "hang": Hang,
    "refusal": Refusal,
    "choice": Choice,
}


def _verb(step: Any) -> str | None:
    """The tag of a step, `model` for those that the scripted model plays too."""
    if base.verb(step):
        return "model"
    if isinstance(step, Step):
        return next((name for name, kind in WIRE_STEPS.items() if type(step) is kind), None)
    return next((name for name in WIRE_STEPS if name in step), None) if isinstance(step, dict) else None


WireStep = Annotated[
    Annotated[base.AnyStep, Tag("model")]
    | Annotated[Status, Tag("status")]
    | Annotated[Frame, Tag("frame")]
    | Annotated[Raw, Tag("raw")]
    | Annotated[Comment, Tag("comment")]
    | Annotated[ErrorObject, Tag("error_object")]
    | Annotated[Malformed, Tag("malformed")]
    | Annotated[Torn, Tag("torn")]
    | Annotated[Drop, Tag("drop")]
    | Annotated[Hang, Tag("hang")]
    | Annotated[Refusal, Tag("refusal")]
    | Annotated[Choice, Tag("choice")],
    Discriminator(
        _verb,
        custom_error_type="unknown_step",
        custom_error_message="a step is one of " + ", ".join([*base.STEPS, *WIRE_STEPS]),
    ),
]


class WireTurn(Turn):
    """One answer of the provider. Without a `style` of its own it takes the provider's."""

    steps: list[WireStep]  # pyright: ignore[reportIncompatibleVariableOverride]  # more steps, and nobody assigns
    style: Style | None = None


class WireScript(base.Script):
    """The turns in order. With `repeat` they start over when all are played."""

    turns: list[WireTurn]  # pyright: ignore[reportIncompatibleVariableOverride]  # more steps, and nobody assigns
