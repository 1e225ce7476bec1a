"""When a failed attempt at a model's turn is made again: after how long, and whether without streaming."""

import random

from mainstem.models import BadRequestError, BrokenStreamError, ModelError, ServerFailedError, TimedOutError

MAX_GROWTH = 16
"""How many times the first pause the longest one is."""


def seconds_until_next(attempt: int, retry_after: float | None, first: float) -> float:
    """How long to wait after `attempt`: what the provider told, else `first`, doubling with jitter."""
    if retry_after is not None:
        return retry_after
    return first * min(2 ** (attempt - 1), MAX_GROWTH) * random.uniform(0.5, 1.0)  # noqa: S311


def streaming_may_be_at_fault(error: ModelError) -> bool:
    """Whether the same request may succeed without streaming: the stream broke, or the server will not stream."""
    broke = isinstance(error, BrokenStreamError | TimedOutError | ServerFailedError)
    return broke or (isinstance(error, BadRequestError) and "stream" in str(error).lower())
