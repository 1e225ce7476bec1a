"""The nodes of the graph: that they begin and end, how far along they are, and what else they write."""

from typing import Any, Literal

from .event import Error, Event


class NodeStarted(Event):
    """A node of the graph began."""

    type: Literal["node.started"] = "node.started"


class NodeFinished(Event):
    """A node of the graph ended."""

    type: Literal["node.finished"] = "node.finished"
    seconds: float | None = None
    """How long it took; absent where the source does not tell when it began."""
    wrote: tuple[str, ...] | None = None
    """The state keys that it wrote."""
    error: Error | None = None
    """Why it failed; absent when it did not."""


class Progress(Event):
    """How far along something is: a node, a `Send` part, a tool, the indexing."""

    type: Literal["progress"] = "progress"
    tool_call_id: str | None = None
    """The tool call, where it belongs to one."""
    label: str = ""
    """What is being done."""
    done: float = 0.0
    """How much of it is done."""
    total: float | None = None
    """How much there is; absent when unknown."""
    unit: str = ""
    """What is counted."""


class Data(Event):
    """What else the graph wrote or showed."""

    nullable = frozenset({"data"})

    type: Literal["data"] = "data"
    mode: Literal["custom", "values", "checkpoints", "debug"]
    """The stream mode it came through."""
    data: Any = None
    """The graph's own payload, as JSON."""
