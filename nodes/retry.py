"""When a failed attempt at a model's turn is made again: after how long, and whether without streaming."""

import random

from mainstem.models import BadRequestError, BrokenStreamError, ModelError, ServerFailedError, TimedOutError

BACKOFF = (0.5, 8.0)
"""Seconds before the second attempt, and the most between two attempts, where the provider names no time."""


def seconds_until_next(attempt: int, retry_after: float | None) -> float:
    """How long to wait after `attempt`: what the provider told, else doubling with jitter."""
    first, max_seconds = BACKOFF
    if retry_after is not None:
        return retry_after
    return min(max_seconds, first * 2 ** (attempt - 1)) * random.uniform(0.5, 1.0)  # noqa: S311


def streaming_may_be_at_fault(error: ModelError) -> bool:
    """Whether the same request may succeed without streaming: the stream broke, or the server will not stream."""
    broke = isinstance(error, BrokenStreamError | TimedOutError | ServerFailedError)
    return broke or (isinstance(error, BadRequestError) and "stream" in str(error).lower())
