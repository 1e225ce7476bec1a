"""When a failed attempt at a turn of a model is made again: after how long, and without stream, tools or pictures."""

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
_SEES_NOTHING = re.compile(
    r"\bimages?[ _-]?(?:inputs?|urls?)?\b[^.]{0,20}\bnot (?:supported|enabled)|"
    r"(?:\bnot|n['’]t|endpoints found that) support (?:images?|vision|multi-?modal)(?![ -]?(?:format|type|size|file))|"
    r"\bnot a (?:multi-?modal|vision)|\bunsupported content part type: .{0,2}image_url|\bimage_url is only supported",
    re.IGNORECASE,
)
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
    return _turned_down(error) and bool(_TOOLS.search(str(error)) and _UNABLE.search(str(error)))


def rejects_pictures(error: Exception) -> bool:
    """Whether a model or its server says that it sees no pictures, so that it may answer without.

    What is wrong with one picture, its format for instance, is no such word.
    """
    return _turned_down(error) and bool(_SEES_NOTHING.search(str(error)))


def _turned_down(error: Exception) -> bool:
    return isinstance(error, BadRequestError | ModelNotFoundError | ServerFailedError)
