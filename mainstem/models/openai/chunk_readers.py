"""What `Chat` does with each chunk: one reader for a stream of chat completions, one for the Responses interface."""

import json
from collections.abc import Iterator
from typing import Any, cast

from langchain_core.messages import AIMessage, AIMessageChunk, message_chunk_to_message
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from mainstem.models.coalesce import ARRIVALS, TEXT
from mainstem.models.errors import BrokenStreamError, ModelError
from mainstem.models.openai import responses
from mainstem.models.openai.chunk_assembler import ChunkAssembler
from mainstem.models.openai.failures import Endpoint, as_model_error, in_stream
from mainstem.models.openai.json_values import mapping, mappings
from mainstem.models.size_limits import AnswerSize, text_size
from mainstem.stream.arrivals import stamp


class RawChunk(dict[str, Any]):
    """A chunk as the provider sent it, passed through where `ChatOpenAI` expects one that it has converted."""

    text = ""
    generation_info: dict[str, Any] | None = None
    message = AIMessageChunk(content="")


def has_content(chunk: Any) -> bool:
    """Whether a chunk brings a piece of the answer, and not only the news that one will come."""
    if isinstance(chunk, RawChunk):
        deltas = [mapping(choice.get("delta")) for choice in mappings(chunk.get("choices"))]
        return any(value for delta in deltas for key, value in delta.items() if key != "role")
    message = cast("AIMessageChunk", chunk.message)
    return bool(message.text or message.tool_call_chunks or responses.thought(message.content))


class ChatReader:
    """Reads chat completions: raw chunks in, chunks that merge truthfully out."""

    done = False
    """Whether nothing more can come. Of chat completions one knows that only when the stream ends: usage comes last."""

    def __init__(self, place: Endpoint) -> None:
        self.place = place
        self._assembler = ChunkAssembler(place.model)
        self._texts = AnswerSize()
        self.finished = False
        """Whether the provider has said why it stopped: then the answer is whole, whatever becomes of the stream."""

    def read(self, chunk: Any) -> ChatGenerationChunk | None:
        """The chunk to stream, `None` when it adds nothing to show."""
        if not isinstance(chunk, RawChunk):
            return cast("ChatGenerationChunk", chunk)
        self._texts.add(len(chunk[TEXT]) if TEXT in chunk else _size_of(chunk))
        message = self._assembler.add(chunk)
        self.finished = self._assembler.finished
        if message is None:
            return None
        if arrivals := chunk.get(ARRIVALS):
            stamp(message, arrivals)
        return ChatGenerationChunk(message=message)

    def last(self) -> Iterator[ChatGenerationChunk]:
        """What is said once, at the end. Raises `BrokenStreamError` when the stream brought nothing."""
        if not self._assembler.heard:
            raise BrokenStreamError(
                f"{self.place} answered, but with nothing in the OpenAI format. "
                "Check OPENAI_BASE_URL (it usually ends in /v1)."
            )
        yield ChatGenerationChunk(message=self._assembler.last())

    def whole(self, result: ChatResult) -> ChatResult:
        """An answer that was not streamed: `result_of` has made it already."""
        return result

    def failed(self, error: Exception) -> ModelError:
        """The `ModelError` for what the provider's client raised."""
        return as_model_error(error, self.place, heard=self._assembler.heard > 0)


def _size_of(chunk: dict[str, Any]) -> int:
    return sum(text_size(choice.get("delta")) for choice in mappings(chunk.get("choices")))


class ResponsesReader:
    """Reads the Responses interface: LangChain's chunks, with what they leave out."""

    def __init__(self, place: Endpoint) -> None:
        self.place = place
        self._turn = responses.ResponsesTurn()
        self._texts = AnswerSize()

    @property
    def done(self) -> bool:
        """Whether the event came that ends a response; what a server sends after it is another one's."""
        return self._turn.ended

    @property
    def finished(self) -> bool:
        """The same as `done`."""
        return self.done

    def read(self, chunk: Any) -> ChatGenerationChunk | None:
        """The same chunk, with its finish reason and its reasoning, under the id that LangChain gives all of them.

        The provider's own id stands in one chunk only, and there it would make a message of its own; it is kept in
        the response metadata.
        """
        generation = cast("ChatGenerationChunk", chunk)
        generation.message.id = None
        self._texts.add(text_size(generation.message.content))
        self._turn.annotate(cast("AIMessage", generation.message))
        return generation

    def last(self) -> Iterator[ChatGenerationChunk]:
        """Nothing: the provider's own last event says it all."""
        yield from ()

    def whole(self, result: ChatResult) -> ChatResult:
        """An answer that was not streamed, with its finish reason and its reasoning."""
        for generation in result.generations:
            self._turn.annotate(cast("AIMessage", generation.message))
        return result

    def failed(self, error: Exception) -> ModelError:
        """The `ModelError` for what was raised; LangChain raises a bare `ValueError` for a response that failed."""
        if type(error) is ValueError and not isinstance(error, json.JSONDecodeError):
            return in_stream(responses.provider_error(error), self.place)
        return as_model_error(error, self.place, heard=self._turn.heard > 0)


def result_of(raw: Any, place: Endpoint) -> ChatResult:
    """A whole chat completion, read like a stream of one chunk. Raises `BrokenStreamError` when it holds no answer."""
    body = mapping(raw)
    if body.get("error"):
        raise in_stream(body["error"], place)
    if not body.get("choices"):
        raise BrokenStreamError(
            f"{place} answered without any answer in it. Check OPENAI_BASE_URL (…/v1), or try again."
        )
    assembler = ChunkAssembler(place.model)
    first, last = assembler.add(body), assembler.last()
    message = message_chunk_to_message(first + last if first else last)
    return ChatResult(generations=[ChatGeneration(message=message)])
