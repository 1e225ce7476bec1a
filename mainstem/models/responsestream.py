"""Streams of the Responses interface, with the pieces that a server only tells when they are done.

LangChain reads deltas alone. Some servers (LM Studio) send a call's arguments without any, in the event that ends
them: the call would be run with none. Here what an end says beyond the deltas comes as one more delta before it.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, cast

import openai
from openai.types.responses import ResponseFunctionCallArgumentsDeltaEvent, ResponseTextDeltaEvent


class _Told:
    """What the deltas of each item have said so far."""

    def __init__(self) -> None:
        self._said: dict[tuple[Any, int], str] = {}

    def missing(self, event: Any) -> Any | None:
        """The delta that must come before `event`, `None` when nothing is missing."""
        match event.type:
            case "response.output_item.added" if event.item.type == "function_call":
                self._note(event, event.item.id, event.item.arguments or "")
            case "response.function_call_arguments.delta" | "response.output_text.delta":
                self._note(event, event.item_id, event.delta)
            case "response.function_call_arguments.done":
                return _arguments(event, self._rest(event, event.item_id, event.arguments or ""))
            case "response.output_item.done" if event.item.type == "function_call":
                return _arguments(event, self._rest(event, event.item.id, event.item.arguments or ""))
            case "response.output_text.done":
                return _text(event, self._rest(event, event.item_id, event.text or ""))
            case _:
                pass
        return None

    def _note(self, event: Any, item_id: str | None, text: str) -> None:
        for key in _keys(event, item_id):
            self._said[key] = self._said.get(key, "") + text

    def _rest(self, event: Any, item_id: str | None, whole: str) -> str:
        """What `whole` says beyond the deltas; nothing when they said something else."""
        said = max((self._said.get(key, "") for key in _keys(event, item_id)), key=len)
        rest = whole.removeprefix(said) if whole.startswith(said) else ""
        self._note(event, item_id, rest)
        return rest


def _keys(event: Any, item_id: str | None) -> tuple[tuple[Any, int], ...]:
    """Where an item is found again: some servers give it a new id in every event, some a new position at its end."""
    content = getattr(event, "content_index", 0)
    at = (event.output_index, content)
    return ((item_id, content), at) if item_id else (at,)


def _arguments(event: Any, rest: str) -> Any | None:
    if not rest:
        return None
    return ResponseFunctionCallArgumentsDeltaEvent.model_construct(
        type="response.function_call_arguments.delta",
        delta=rest,
        item_id=getattr(event, "item_id", "") or event.item.id,
        output_index=event.output_index,
        sequence_number=event.sequence_number,
    )


def _text(event: Any, rest: str) -> Any | None:
    if not rest:
        return None
    return ResponseTextDeltaEvent.model_construct(
        type="response.output_text.delta",
        delta=rest,
        item_id=event.item_id,
        output_index=event.output_index,
        content_index=event.content_index,
        sequence_number=event.sequence_number,
        logprobs=[],
    )


class _AsyncStream:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    async def __aenter__(self) -> AsyncIterator[Any]:
        return self._whole(await cast("AbstractAsyncContextManager[Any]", self._stream).__aenter__())

    async def __aexit__(self, *error: Any) -> None:
        await self._stream.__aexit__(*error)

    async def _whole(self, events: AsyncIterator[Any]) -> AsyncIterator[Any]:
        told = _Told()
        async for event in events:
            if missing := told.missing(event):
                yield missing
            yield event


class _Stream:
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __enter__(self) -> Iterator[Any]:
        return self._whole(cast("AbstractContextManager[Any]", self._stream).__enter__())

    def __exit__(self, *error: Any) -> None:
        self._stream.__exit__(*error)

    def _whole(self, events: Iterator[Any]) -> Iterator[Any]:
        told = _Told()
        for event in events:
            if missing := told.missing(event):
                yield missing
            yield event


class AsyncResponses:
    """The SDK's responses, except that a stream says everything in deltas."""

    def __init__(self, client: openai.AsyncOpenAI) -> None:
        self._responses = client.responses

    def __getattr__(self, name: str) -> Any:
        return getattr(self._responses, name)

    async def create(self, **payload: Any) -> Any:
        """As the SDK's `create`."""
        made = await cast("Any", self._responses).create(**payload)
        return _AsyncStream(made) if payload.get("stream") else made


class Responses:
    """The twin of `AsyncResponses` for code without an event loop."""

    def __init__(self, client: openai.OpenAI) -> None:
        self._responses = client.responses

    def __getattr__(self, name: str) -> Any:
        return getattr(self._responses, name)

    def create(self, **payload: Any) -> Any:
        """As the SDK's `create`."""
        made = cast("Any", self._responses).create(**payload)
        return _Stream(made) if payload.get("stream") else made
