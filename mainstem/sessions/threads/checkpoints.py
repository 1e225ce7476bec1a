"""The checkpoints of a thread: where it was before a message, for a run that goes on from there.

A branch is a checkpoint with several children, so branches share all that came before them, and nothing is copied.
"""

from collections.abc import AsyncIterator, Mapping
from importlib.metadata import version
from typing import Any

from ...stream.errors import ThreadError
from ...stream.repair import messages_of
from ...stream.sources import Source
from ...stream.translate.message_fields import field

LANGGRAPH = tuple(int(part) for part in version("langgraph").split(".")[:3] if part.isdigit())
"""The version that is installed."""

FIRST_BRANCHES = (1, 2, 13)
"""Before it, LangGraph read what a delta channel was first given into every branch of its first checkpoint."""


def place(thread: str, checkpoint_id: str | None) -> dict[str, str]:
    """What names a thread, or a checkpoint of it, in a config."""
    return {"thread_id": thread, **({"checkpoint_id": checkpoint_id} if checkpoint_id else {})}


def check_there(snapshot: Any, config: Mapping[str, Any]) -> None:
    """Raise `ThreadError` where the config names a checkpoint and `snapshot`, read by it, is none."""
    checkpoint_id = config["configurable"].get("checkpoint_id")
    if checkpoint_id and not (snapshot.created_at or snapshot.values):
        raise ThreadError(f"The thread has no checkpoint {checkpoint_id!r}.", hint="Its /fork tells one.")


def last_question(snapshot: Any) -> str | None:
    """The id of the question that was asked last in the thread at `snapshot`; None where none tells one."""
    messages = reversed(messages_of(snapshot.values)[1])
    return next((str(field(each, "id")) for each in messages if field(each, "type") == "human"), None)


async def checkpoint_before(source: Source, snapshot: Any, message_id: str) -> str:
    """The id of the checkpoint from which the message of the thread at `snapshot` was added.

    Raises `ThreadError` where `snapshot` does not hold the message, or nothing is kept of the time before it.
    """
    if not _holds(snapshot, message_id):
        hint = "Its messages are listed by GET /threads/{thread_id}, and stand in Session.state."
        raise ThreadError(f"The thread has no message {message_id!r}.", hint=hint)
    found = None
    async for earlier in _ancestors(source, snapshot):
        if _holds(earlier, message_id):
            continue
        found = earlier
        if not _is_input(earlier):
            break
    if found is None:
        raise ThreadError(
            f"Nothing is kept of the thread before message {message_id!r}.", hint="Ask in a new thread instead."
        )
    if _is_input(found) and LANGGRAPH < FIRST_BRANCHES and _has_delta_channel(source.graph):
        raise ThreadError(
            "Before LangGraph 1.2.13, the first question of a thread cannot be asked anew.",
            hint="Upgrade langgraph, or ask in a new thread.",
        )
    return str(found.config["configurable"]["checkpoint_id"])


async def _ancestors(source: Source, snapshot: Any) -> AsyncIterator[Any]:
    while snapshot.parent_config:
        snapshot = await source.state(snapshot.parent_config)
        yield snapshot


def _holds(snapshot: Any, message_id: str) -> bool:
    return any(field(message, "id") == message_id for message in messages_of(snapshot.values)[1])


def _is_input(snapshot: Any) -> bool:
    """Whether it holds an input that no node has read yet: what began the turn that is left out."""
    metadata: Mapping[str, Any] = snapshot.metadata or {}
    return metadata.get("source") == "input"


def _has_delta_channel(graph: Any) -> bool:
    channels: Mapping[str, Any] = getattr(graph, "channels", {})
    return any(type(channel).__name__ == "DeltaChannel" for channel in channels.values())
