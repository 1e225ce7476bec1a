"""Errors as RFC 9457 problems: `{type, title, status, detail, hint}`."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request

from mainstem.knowledge import KnowledgeError, NotFound, NothingToRead
from mainstem.sessions.approvals import pending_interrupts
from mainstem.stream.errors import (
    DecisionPending,
    JournalError,
    MainstemError,
    SourceError,
    ThreadBusy,
    ThreadError,
    ThreadsUnreachable,
    UnknownRun,
    UnknownThread,
)

from .errors import Closing, ModelRefused, NotAllowed, RateExceeded, Unauthenticated
from .limiter import LimitReached

MEDIA_TYPE = "application/problem+json"

STATUSES: Mapping[type[Exception], int] = {
    UnknownRun: 404,
    UnknownThread: 404,
    NotFound: 404,
    ThreadBusy: 409,
    ThreadsUnreachable: 503,
    ThreadError: 409,
    NothingToRead: 422,
    Unauthenticated: 401,
    NotAllowed: 403,
    ModelRefused: 403,
    RateExceeded: 429,
    LimitReached: 503,
    Closing: 503,
    JournalError: 503,
    KnowledgeError: 503,
    SourceError: 422,
    MainstemError: 422,
}
"""What each error is over HTTP; the first that fits."""


class ProblemDetails(BaseModel):
    """A problem of RFC 9457."""

    type: str
    title: str
    status: int
    detail: str = Field(description="What is wrong.")
    hint: str = Field(default="", description="What to do next; absent when there is nothing to advise.")
    interrupts: list[dict[str, Any]] = Field(default=[], description="What waits for a decision, where that is it.")


class ProblemResponse(Response):
    """Of a route that answers with no body but that of a problem: its model is among OpenAPI's components for all."""

    media_type = MEDIA_TYPE


SCHEMA = {"$ref": f"#/components/schemas/{ProblemDetails.__name__}"}
"""Of a problem."""


class Problem(HTTPException):
    """A request that cannot be served: what is wrong, and what to do next."""

    interrupts: Sequence[Mapping[str, Any]] = ()
    """What waits for a decision, where that is the problem."""

    def __init__(self, status: int, detail: str, *, hint: str = "", headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.hint = hint


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of the problems that an operation may answer with."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": SCHEMA}}}
        for status in statuses
    }


def problem_of(error: Exception) -> Problem | None:
    """The problem that `error` is; None for what nobody foresaw."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, HTTPException):
        return Problem(error.status_code, str(error.detail), headers=error.headers)
    if isinstance(error, RequestValidationError):
        complaints = cast("Sequence[dict[str, Any]]", error.errors())
        return Problem(422, _complained(complaints), hint=_JSON if _no_object(complaints) else "")
    if isinstance(error, DecisionPending):
        return _pending(error)
    for kind, status in STATUSES.items():
        if isinstance(error, kind):
            return Problem(status, str(error), hint=_hint(error), headers=_headers(status, error))
    return None


_HINTS: Mapping[type[Exception], str] = {
    UnknownRun: "GET /runs lists those there are.",
    UnknownThread: "GET /threads lists those there are.",
    KnowledgeError: "POST /documents adds documents.",
}
"""What to do next in place of a command of ours: a client over HTTP has no terminal here."""

_COMMAND = re.compile(r"\bmainstem [a-z]")


def _hint(error: Exception) -> str:
    hint = str(getattr(error, "hint", ""))
    if not _COMMAND.search(hint):
        return hint
    return next((said for kind, said in _HINTS.items() if isinstance(error, kind)), "")


def _headers(status: int, error: Exception) -> Mapping[str, str] | None:
    if isinstance(error, RateExceeded):
        return {"Retry-After": str(error.retry_after)}
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    return {"Retry-After": "1"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None


def _pending(error: DecisionPending) -> Problem:
    problem = Problem(409, str(error), hint=_DECIDE)
    problem.interrupts = pending_interrupts(error.interrupts)
    return problem


_DECIDE = (
    'Decide first: POST /threads/{thread_id}/resume with {"decisions": {interrupt_id: {"decisions": '
    '[{"type": "approve"}]}}}, one decision for each call; or ask in another thread.'
)


_KIND = re.compile(r"(?:[a-z]+-)?(?:str|int|float|bool|list|dict|literal)(?:\[.*\])?")
"""What Pydantic puts into the place of an error for a kind that a value may be of: no name that was sent."""


def _complained(errors: Sequence[Mapping[str, Any]]) -> str:
    """What is wrong, a place after the other; what a value may be instead, side by side."""
    said: dict[str, list[str]] = {}
    for error in errors:
        if error["type"] == "json_invalid":
            return f"The body is no JSON: {error['ctx']['error']}, at character {error['loc'][-1]}"
        place = ".".join(str(part) for part in error["loc"] if not _KIND.fullmatch(str(part)))
        if error["type"] == "none_required":
            said.setdefault(place.removesuffix(".none"), [])  # it may be left out, too
        else:
            said.setdefault(place, []).append(_complaint(error))
    return "; ".join(f"{place}: {', or '.join(each) or 'leave it out'}" for place, each in said.items())


def _complaint(error: Mapping[str, Any]) -> str:
    if error["type"] == "literal_error":
        return f"{error['input']!r:.80} is not known; it is one of {error['ctx']['expected']}"
    return str(error["msg"]).removeprefix("Value error, ")


_JSON = "Send a JSON object, with the header Content-Type: application/json."


def _no_object(complaints: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the whole body is no object: bytes, where the header does not say that it is JSON."""
    return any(each["loc"] == ("body",) and each["type"] == "model_attributes_type" for each in complaints)


def response_of(problem: Problem) -> JSONResponse:
    """`problem` as a response."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status_code).phrase,
        "status": problem.status_code,
        "detail": problem.detail,
    }
    if problem.hint:
        body["hint"] = problem.hint
    if problem.interrupts:
        body["interrupts"] = list(problem.interrupts)
    return JSONResponse(body, problem.status_code, headers=problem.headers, media_type=MEDIA_TYPE)


async def handle(request: Request, error: Exception) -> JSONResponse:
    """For `FastAPI(exception_handlers=…)`: every error of an app as a problem."""
    return response_of(problem_of(error) or Problem(500, "Something broke in the server.", hint="Its log says what."))
