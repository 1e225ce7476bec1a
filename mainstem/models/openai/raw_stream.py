"""Streams of chat completions as plain data, in the place where `ChatOpenAI` keeps the SDK's completions.

The SDK builds a typed object of every chunk and LangChain takes it apart again: most of what a token costs, and a
warning wherever a provider leaves the types. `cast_to=object` is the SDK's own way of not doing that.
"""

from typing import Any, TypedDict, cast

import openai
from langchain_openai.chat_models.base import BaseChatOpenAI

from mainstem.models.openai.chunk_timeout import ChunkTimeout

_PATH = "/chat/completions"
_OPTIONS = {"extra_headers": "headers", "extra_query": "params", "extra_body": "extra_json", "timeout": "timeout"}


class _Request(TypedDict):
    body: dict[str, Any]
    options: Any


class AsyncCompletions:
    """The SDK's completions, except that a stream yields plain objects.

    `kind` is the class of that stream; `limits`, for a kind that knows them, how long its next chunk may take.
    """

    def __init__(
        self,
        client: openai.AsyncOpenAI,
        kind: type[openai.AsyncStream[object]] = openai.AsyncStream[object],
        limits: ChunkTimeout | None = None,
    ) -> None:
        self._client = client
        self._kind = kind
        self._limits = limits

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client.chat.completions, name)

    async def create(self, **payload: Any) -> Any:
        """As the SDK's `create`."""
        if not payload.get("stream"):
            return await cast("Any", self._client.chat.completions).create(**payload)
        post = cast("Any", self._client.post)
        stream = await post(_PATH, cast_to=object, stream=True, stream_cls=self._kind, **_request(payload))
        if self._limits is not None:
            stream.limits = self._limits
        return stream


class Completions:
    """The twin of `AsyncCompletions` for code without an event loop."""

    def __init__(self, client: openai.OpenAI) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client.chat.completions, name)

    def create(self, **payload: Any) -> Any:
        """As the SDK's `create`."""
        if not payload.get("stream"):
            return cast("Any", self._client.chat.completions).create(**payload)
        kind = openai.Stream[object]
        post = cast("Any", self._client.post)
        return post(_PATH, cast_to=object, stream=True, stream_cls=kind, **_request(payload))


def feed(model: BaseChatOpenAI, kind: type[openai.AsyncStream[object]]) -> None:
    """Let `model` read chat completions as plain objects, in coroutines as streams of `kind`."""
    model.async_client = AsyncCompletions(model.root_async_client, kind)
    if model.root_client is not None:
        model.client = Completions(model.root_client)


def _request(payload: dict[str, Any]) -> _Request:
    options = {theirs: payload[ours] for ours, theirs in _OPTIONS.items() if payload.get(ours) is not None}
    return {"body": {key: value for key, value in payload.items() if key not in _OPTIONS}, "options": options}
