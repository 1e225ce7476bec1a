"""When a failed attempt is made again."""

import pytest

from mainstem.models import (
    BadRequestError,
    BrokenStreamError,
    ModelError,
    ModelNotFoundError,
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


@pytest.mark.parametrize(
    ("error", "is_about_tools"),
    [
        (BadRequestError("x rejects the request (400: registry/gemma:2b does not support tools). Change"), True),
        (BadRequestError('"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser'), True),
        (BadRequestError("400: Unrecognized request argument supplied: tools"), True),
        (ModelNotFoundError("404: No endpoints found that support tool use"), True),
        (ServerFailedError("500: tools param requires --jinja flag"), True),
        (NotImplementedError(), True),
        (BadRequestError("400: An assistant message with 'tool_calls' must be followed by tool messages"), False),
        (BadRequestError("400: temperature is not supported"), False),
        (RateLimitedError("429: tools are not supported"), False),
        (ModelNotFoundError("404: the model does not exist"), False),
    ],
)
def test_a_model_that_takes_no_tools_is_known_by_its_words(error, is_about_tools):
    assert retry.rejects_tools(error) is is_about_tools
