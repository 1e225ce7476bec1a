"""What can be open in a run: a node, a message, a tool call; each with where in the graph it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages.ai import UsageMetadata

from ..events import ToolStatus
from ..finish_reasons import is_whole
from ..meter import Meter

Ns = tuple[str, ...]


@dataclass(slots=True)
class OpenNode:
    """A node that began; `timed` says whether `began_at` is its true beginning or only its first sign."""

    node: str
    task_id: str | None
    ns: Ns
    began_at: float
    timed: bool
    meta: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What its source tells of its task."""


@dataclass(slots=True)
class OpenMessage:
    """A message of which words were seen; it stays here when it is finished, so that its copy is known."""

    message_id: str
    node: str | None
    task_id: str | None
    ns: Ns
    answer: bool | None
    meter: Meter
    model: str | None = None
    provider: str | None = None
    from_model: bool = True
    in_tool: bool = False
    """Whether it began while a tool ran around it: its words are the tool's own affair."""
    attempt: int = 1
    pieces: list[str] = field(default_factory=list[str])
    calls: dict[Any, tuple[str, str]] = field(default_factory=dict[Any, tuple[str, str]])
    arguments: dict[str, str] = field(default_factory=dict[str, str])
    """What was written of each call's arguments, by its id."""
    last_call: Any = None
    usage: UsageMetadata | None = None
    finish_reason: str | None = None
    refused: bool = False
    closed: bool = False
    superseded: bool = False

    @property
    def text(self) -> str:
        """All its words so far."""
        return "".join(self.pieces)

    @property
    def complete(self) -> bool:
        """Whether the provider said why it stopped, and the reason is that of a whole answer."""
        return is_whole(self.finish_reason)


@dataclass(slots=True)
class OpenTool:
    """A tool call that runs, or ran."""

    tool_call_id: str
    name: str
    node: str | None
    task_id: str | None
    ns: Ns
    began_at: float
    timed: bool
    closed: bool = False
    status: ToolStatus | None = None


def place_of(opened: OpenNode | OpenMessage | OpenTool) -> dict[str, Any]:
    """Where it is, as the fields of its events."""
    return {"node": opened.node, "task_id": opened.task_id, "ns": opened.ns or None}


def names_of(ns: Ns, node: str | None) -> tuple[str, ...]:
    """The names of the nodes around a node, and its own."""
    return (*(step.partition(":")[0] for step in ns), node or "")
