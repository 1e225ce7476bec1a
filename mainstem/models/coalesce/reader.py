"""From the bytes of a stream to chunks: what arrived together is one chunk where that changes nothing."""

import json
from collections.abc import Iterable
from typing import Any, cast

import orjson

from mainstem.models.openai.json_values import mapping

from .body import Arrival
from .merge import Merger
from .sse import SseParser

_DONE = b"[DONE]"


class StreamedError(Exception):
    """The stream held an error object; `body` is what it said."""

    def __init__(self, body: Any) -> None:
        super().__init__(mapping(body).get("message") or "An error occurred during streaming")
        self.body = body


class ChunkReader:
    """Takes what arrives; `done` says that the provider has ended its stream, `failure` why it cannot be read on."""

    def __init__(self) -> None:
        self._frames = SseParser()
        self._merger = Merger()
        self.done = False
        self.failure: Exception | None = None

    @property
    def spoke(self) -> bool:
        """Whether the answer has begun."""
        return self._merger.spoke

    def feed(self, arrivals: Iterable[Arrival]) -> list[dict[str, Any]]:
        """The chunks in what has arrived, joined. What comes behind the end or a failure is not read."""
        goes_on = self._merger.goes_on
        for data, last_at, first_at in arrivals:
            at = first_at or last_at
            for frame in self._frames.feed(data):
                if self.done or self.failure or not goes_on(frame.data, at):
                    self._parse(frame.data, at)
                at = last_at
        return self._merger.take()

    def finish(self, at: float) -> list[dict[str, Any]]:
        """The chunks that the end of the stream makes whole."""
        for frame in self._frames.finish():
            self._parse(frame.data, at)
        return self._merger.take()

    def _parse(self, data: bytes, at: float) -> None:
        if self.done or self.failure:
            return
        if data.startswith(_DONE):
            self.done = True
            return
        try:
            self._merger.put(_chunk(data), at, data)
        except (ValueError, TypeError, StreamedError) as error:
            self.failure = error


def _chunk(data: bytes) -> dict[str, Any]:
    try:
        chunk = orjson.loads(data)
    except ValueError:
        chunk = json.loads(data.decode("utf-8"))  # takes what orjson does not: NaN, halves of characters
    if not isinstance(chunk, dict):
        raise TypeError(f"a chunk is no object but {type(chunk).__name__}")
    if error := cast("dict[str, Any]", chunk).get("error"):
        raise StreamedError(error)
    return cast("dict[str, Any]", chunk)
