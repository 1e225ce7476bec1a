"""The one place that knows LangGraph's beta `DeltaChannel` and its private message reducer.

A checkpoint of such a channel stores what was added and not the whole thread again.
"""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, cast

from langchain_core.messages import AnyMessage, BaseMessage, convert_to_messages
from langgraph.channels.delta import DeltaChannel
from langgraph.graph.message import _messages_delta_reducer  # pyright: ignore[reportPrivateUsage]

SNAPSHOT_EVERY = 25
"""Updates after which a checkpoint holds all live messages again, so that reading replays no more than that."""


def reduce_messages(state: list[AnyMessage], writes: Sequence[Any]) -> list[AnyMessage]:
    """Add, replace and remove messages by id, as LangGraph's own reducer does, with an id for every message.

    Replaying a checkpoint runs this again over the stored writes: an id that a client left out must come out the same
    each time, so it is made from the message and the one before it.
    """
    last = state[-1].id if state else None
    flat: list[BaseMessage] = []
    for write in writes:
        for message in convert_to_messages(cast("list[Any]", write) if isinstance(write, list) else [write]):
            if message.id is None:
                message = message.model_copy(update={"id": _id(last, message)})
            last = message.id
            flat.append(message)
    return _messages_delta_reducer(state, [cast("list[AnyMessage]", flat)])


def _id(before: str | None, message: BaseMessage) -> str:
    return blake2b(f"{before}|{message.type}|{message.content}".encode(), digest_size=16).hexdigest()


def message_channel() -> Any:
    """The channel for a state's messages."""
    return cast("Any", DeltaChannel)(reduce_messages, snapshot_frequency=SNAPSHOT_EVERY)


def last_write(before: Any, writes: Sequence[Any]) -> Any:
    """The last thing that was written."""
    return writes[-1] if writes else before


def seldom_channel() -> Any:
    """The channel for what is long and changes seldom: a plain one would be stored again in every checkpoint.

    Each write is stored whole, and reading goes back to the last one: write it again from time to time.
    """
    return cast("Any", DeltaChannel)(last_write, snapshot_frequency=1)
