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


def test_pauses_grow_to_a_limit_unless_the_provider_names_one(monkeypatch):
    monkeypatch.setattr(retry.random, "uniform", lambda low, high: high)
    monkeypatch.setattr(retry, "BACKOFF", (0.5, 3.0))
    assert [retry.seconds_until_next(number, None) for number in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, 3.0]
    assert retry.seconds_until_next(1, 7.0) == 7.0
    assert retry.seconds_until_next(9, 0.0) == 0.0
