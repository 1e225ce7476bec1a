"""What OpenAPI says of OpenAI's routes."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from ... import problems


class OpenAiError(BaseModel):
    """What is wrong, as OpenAI's clients read it."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAiErrorResponse(BaseModel):
    """An answer that is an error."""

    error: OpenAiError


SCHEMA = {"$ref": f"#/components/schemas/{OpenAiErrorResponse.__name__}"}
"""Of an error."""


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of the errors that an operation may answer with; what no route takes is a problem."""
    content = {"application/json": {"schema": SCHEMA}, problems.MEDIA_TYPE: {"schema": problems.SCHEMA}}
    return {status: {"description": HTTPStatus(status).phrase, "content": content} for status in statuses}


def unknown_model() -> dict[int | str, dict[str, Any]]:
    """The same for an unknown model, by the class itself: so that OpenAPI's components hold what `SCHEMA` refers to."""
    return {**documented(422), 404: {**documented(404)[404], "model": OpenAiErrorResponse}}


def described(answer: str) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of an operation whose `answer` is whole or a stream."""
    content: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}, "text/event-stream": {}}
    return {200: {"description": answer, "content": content}, **documented(400, 404, 409, 413, 422, 429, 500, 503)}
