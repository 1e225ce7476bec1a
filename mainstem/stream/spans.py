"""What begins and ends in a run: nodes, messages and tool calls, and how their events are told to belong together."""

from typing import Literal

from .events import Event, MessageFinished, MessageStarted, NodeFinished, NodeStarted, ToolFinished, ToolStarted

SpanKey = tuple[Literal["node", "message", "tool"], str]
"""What begins and ends: its kind and its key."""

SpanStart = NodeStarted | MessageStarted | ToolStarted
SpanEnd = NodeFinished | MessageFinished | ToolFinished


def execution_key(node: str | None, task_id: str | None, ns: tuple[str, ...] | None) -> str:
    """Which execution of a node this is: its task, or its path where the source tells no tasks."""
    return task_id or "|".join((*(ns or ()), node or ""))  # LangGraph takes no node with a | in its name


def node_key(event: Event) -> str:
    """Which execution of a node an event is of."""
    return execution_key(event.node, event.task_id, event.ns)


def span_of(event: SpanStart | SpanEnd) -> SpanKey:
    """What an event begins or ends."""
    if isinstance(event, MessageStarted | MessageFinished):
        return "message", event.message_id
    if isinstance(event, ToolStarted | ToolFinished):
        return "tool", event.tool_call_id
    return "node", node_key(event)
