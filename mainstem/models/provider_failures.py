"""What a package of LangChain's raises for its provider, as a `ModelError` of one line."""

from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from pydantic import PrivateAttr

from mainstem.models.errors import BrokenStreamError, ModelError, TimedOutError, UnreachableError
from mainstem.models.failures import by_status, causes, clean, code_of, never_connected, retry_after, said_by
from mainstem.models.twin import twin_class, twin_of

_OURS = ("mainstem", "nodes", "tools", "langgraph", "builtins")
"""Whose exceptions are no provider's."""


def as_model_error(error: Exception, provider: str, model: str) -> ModelError | None:
    """The `ModelError` for what a provider's client raised; None for what is no provider's."""
    told, status = clean(said_by(getattr(error, "body", None) or str(error))), _status(error)
    if status is not None:
        refused = by_status(status, told, provider, model, code_of(getattr(error, "body", None)))
        refused.status = status
        refused.retry_after = retry_after(getattr(getattr(error, "response", None), "headers", {}))
        return refused
    if never_connected(error):
        why = clean(causes(error)[-1])
        return UnreachableError(f"There is no connection to {provider} ({why}). Check its address.")
    if isinstance(error, TimeoutError) or "Timeout" in type(error).__name__:
        return TimedOutError(f"{provider} was silent for too long. Try again.")
    if type(error).__module__.partition(".")[0] in _OURS and not isinstance(error, OSError):
        return None
    return BrokenStreamError(f"{provider} broke off its answer ({type(error).__name__}: {told}). Try again.")


def _status(error: Exception) -> int | None:
    """The HTTP status, wherever the client keeps it."""
    found = (getattr(error, "status_code", None), getattr(error, "code", None))
    return next((status for status in found if isinstance(status, int) and status >= 400), None)


def telling(model: BaseChatModel, provider: str, model_name: str) -> BaseChatModel:
    """A copy of a model whose failures are a `ModelError`; its class, fields and methods are its own."""
    return twin_of(model, _telling(type(model)), _place=(provider, model_name))


@cache
def _telling(cls: Any) -> type[BaseChatModel]:
    own = {"_place": PrivateAttr(), "__annotations__": {"_place": tuple}}
    hooks = {"_generate": _generate_of(cls), "_agenerate": _agenerate_of(cls)}
    streams = {"_stream": _stream_of(cls), "_astream": _astream_of(cls)}
    # only where the class has streams of its own: LangChain looks at that
    hooks |= {name: made for name, made in streams.items() if getattr(cls, name) is not getattr(BaseChatModel, name)}
    return twin_class(cls, {**own, **hooks})


@contextmanager
def _told(model: Any) -> Generator[None]:
    try:
        yield
    except ModelError:
        raise
    except Exception as error:
        told = as_model_error(error, *model._place)
        if told is None:
            raise
        raise told from error


def _generate_of(cls: Any) -> Any:
    def generate(self: Any, *args: Any, **kwargs: Any) -> ChatResult:
        with _told(self):
            return cls._generate(self, *args, **kwargs)

    return generate


def _agenerate_of(cls: Any) -> Any:
    async def agenerate(self: Any, *args: Any, **kwargs: Any) -> ChatResult:
        with _told(self):
            return await cls._agenerate(self, *args, **kwargs)

    return agenerate


def _stream_of(cls: Any) -> Any:
    def stream(self: Any, *args: Any, **kwargs: Any) -> Iterator[ChatGenerationChunk]:
        with _told(self):
            yield from cls._stream(self, *args, **kwargs)

    return stream


def _astream_of(cls: Any) -> Any:
    async def astream(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        with _told(self):
            async for chunk in cls._astream(self, *args, **kwargs):
                yield chunk

    return astream
