"""What the failures of all providers' clients have in common: their causes, the provider's own words, its statuses."""

import json
import re
import time
from email.utils import parsedate_to_datetime
from typing import Any

from mainstem.models.errors import (
    BadRequestError,
    ModelNotFoundError,
    ProviderError,
    RateLimitedError,
    ServerFailedError,
    WrongKeyError,
)
from mainstem.models.openai.json_values import mapping

_KEY = re.compile(r"\b(?:sk|gsk|xai|key|pk|rk)-[\w*.-]{4,}|\bBearer\s+\S+", re.IGNORECASE)
_LONGEST = 300
_LOOKED_AT = 10_000
_SERVER_FAULT = 500
_WAIT = {408, 409, 425}
_NO_CONNECTION = {"ConnectError", "ConnectTimeout", "ConnectionRefusedError", "gaierror", "UnsupportedProtocol"}
_NO_QUOTA = "insufficient_quota"


def by_status(
    status: int, words: str, place: str, model: str, code: str = "", *, key: str = "it", name: str = "MAINSTEM_MODEL"
) -> ProviderError:
    """What an HTTP status means; `key` and `name` say what people check where the key or the model is not known."""
    if status in (401, 403):
        return WrongKeyError(f"{place} does not accept the key ({status}: {words}). Check {key}.")
    if status == 404:
        return ModelNotFoundError(f"{place} knows no model {model!r} (404: {words}). Check {name}.")
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


def never_connected(error: BaseException) -> bool:
    """Whether it failed before a connection stood. The client's own transport library is known only by its names."""
    return any(type(cause).__name__ in _NO_CONNECTION for cause in causes(error))


def causes(error: BaseException) -> list[BaseException]:
    """The error, and what it came of, in order."""
    chain = [error]
    while (cause := chain[-1].__cause__ or chain[-1].__context__) is not None and cause not in chain:
        chain.append(cause)
    return chain


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


def code_of(body: Any) -> str:
    """Its codes for what went wrong, in one text."""
    fields = mapping(_inner(body))
    return " ".join(str(fields[key]) for key in ("code", "status", "type") if fields.get(key))


def _inner(body: Any) -> Any:
    return mapping(body).get("error") or body


def clean(said: Any) -> str:
    """One line of it, not too long, and no key in it."""
    text = _KEY.sub("[key]", " ".join((str(said) or type(said).__name__)[:_LOOKED_AT].split())).rstrip(".")
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
