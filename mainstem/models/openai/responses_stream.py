"""Streams of the Responses interface, with the pieces that a server only tells when they are done.

LangChain reads deltas alone. Some servers (LM Studio) send a call's arguments without any, in the event that ends
them: the call would be run with none. Here what an end says beyond the deltas comes as one more delta before it, and
an end that says another thing than they did is an error.
"""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from typing import Any, cast

import openai
from openai.types.responses import ResponseFunctionCallArgumentsDeltaEvent, ResponseTextDeltaEvent

from mainstem.models.openai.failures import Contradiction


class _Told:
    """What the deltas of each item have said so far."""

    def __init__(self) -> None:
        self._said: dict[tuple[Any, int], str] = {}
        self._texts: dict[tuple[int, int], str] = {}
        self._calls: dict[int, str] = {}

    def missing(self, event: Any) -> Iterator[Any]:
        """The deltas that must come before `event`.

        Raises `Contradiction` when it says another thing than they did, `openai.APIError` when it tells of a failure.
        """
        match event.type:
            case "response.output_item.added" if event.item.type == "function_call":
                self._note(event, event.item.id, event.item.arguments or "")
            case "response.function_call_arguments.delta" | "response.output_text.delta":
                self._note(event, event.item_id, event.delta)
            case "response.function_call_arguments.done":
                rest = self._rest(event, event.item_id, event.arguments or "")
                yield from _arguments(event, rest, event.output_index)
            case "response.output_item.done" if event.item.type == "function_call":
                rest = self._rest(event, event.item.id, event.item.arguments or "")
                yield from _arguments(event, rest, event.output_index)
            case "response.output_text.done":
                yield from _text(event, self._rest(event, event.item_id, event.text or ""))
            case "response.completed" | "response.incomplete":
                yield from self._end(event)
            case "response.failed":
                raise _failure(event.response.error)
            case "error":
                raise _failure(event)
            case _:
                pass

    def _note(self, event: Any, item_id: str | None, text: str) -> None:
        for key in _keys(event, item_id):
            self._said[key] = self._said.get(key, "") + text
        at = event.output_index
        if "output_text" in event.type:
            part = (at, event.content_index)
            self._texts[part] = self._texts.get(part, "") + text
        else:
            self._calls[at] = self._calls.get(at, "") + text

    def _rest(self, event: Any, item_id: str | None, whole: str) -> str:
        """What `whole` says beyond the deltas."""
        said = max((self._said.get(key, "") for key in _keys(event, item_id)), key=len)
        rest = _beyond(said, whole)
        self._note(event, item_id, rest)
        return rest

    def _end(self, event: Any) -> Iterator[Any]:
        """Hold all that was said against the whole response. By then, some servers have renumbered its items."""
        items: list[Any] = list(getattr(event.response, "output", None) or ())
        texts = [part.text or "" for item in items if item.type == "message" for part in item.content or ()
                 if part.type == "output_text"]  # fmt: skip
        calls = [item.arguments or "" for item in items if item.type == "function_call"]
        rest = _beyond("".join(text for _, text in sorted(self._texts.items())), "".join(texts))
        if len(calls) > len(self._calls):
            raise Contradiction
        for (at, said), whole in zip(sorted(self._calls.items()), calls, strict=False):
            yield from _arguments(event, _beyond(said, whole), at)
        if rest:
            yield _delta(rest, max(self._texts, default=(len(items) - 1, 0)), event)


def _failure(said: Any) -> openai.APIError:
    # LangChain passes over both events before its 1.7, and what came until then would seem to be the answer.
    body = {"code": said.code, "message": said.message} if hasattr(said, "message") else said
    return openai.APIError("", cast("Any", None), body=body)


def _beyond(said: str, whole: str) -> str:
    """What `whole` says more than `said`; an end that says nothing at all is silent, not empty."""
    if whole.startswith(said) or not whole:
        return whole[len(said) :]
    if whole.strip() != said.strip() and not _is_same_json(said, whole):
        raise Contradiction
    return ""


def _is_same_json(one: str, other: str) -> bool:
    try:
        return json.loads(one) == json.loads(other)
    except ValueError:
        return False


def _keys(event: Any, item_id: str | None) -> tuple[tuple[Any, int], ...]:
    """Where an item is found again: some servers give it a new id in every event, some a new position at its end."""
    content = getattr(event, "content_index", 0)
    at = (event.output_index, content)
    return ((item_id, content), at) if item_id else (at,)


def _arguments(event: Any, rest: str, at: int) -> Iterator[Any]:
    if rest:
        yield ResponseFunctionCallArgumentsDeltaEvent.model_construct(
            type="response.function_call_arguments.delta",
            delta=rest,
            item_id=getattr(event, "item_id", ""),
            output_index=at,
            sequence_number=event.sequence_number,
        )


def _text(event: Any, rest: str) -> Iterator[Any]:
    if rest:
        yield _delta(rest, (event.output_index, event.content_index), event)


def _delta(text: str, at: tuple[int, int], event: Any) -> Any:
    return ResponseTextDeltaEvent.model_construct(
        type="response.output_text.delta",
        delta=text,
        item_id=getattr(event, "item_id", ""),
        output_index=at[0],
        content_index=at[1],
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
            for missing in told.missing(event):
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
            yield from told.missing(event)
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
