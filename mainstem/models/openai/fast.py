"""`fast`: the user's own `ChatOpenAI`, fed by a stream that costs less."""

import urllib.request
from collections.abc import AsyncIterator
from functools import cache
from typing import Any, TypeVar, cast

from langchain_core.outputs import ChatGenerationChunk
from langchain_openai.chat_models.base import BaseChatOpenAI
from openai.types.chat import ChatCompletionChunk

from mainstem.models.coalesce import ARRIVALS, TEXT, MergedStream, http_client, sync_http_client
from mainstem.models.coalesce.growth import growing_texts
from mainstem.models.openai import raw_stream
from mainstem.models.openai.chunk_timeout import ChunkTimeout
from mainstem.models.openai.json_values import mapping
from mainstem.models.twin import twin_class, twin_of
from mainstem.settings import active
from mainstem.stream.arrivals import Arrivals, stamp

_CALLS = frozenset({"tool_calls", "function_call"})
_MAKERS = ("langchain_openai.", "openai._base_client")

Model = TypeVar("Model", bound=BaseChatOpenAI)


def fast(model: Model, *, coalesce: bool | None = None) -> Model:
    """A copy of `model`, a `ChatOpenAI`, `AzureChatOpenAI` or subclass, whose streams cost less and say the same.

    Its class, parameters, callbacks and methods are the model's own; only what lies below them is another: chunks of
    chat completions come as plain data instead of typed objects, and what has arrived together is one chunk, with how
    many and when for `watch`. Streams of the Responses interface and of structured output are joined below the SDK.
    An HTTP client that the model was given stays in use, and so does a proxy. `coalesce=False` (default:
    `MAINSTEM_COALESCE`) returns the model as it is.

    Raises `TypeError` for a model that was given `async_client` without `root_async_client`, and for one that is no
    `ChatOpenAI`: where it takes an httpx client, give it `http_client()`.
    """
    if not isinstance(cast("object", model), BaseChatOpenAI):
        raise TypeError(
            f"fast() takes ChatOpenAI and what is made of it, not {type(model).__name__}. "
            "Where a model takes an httpx client, give it mainstem.http_client()."
        )
    if not (active().coalesce if coalesce is None else coalesce):
        return model
    if model.root_async_client is None:
        raise TypeError(
            "fast() needs the SDK's client below the model, which was given async_client alone. "
            "Give it root_async_client too, or leave both to the model and give it http_async_client."
        )
    twin = twin_of(model, _stamping(type(model)))
    if not _goes_its_own_way(model):
        twin.root_async_client = twin.root_async_client.copy(http_client=http_client(coalesce=True))
        if twin.root_client is not None:
            twin.root_client = twin.root_client.copy(http_client=sync_http_client(coalesce=True))
    raw_stream.feed(twin, MergedStream)
    return twin


def _goes_its_own_way(model: BaseChatOpenAI) -> bool:
    """Whether its requests go through a client or a proxy that somebody has chosen."""
    given = (model.http_async_client, model.http_client, model.openai_proxy)
    chosen = any(given) or not _is_default(model.root_async_client)
    return chosen or bool(urllib.request.getproxies().keys() - {"no"})


def _is_default(client: Any) -> bool:
    """Whether an SDK's client has the HTTP client that LangChain or the SDK makes where nobody gives one."""
    return type(getattr(client, "_client", None)).__module__.startswith(_MAKERS)


def _is_as_typed(chunk: dict[str, Any], arrivals: Arrivals | None) -> bool:
    """Whether LangChain reads the same from the SDK's types: text alone, or an event that was made from them."""
    made = arrivals is None and "type" in chunk
    return made or TEXT in chunk or [key for _, key in growing_texts(chunk)] == ["content"]


def _has_plain_choices(chunk: dict[str, Any]) -> bool:
    """Whether its choices hold nothing but words: of these, LangChain's own reading takes what is there.

    Of calls and log probabilities it takes keys that a provider may leave out.
    """
    choices = chunk.get("choices")
    return isinstance(choices, list) and all(_is_plain(choice) for choice in cast("list[Any]", choices))


def _is_plain(choice: Any) -> bool:
    fields = mapping(choice)
    if not isinstance(fields.get("delta"), dict) or fields.get("logprobs"):
        return False
    delta = mapping(fields["delta"])
    return not any(delta.get(key) for key in _CALLS)


def _as_typed(chunk: dict[str, Any]) -> dict[str, Any]:
    """The chunk as the SDK's types would have it: what a provider left out is there, and null."""
    made = cast("Any", ChatCompletionChunk).construct(None, **chunk)
    return made.model_dump(warnings=False)


def _with_one_timer(model: Any, kwargs: dict[str, Any]) -> Any:
    """What is to be streamed from instead: the same model, whose chunk timeout is kept where its chunks are read."""
    seconds: float | None = getattr(model, "stream_chunk_timeout", None)
    asked = {**model.model_kwargs, **kwargs}
    if not seconds or "response_format" in asked or model._use_responses_api(asked):
        return model
    limits = ChunkTimeout(seconds, model.model_name)
    twin = model.model_copy(update={"stream_chunk_timeout": None})
    twin.async_client = raw_stream.AsyncCompletions(model.root_async_client, MergedStream, limits)
    return twin


@cache
def _stamping(cls: type[Any]) -> type[Any]:
    """A subclass that notes on each chunk what it joins."""

    reads_as_langchain = cls._convert_chunk_to_generation_chunk is BaseChatOpenAI._convert_chunk_to_generation_chunk  # pyright: ignore[reportPrivateUsage]

    def stream(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[ChatGenerationChunk]:
        return cls._astream(_with_one_timer(self, kwargs), *args, **kwargs)

    def convert(
        self: Any, chunk: dict[str, Any], default_chunk_class: type, base_generation_info: dict[str, Any] | None
    ) -> ChatGenerationChunk | None:
        arrivals = chunk.pop(ARRIVALS, None)
        same = _is_as_typed(chunk, arrivals) or (reads_as_langchain and _has_plain_choices(chunk))
        typed = chunk if same else _as_typed(chunk)
        made = cls._convert_chunk_to_generation_chunk(self, typed, default_chunk_class, base_generation_info)
        if arrivals is not None and made is not None:
            stamp(made.message, arrivals)
        return made

    return twin_class(cls, {"_astream": stream, "_convert_chunk_to_generation_chunk": convert})
