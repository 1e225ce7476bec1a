"""When a failed attempt is made again."""

import pytest

from mainstem.models import (
    BadRequestError,
    BrokenStreamError,
    ModelError,
    RateLimitedError,
    ServerFailedError,
    TimedOutError,
    UnreachableError,
    WrongKeyError,
)
from nodes import retry


@pytest.mark.parametrize(
    ("error", "helps"),
    [
        (BrokenStreamError("x"), True),
        (TimedOutError("x"), True),
        (ServerFailedError("x"), True),
        (BadRequestError("stream is not supported"), True),
        (BadRequestError("temperature is wrong"), False),
        (RateLimitedError("x"), False),
        (UnreachableError("x"), False),
        (WrongKeyError("x"), False),
        (ModelError("x"), False),
    ],
)
def test_streaming_is_left_out_where_it_may_be_at_fault(error, helps):
    assert retry.streaming_may_be_at_fault(error) is helps


@pytest.mark.parametrize(("attempt", "longest"), [(1, 0.5), (2, 1.0), (3, 2.0), (5, 8.0), (6, 8.0), (2000, 8.0)])
def test_pauses_grow_to_a_limit_with_jitter(attempt, longest):
    pauses = [retry.seconds_until_next(attempt, None, 0.5) for _ in range(200)]
    assert longest / 2 <= min(pauses) < max(pauses) <= longest
    assert max(pauses) > longest / 2 * 1.5


def test_the_provider_may_name_the_pause():
    assert retry.seconds_until_next(1, 7.0, 0.5) == 7.0
    assert retry.seconds_until_next(9, 0.0, 0.5) == 0.0
