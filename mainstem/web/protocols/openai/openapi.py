"""What OpenAPI says of OpenAI's routes."""

from http import HTTPStatus
from typing import Any

from ... import problems

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["message", "type", "param", "code"],
            "properties": {"message": {"type": "string"}, "type": {"type": "string"}},
        }
    },
}
"""An error's JSON Schema."""


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of the errors that an operation may answer with; what no route takes is a problem."""
    content = {"application/json": {"schema": SCHEMA}, problems.MEDIA_TYPE: {"schema": problems.SCHEMA}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A `chat.completion`, or with `stream` a stream of `chat.completion.chunk`.",
        "content": {"application/json": {"schema": {"type": "object"}}, "text/event-stream": {}},
    },
    **documented(400, 404, 409, 413, 422, 500, 503),
}
"""What OpenAPI says of a completion."""
