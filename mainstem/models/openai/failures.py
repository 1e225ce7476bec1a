"""What the provider's client raises, as a `ModelError` of one line: what happened, and what to do."""

import json
import re
import time
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import openai

from mainstem.models.errors import (
    BadRequestError,
    BrokenStreamError,
    ModelError,
    ModelNotFoundError,
    ProviderError,
    RateLimitedError,
    RedirectedError,
    ServerFailedError,
    TimedOutError,
    TooLargeError,
    UnreachableError,
    WrongKeyError,
)
from mainstem.models.openai.json_values import mapping
from mainstem.models.size_limits import NotRead, SentElsewhere
from mainstem.models.timeouts import Overdue

CLIENT_FAILURES = (openai.OpenAIError, OSError, ValueError, TypeError, KeyError, AttributeError)
"""What a provider's answer can make its client raise. The last ones come of answers that are not what they claim."""

_KEY = re.compile(r"\b(?:sk|gsk|xai|key|pk|rk)-[\w*.-]{4,}|\bBearer\s+\S+", re.IGNORECASE)
_LONGEST = 300
_LOOKED_AT = 10_000
_SERVER_FAULT = 500
_WAIT = {408, 409, 425}
_LATER = re.compile(
    r"rate.?limit|overload|unavailable|timeout|timed out|server.?error|internal|try again|capacity", re.IGNORECASE
)
_NO_CONNECTION = {"ConnectError", "ConnectTimeout", "ConnectionRefusedError", "gaierror", "UnsupportedProtocol"}
_NO_QUOTA = "insufficient_quota"


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
    words, code = said_by(body), _code(body)
    later = bool(_LATER.search(f"{words} {code}")) or code.startswith(("429", "5"))
    advice = "Try again." if later else "Change the request or the model: the same one may fail again."
    return BrokenStreamError(f"{place} broke off its answer: {words}. {advice}", retryable=later)


def _refused(error: openai.APIStatusError, place: Endpoint) -> ProviderError:
    status, words = error.status_code, said_by(error.body if error.body is not None else error.message)
    pause = retry_after(error.response.headers)
    if pause is not None:
        words += f"; it asks to wait {pause:.0f} s"
    made = _by_status(status, words, place, _code(error.body))
    made.status = status
    made.retry_after = pause
    return made


def _by_status(status: int, words: str, place: Endpoint, code: str) -> ProviderError:
    if status in (401, 403):
        return WrongKeyError(f"{place} does not accept the key ({status}: {words}). Check OPENAI_API_KEY.")
    if status == 404:
        return ModelNotFoundError(
            f"{place} knows no model {place.model!r} (404: {words}). Check MAINSTEM_MODEL, and OPENAI_BASE_URL (…/v1)."
        )
    if status == 429:
        if _NO_QUOTA in f"{code} {words}":
            return RateLimitedError(f"No quota is left at {place} ({words}). Check your plan there.", retryable=False)
        return RateLimitedError(f"{place} has had too many requests ({words}). Wait a little and try again.")
    if status >= _SERVER_FAULT:
        return ServerFailedError(f"{place} failed ({status}: {words}). Try again, or use another model.")
    return BadRequestError(
        f"{place} rejects the request ({status}: {words}). Change the question or the model's settings.",
        retryable=status in _WAIT,
    )


def _unreachable(error: BaseException, place: Endpoint) -> UnreachableError:
    return UnreachableError(
        f"There is no connection to {place} ({clean(causes(error)[-1])}). "
        "Check that the server runs, and OPENAI_BASE_URL."
    )


def never_connected(error: BaseException) -> bool:
    """Whether it failed before a connection stood. The client's own transport library is known only by its names."""
    return any(type(cause).__name__ in _NO_CONNECTION for cause in causes(error))


def causes(error: BaseException) -> list[BaseException]:
    """The error, and what it came of, in order."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    return chain


def _cut_off(place: Endpoint, *, heard: bool) -> BrokenStreamError:
    when = "in the middle of its answer" if heard else "before it answered"
    return BrokenStreamError(f"{place} dropped the connection {when}. Try again.")


def retry_after(headers: Any) -> float | None:
    """Seconds that the `Retry-After` header asks to wait (a number or a date), `None` without one that is clear."""
    milliseconds, said = headers.get("retry-after-ms"), headers.get("retry-after")
    try:
        if milliseconds:
            return max(0.0, float(milliseconds) / 1000)
        return max(0.0, float(said)) if said else None
    except ValueError:
        return _until(str(said))


def _until(date: str) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except ValueError:
        return None


def said_by(body: Any) -> str:
    """The provider's own words, wherever it put them."""
    inner = _inner(body)
    fields = mapping(inner)
    said: Any = fields.get("message") or fields.get("detail") or inner
    if not inner:
        return "no reason given"
    return clean(said if isinstance(said, str) and said else json.dumps(inner, default=str, ensure_ascii=False))


def _code(body: Any) -> str:
    fields = mapping(_inner(body))
    return " ".join(str(fields[key]) for key in ("code", "status", "type") if fields.get(key))


def _inner(body: Any) -> Any:
    return mapping(body).get("error") or body


def clean(said: Any) -> str:
    """One line of it, not too long, and no key in it."""
    text = _KEY.sub("[key]", " ".join((str(said) or type(said).__name__)[:_LOOKED_AT].split())).rstrip(".")
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
