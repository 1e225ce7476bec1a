"""What the provider's client raises, as a `ModelError` of one line: what happened, and what to do."""

import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import openai

from mainstem.models.errors import (
    BrokenStreamError,
    ModelError,
    ProviderError,
    RedirectedError,
    TimedOutError,
    TooLargeError,
    UnreachableError,
)
from mainstem.models.failures import by_status, causes, clean, code_of, never_connected, retry_after, said_by
from mainstem.models.size_limits import NotRead, SentElsewhere
from mainstem.models.timeouts import Overdue

CLIENT_FAILURES = (openai.OpenAIError, OSError, ValueError, TypeError, KeyError, AttributeError)
"""What a provider's answer can make its client raise. The last ones come of answers that are not what they claim."""

_KEY, _NAME = "OPENAI_API_KEY", "MAINSTEM_MODEL, and OPENAI_BASE_URL (…/v1)"
_LATER = re.compile(
    r"rate.?limit|overload|unavailable|timeout|timed out|server.?error|internal|try again|capacity", re.IGNORECASE
)


class Contradiction(ValueError):
    """The end of an answer says another thing than its pieces did."""


class Endpoint(NamedTuple):
    """Whom was asked: for the words of an error, never for its key."""

    model: str
    base_url: str

    def __str__(self) -> str:
        parts = urlsplit(self.base_url)
        return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}".rstrip(
            "/"
        )


def as_model_error(error: BaseException, place: Endpoint, *, heard: bool = False) -> ModelError:
    """The `ModelError` for what a client raised; `heard` says that part of the answer had come before."""
    if isinstance(error, ModelError):
        return error
    if bounded := _bounded(error, place):
        return bounded
    if isinstance(error, Contradiction):
        return BrokenStreamError(f"{place} ended its answer with other words than it had sent. Try again.")
    if isinstance(error, openai.APIStatusError):
        return _refused(error, place)
    if never_connected(error):
        return _unreachable(error, place)
    if isinstance(error, Overdue):
        said, setting = error.args
        return TimedOutError(f"{place} {said}. Try again, or raise {setting} (seconds).")
    if isinstance(error, openai.APITimeoutError | TimeoutError):
        return TimedOutError(
            f"{place} was silent for too long. Try again, or raise MAINSTEM_MODEL_FIRST_TOKEN_TIMEOUT and "
            "MAINSTEM_MODEL_TOKEN_TIMEOUT (seconds)."
        )
    if isinstance(error, openai.APIConnectionError | OSError):
        return _cut_off(place, heard=heard)
    if isinstance(error, openai.APIError):
        return in_stream(error.body if error.body is not None else error.message, place)
    return BrokenStreamError(
        f"{place} answered with something that is not the OpenAI format ({clean(error)}). "
        "Check OPENAI_BASE_URL (it usually ends in /v1), or try again."
    )


def _bounded(error: BaseException, place: Endpoint) -> ModelError | None:
    for cause in causes(error):
        if isinstance(cause, SentElsewhere):
            return RedirectedError(
                f"{place} redirects to {clean(cause)}: nothing was sent there. "
                "Set OPENAI_BASE_URL to where you mean to go."
            )
        if isinstance(cause, NotRead):
            return TooLargeError(f"{place} {cause}; the rest was not read. Use another model or server.")
    return None


def is_told(error: BaseException) -> bool:
    """Whether the provider itself told of the failure, in its stream: true also of an answer that seemed whole."""
    return type(error) is openai.APIError


def in_stream(body: Any, place: Endpoint) -> BrokenStreamError:
    """The `error` object that a provider put inside an answer that had begun with 200."""
    words, code = said_by(body), code_of(body)
    later = bool(_LATER.search(f"{words} {code}")) or code.startswith(("429", "5"))
    advice = "Try again." if later else "Change the request or the model: the same one may fail again."
    return BrokenStreamError(f"{place} broke off its answer: {words}. {advice}", retryable=later)


def _refused(error: openai.APIStatusError, place: Endpoint) -> ProviderError:
    status, words = error.status_code, said_by(error.body if error.body is not None else error.message)
    pause = retry_after(error.response.headers)
    if pause is not None:
        words += f"; it asks to wait {pause:.0f} s"
    made = by_status(status, words, str(place), place.model, code_of(error.body), key=_KEY, name=_NAME)
    made.status = status
    made.retry_after = pause
    return made


def _unreachable(error: BaseException, place: Endpoint) -> UnreachableError:
    return UnreachableError(
        f"There is no connection to {place} ({clean(causes(error)[-1])}). "
        "Check that the server runs, and OPENAI_BASE_URL."
    )


def _cut_off(place: Endpoint, *, heard: bool) -> BrokenStreamError:
    when = "in the middle of its answer" if heard else "before it answered"
    return BrokenStreamError(f"{place} dropped the connection {when}. Try again.")
