"""What is said of streams: the events of a run, told apart by `type`."""

from typing import Any

from fastapi.responses import JSONResponse
from pydantic import RootModel

from mainstem.stream.events import AnyEvent


class RunEvent(RootModel[AnyEvent]):
    """One event of a run: the data of a server-sent event. `type` tells them apart."""


class EventStreamResponse(JSONResponse):
    """Of the route whose answer is described as a stream of `RunEvent`, so that OpenAPI's components hold it."""

    media_type = "text/event-stream"


EVENT_SCHEMA = {"$ref": f"#/components/schemas/{RunEvent.__name__}"}
"""Of an event."""

_EVENTS: dict[str, Any] = {"text/event-stream": {"schema": EVENT_SCHEMA}}

_WORDS: dict[str, Any] = {"text/plain": {"schema": {"type": "string"}}}

STREAM_RESPONSES: dict[int | str, dict[str, Any]] = {200: {"description": "Server-sent events.", "content": _EVENTS}}
"""What OpenAPI says of a run's stream."""

WORDS_OR_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events, or words.", "content": {**_EVENTS, **_WORDS}}
}
"""What it says of a stream that is also told as plain text."""

PROTOCOL_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events of the protocol.", "content": {"text/event-stream": {}}}
}
"""What it says of a stream in another protocol."""
