"""The words of a message: from what a chunk brings to the deltas that show it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessageChunk

from ..arrivals import KEY, Arrivals
from ..events import Event, MessageDelta, MessageReasoning, Words
from .message_fields import reasoning_of, text_of
from .open_items import OpenMessage
from .state import RunState


def next_delta(said: Any, meta: Mapping[str, Any], state: RunState, at: float) -> Sequence[Event] | None:
    """What a chunk of text alone, as most parts of a run are, adds to a message that goes on; None for all else."""
    if type(said) is not AIMessageChunk or type(said.content) is not str:
        return None
    if said.additional_kwargs or said.usage_metadata or said.tool_call_chunks or said.chunk_position:
        return None
    message = state.messages.get(state.named.get(said.id or "", said.id or ""))
    if message is None or message.closed:
        return None
    if said.response_metadata and said.response_metadata != {"model_provider": message.provider}:
        return None
    message.model = meta.get("ls_model_name") or message.model
    text = said.content
    return (_delta(MessageDelta, message, text, state, at, arrivals(said, state, at)),) if text else ()


def deltas(
    message: OpenMessage, chunk: Any, state: RunState, at: float, came: Arrivals | None = None
) -> Iterator[Event]:
    """The reasoning and the text of a chunk or a message."""
    came = came or Arrivals(1, at, at)
    if reasoning := reasoning_of(chunk):
        yield _delta(MessageReasoning, message, reasoning, state, at, came)
    if text := text_of(chunk):
        yield _delta(MessageDelta, message, text, state, at, came)


def arrivals(chunk: Any, state: RunState, at: float) -> Arrivals:
    """What `chunk` joins, in the run's time; one arrival, now, where its model did not tell."""
    extra: dict[str, Any] = getattr(chunk, "model_extra", None) or {}
    told = extra.get(KEY)
    if not isinstance(told, Arrivals):  # it came over another process's wire
        return Arrivals(1, at, at)
    if state.began is None:
        return Arrivals(told.n, at, at)
    first = round(min(max(told.first_at - state.began, 0.0), at), 6)
    last = round(min(max(told.last_at - state.began, 0.0), at), 6)
    return Arrivals(told.n, first, last)


def _delta(kind: type[Words], message: OpenMessage, text: str, state: RunState, at: float, came: Arrivals) -> Event:
    shown = kind is MessageDelta
    message.meter.arrived(text if shown else "", came.last_at, came.n, came.first_at)
    if shown:
        message.pieces.append(text)
    return kind(
        at=at,
        node=message.node,
        task_id=message.task_id,
        ns=message.ns or None,
        message_id=message.message_id,
        text=text,
        n=came.n,
        first_at=came.first_at,
        last_at=came.last_at,
        tokens=message.meter.n,
        words=message.meter.words,
        **(state.spending.so_far if state.spending is not None else {}),
    )
