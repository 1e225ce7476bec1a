"""Tool calls: their arguments as they are written, their start, output and end."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .event import Event

ToolStatus = Literal["ok", "error", "timeout", "stopped", "rejected"]
"""How a tool call ended."""


class ToolArguments(Event):
    """The model is writing a call."""

    type: Literal["tool.arguments"] = "tool.arguments"
    tool_call_id: str
    """The call being written."""
    name: str = ""
    """The tool's name."""
    text: str = ""
    """The next piece of the arguments' JSON."""
    message_id: str | None = None
    """The message that makes the call."""


class ToolDecision(BaseModel):
    """What a person decided on a call, or on words that a policy held for review."""

    model_config = ConfigDict(frozen=True)

    type: Literal["approve", "edit", "reject", "respond"]
    """What was decided."""
    by: str | None = None
    """Who decided: the tag `user` of the run that brought the decision; null where nobody is named."""
    at: str = ""
    """When, ISO 8601 in UTC."""
    scope: Literal["call", "thread"] = "call"
    """Whether it was decided for this call, or for all calls of the tool in this thread."""
    flag: str | None = None
    """Why it is to be looked at again, though it was approved; null where it was not flagged."""


class ToolStarted(Event):
    """A tool call began to run."""

    type: Literal["tool.started"] = "tool.started"
    tool_call_id: str
    """The call."""
    name: str = ""
    """The tool's name."""
    args: dict[str, Any] = Field(default_factory=dict)
    """What it was called with; `{"_raw": text}` where the model wrote no JSON, so that it was not run."""
    decision: ToolDecision | None = None
    """What a person decided on it; absent where nobody was asked."""


class ToolOutput(Event):
    """Text that a tool writes while it runs."""

    type: Literal["tool.output"] = "tool.output"
    tool_call_id: str
    """The call."""
    text: str
    """What to append to its output."""


class ToolFinished(Event):
    """A tool call ended."""

    type: Literal["tool.finished"] = "tool.finished"
    tool_call_id: str
    """The call."""
    name: str = ""
    """The tool's name."""
    status: ToolStatus = "ok"
    """How it ended."""
    seconds: float | None = None
    """How long it ran; absent where the source does not tell when it began."""
    summary: str = ""
    """Its result in a line."""
    artifact: Any = None
    """What it returned beside its words: a table, a chart, passages."""
