"""What a script is made of. A script is a list of turns, a turn a list of steps, a step an object with one verb.

```json
[
  [{"tool_call": {"name": "calculate", "args": {"expression": "6*7"}}}],
  {"when": "again", "steps": [{"words": "It is 42, still."}]},
  [{"reasoning": "Easy. "}, {"words": "It is 42.", "delay": 0.01}, {"usage": {"input_tokens": 9, "output_tokens": 4}}]
]
```

A turn that names no `finish`, `end` or `error` ends with the finish reason `tool_calls` when it made calls, else with
`stop`.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from mainstem.models.errors import ScriptError


class Step(BaseModel):
    """One thing that happens in a turn. Unknown keys are errors: a misspelt fault would test nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Step):
    """One chunk of the answer, exactly this text."""

    text: str


class WordByWord(Step):
    """The answer word by word, `delay` seconds before each (default 0)."""

    words: str
    delay: float = Field(0.0, ge=0)


class Reasoning(Step):
    """One chunk of the model's reasoning."""

    reasoning: str


class ScriptedCall(BaseModel):
    """A tool call: `id` is made up when it is left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    args: dict[str, Any] = Field(default_factory=dict[str, Any])
    id: str | None = None


class ToolCall(Step):
    """A whole tool call; it is streamed the way providers do: name and id first, then the arguments in pieces."""

    tool_call: ScriptedCall


class Fragment(BaseModel):
    """A raw piece of a tool call, as a provider would send it; every part may be missing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index: int | None = None
    id: str | None = None
    name: str | None = None
    args: str | None = None


class ToolChunk(Step):
    """One raw fragment of a tool call, broken ones included."""

    tool_chunk: Fragment


class Usage(Step):
    """Token counts (`input_tokens`, `output_tokens` and LangChain's details); the total is added when missing."""

    usage: dict[str, Any]

    @model_validator(mode="after")
    def _counted(self) -> "Usage":
        for key in ("input_tokens", "output_tokens"):
            if not isinstance(self.usage.setdefault(key, 0), int):
                raise ValueError(f"usage.{key} must be a whole number")
        self.usage.setdefault("total_tokens", self.usage["input_tokens"] + self.usage["output_tokens"])
        return self


class Sleep(Step):
    """Silence for this many seconds."""

    sleep: float = Field(ge=0)


class Finish(Step):
    """The finish reason that the provider gives; the turn ends here."""

    finish: str


class EarlyEnd(Step):
    """The stream closes early: no finish reason and no usage come."""

    end: Literal[True]


class Fault(Step):
    """The call fails here with this message; what was streamed before it stays streamed."""

    error: str
    retryable: bool = False
    retry_after: float | None = None


class Identity(Step):
    """The message id of the chunks that follow; left out, LangChain gives one."""

    id: str


STEPS: dict[str, type[Step]] = {
    "text": Text,
    "words": WordByWord,
    "reasoning": Reasoning,
    "tool_call": ToolCall,
    "tool_chunk": ToolChunk,
    "usage": Usage,
    "sleep": Sleep,
    "finish": Finish,
    "end": EarlyEnd,
    "error": Fault,
    "id": Identity,
}


def verb(step: Any) -> str | None:
    """The key that says what a step does, `None` when it has no known one."""
    if isinstance(step, Step):
        return next((name for name, kind in STEPS.items() if type(step) is kind), None)
    return next((name for name in STEPS if name in step), None) if isinstance(step, dict) else None


AnyStep = Annotated[
    Annotated[Text, Tag("text")]
    | Annotated[WordByWord, Tag("words")]
    | Annotated[Reasoning, Tag("reasoning")]
    | Annotated[ToolCall, Tag("tool_call")]
    | Annotated[ToolChunk, Tag("tool_chunk")]
    | Annotated[Usage, Tag("usage")]
    | Annotated[Sleep, Tag("sleep")]
    | Annotated[Finish, Tag("finish")]
    | Annotated[EarlyEnd, Tag("end")]
    | Annotated[Fault, Tag("error")]
    | Annotated[Identity, Tag("id")],
    Discriminator(verb, custom_error_type="unknown_step", custom_error_message="a step is one of " + ", ".join(STEPS)),
]


class Turn(BaseModel):
    """One answer of the model. `when` (a regular expression, any case) ties it to the last thing the human said.

    A bare list is a turn of those steps, a bare string a turn of those words.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    steps: list[AnyStep]
    when: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _spelled_out(cls, value: object) -> object:
        if isinstance(value, str):
            return {"steps": [{"words": value}]}
        return {"steps": cast("list[object]", value)} if isinstance(value, list) else value


class Script(BaseModel):
    """The turns in order. With `repeat` they start over when all are played."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    turns: list[Turn]
    repeat: bool = False

    @model_validator(mode="before")
    @classmethod
    def _spelled_out(cls, value: object) -> object:
        return {"turns": cast("list[object]", value)} if isinstance(value, list) else value


S = TypeVar("S", bound=Script)


def parse_script(value: Any, kind: type[S], name: str = "script") -> S:
    """Read a script of this `kind` from plain data (a list of turns, or `{"turns": […]}`).

    Raises `ScriptError`, one line that names the turn and the step at fault.
    """
    try:
        return kind.model_validate(value)
    except ValidationError as error:
        raise ScriptError(f"{name}: {_first(error)}. See {kind.__module__} for the steps.") from error


def load_script(path: str | Path, kind: type[S]) -> S:
    """Read a script of this `kind` from a JSON file. Raises `ScriptError` when it is missing, no JSON, or no script."""
    path = Path(path)
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScriptError(f"{path}: cannot read this script ({error.strerror}). Check MAINSTEM_MODEL.") from error
    except ValueError as error:
        raise ScriptError(f"{path}: not JSON ({error}). A script is a JSON list of turns.") from error
    return parse_script(value, kind, str(path))


def _first(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    return f"{_place(problem['loc'])}: {problem['msg']}"


def _place(loc: Sequence[int | str]) -> str:
    numbers = [part for part in loc if isinstance(part, int)][:2]
    named = [f"{kind} {number + 1}" for kind, number in zip(("turn", "step"), numbers, strict=False)]
    keys = [part for part in loc if isinstance(part, str)]
    # "turns" and "steps" are told by the numbers
    return ", ".join([*named, *(key for key in keys if not numbers or key not in ("turns", "steps"))]) or "the script"
