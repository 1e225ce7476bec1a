"""A chat model's chunks, masked: what is held back is told of by the chunk that shows it."""

import time
from collections.abc import Callable
from typing import Protocol

from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk

from mainstem.stream import arrivals
from mainstem.stream.arrivals import Arrivals, stamp

from .mask import Mask
from .message_masker import MessageMasker
from .placeholders import Placeholders
from .scope import placeholders_here, tell_masked
from .whole_message import LOGPROBS


class MessageFilter(Protocol):
    """Says what may be shown of a message that is still being written."""

    def push(self, chunk: AIMessageChunk) -> AIMessageChunk:
        """What may be shown of a chunk: the chunk itself, where that is all of it."""
        ...

    def finish(self, chunk: AIMessageChunk) -> AIMessageChunk:
        """The same for the last chunk, with the rest of it."""
        ...


class MaskedStream:
    """One answer of a model."""

    def __init__(self, mask: Mask, placeholders: Placeholders | None = None) -> None:
        self._placeholders = placeholders_here() if placeholders is None else placeholders
        masker = MessageMasker(mask, self._placeholders)
        self._masker: MessageFilter = masker
        self._words: Callable[[str], str] | None = masker.words
        self._announcer = arrivals.announcer.get()
        self._held: Arrivals | None = None
        self._id: str | None = None
        self._finished = False

    def push(self, chunk: ChatGenerationChunk) -> list[ChatGenerationChunk]:
        """What may be shown of a chunk: none where all of it is held back."""
        message = chunk.message
        if not isinstance(message, AIMessageChunk):
            return [chunk]
        self._id = message.id or self._id
        came = self._arrivals(message)
        if message.chunk_position == "last":
            return self._last(message, chunk, came)
        if self._words and _is_ready(chunk) and isinstance(message.content, str) and _only_words(message):
            return self._in_place(chunk, message, message.content, self._words(message.content), came)
        masked = self._masker.push(message)
        if masked is message and self._held is None and _is_ready(chunk):
            return [chunk]
        if _only_words(message) and not masked.content:
            self._hold(came)
            return []
        return [self._made(masked, chunk, came, had_words=bool(message.text))]

    def _in_place(
        self, chunk: ChatGenerationChunk, message: AIMessageChunk, said: str, shown: str, came: Arrivals
    ) -> list[ChatGenerationChunk]:
        """A chunk that a model of ours made, for nobody else: what it says is changed, since a copy costs more."""
        if shown == said and self._held is None:
            return [chunk]
        self._hold(came)
        if not shown or self._held is None:
            return []
        message.content = chunk.text = shown
        stamp(message, self._held)
        self._held = None
        return [chunk]

    def finish(self) -> list[ChatGenerationChunk]:
        """What is left when there are no more chunks."""
        nothing = AIMessageChunk(content="", id=self._id)
        return [] if self._finished else self._last(nothing, None, self._arrivals(nothing))

    def tell(self) -> None:
        """Tell the run what was masked."""
        tell_masked(self._placeholders)

    def _last(
        self, message: AIMessageChunk, chunk: ChatGenerationChunk | None, came: Arrivals
    ) -> list[ChatGenerationChunk]:
        self._finished = True
        masked = self._masker.finish(message)
        if chunk is None and masked is message:
            return []
        if self._held is not None and not _is_text(masked):
            # the end of the reasoning is told with the end of the words, and before it
            self._held = Arrivals(self._held.n, came.last_at, came.last_at)
        return [self._made(masked, chunk, came, had_words=bool(message.text))]

    def _arrivals(self, message: AIMessageChunk) -> Arrivals:
        """What a chunk joins. Each is told, for what was held back is told of too, and their order is one of times."""
        if self._announcer is not None:
            arrivals.stamp_announced(message, self._announcer)
        now = time.monotonic()
        return (message.model_extra or {}).get(arrivals.KEY) or Arrivals(1, now, now)

    def _hold(self, came: Arrivals) -> None:
        held = self._held
        self._held = Arrivals(held.n + came.n, held.first_at, came.last_at) if held else came

    def _made(
        self, masked: AIMessageChunk, chunk: ChatGenerationChunk | None, came: Arrivals, *, had_words: bool
    ) -> ChatGenerationChunk:
        if had_words:
            self._hold(came)
        if masked.text and self._held is not None:
            came, self._held = self._held, None
        if arrivals.KEY not in (masked.model_extra or {}) and chunk is not None and masked is chunk.message:
            masked = masked.model_copy()  # a model may give the same chunk again
        stamp(masked, came)
        told = (chunk.generation_info if chunk else None) or {}
        info = {key: value for key, value in told.items() if key != LOGPROBS}
        return ChatGenerationChunk(message=masked, generation_info=info or None)


def _is_ready(chunk: ChatGenerationChunk) -> bool:
    """Whether a chunk can be given on as it is."""
    return arrivals.KEY in (chunk.message.model_extra or {}) and LOGPROBS not in (chunk.generation_info or {})


def _is_text(message: AIMessageChunk) -> bool:
    return not message.additional_kwargs and isinstance(message.content, str)


def _only_words(message: AIMessageChunk) -> bool:
    return bool(message.content) and not (
        message.additional_kwargs
        or message.response_metadata
        or message.usage_metadata
        or message.tool_call_chunks
        or message.chunk_position
    )
