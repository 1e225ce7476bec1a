"""When a failed attempt at a model's turn is made again: after how long, and whether without streaming or tools."""

import random
import re

from mainstem.models import (
    BadRequestError,
    BrokenStreamError,
    ModelError,
    ModelNotFoundError,
    ServerFailedError,
    TimedOutError,
)

MAX_GROWTH = 16
"""How many times the first pause the longest one is."""

_TOOLS = re.compile(r"\btools\b|\btool[ _-]?(?:choice|use|calls?|calling)\b|\bfunction[ _-]?call", re.IGNORECASE)
_UNABLE = re.compile(
    r"\bnot (?:\w+ )?(?:support|permitted|allowed|implemented|available)|n['’]t support|"
    r"\bun(?:support|recogni[sz]|known|expected)|\brequires? |\bno endpoints",
    re.IGNORECASE,
)


def seconds_until_next(attempt: int, retry_after: float | None, first: float) -> float:
    """How long to wait after `attempt`: what the provider told, else `first`, doubling with jitter."""
    if retry_after is not None:
        return retry_after
    return first * min(2 ** (attempt - 1), MAX_GROWTH) * random.uniform(0.5, 1.0)  # noqa: S311


def streaming_may_be_at_fault(error: ModelError) -> bool:
    """Whether the same request may succeed without streaming: the stream broke, or the server will not stream."""
    broke = isinstance(error, BrokenStreamError | TimedOutError | ServerFailedError)
    return broke or (isinstance(error, BadRequestError) and "stream" in str(error).lower())


def rejects_tools(error: Exception) -> bool:
    """Whether a model or its server says that it cannot be offered tools, so that it may answer without.

    Servers say it with 400 (Ollama, vLLM), 404 (OpenRouter) or 500 (llama.cpp), and only their words tell what it is.
    """
    if isinstance(error, NotImplementedError):
        return True
    said = str(error)
    turned_down = isinstance(error, BadRequestError | ModelNotFoundError | ServerFailedError)
    return turned_down and bool(_TOOLS.search(said) and _UNABLE.search(said))
