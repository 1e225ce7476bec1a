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


@pytest.mark.parametrize(
    ("error", "sees_nothing"),
    [
        (BadRequestError("400: this model does not support image input (ref: 1)"), True),
        (
            ServerFailedError("500: image input is not supported - hint: you may need to provide the mmproj"),
            True,
        ),
        (
            ServerFailedError('500: Failed to parse: Unsupported content part type: "image_url"; messages'),
            True,
        ),
        (ModelNotFoundError("404: No endpoints found that support image input"), True),
        (BadRequestError("400: gemma-2b is not a multimodal model"), True),
        (BadRequestError("400: Invalid content type. image_url is only supported by certain models."), True),
        (BadRequestError("400: You uploaded an unsupported image. Please make sure it is below 20 MB in size"), False),
        (BadRequestError("400: the server does not support image formats other than PNG"), False),
        (BadRequestError("400: this model does not support tools"), False),
        (RateLimitedError("429: image input is not supported"), False),
    ],
)
def test_a_model_that_sees_no_pictures_is_known_by_its_words(error, sees_nothing):
    assert retry.rejects_pictures(error) is sees_nothing
