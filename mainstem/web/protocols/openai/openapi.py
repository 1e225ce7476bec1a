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


def described(answer: str) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of an operation whose `answer` is whole or a stream."""
    content: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}, "text/event-stream": {}}
    return {200: {"description": answer, "content": content}, **documented(400, 404, 409, 413, 422, 429, 500, 503)}
