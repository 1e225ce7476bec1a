"""When the deltas came that a chunk joins: what a model tells with its chunks, so that joining hides no arrival."""

from typing import Any, NamedTuple

from langchain_core.messages import AIMessageChunk

_KEY = "mainstem_arrivals"


class Arrivals(NamedTuple):
    """How many deltas, and when the first and the last of them came, in seconds of `time.monotonic()`."""

    n: int
    first_at: float
    last_at: float


def stamp(chunk: AIMessageChunk, arrivals: Arrivals) -> None:
    """Note on `chunk` what it joins. It goes no further than the stream: merged messages do not keep it."""
    if chunk.model_extra is not None:  # as `setattr` would do, for a tenth of the time
        chunk.model_extra[_KEY] = arrivals


def arrivals_of(chunk: Any) -> Arrivals | None:
    """What `chunk` joins, where its model told; None for a message that came over another process's wire."""
    extra: dict[str, Any] = getattr(chunk, "model_extra", None) or {}
    told = extra.get(_KEY)
    return told if isinstance(told, Arrivals) else None
