"""Errors in OpenAI's shape: requests that are refused, runs that have no answer. Pure."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

from mainstem.stream.transcript import Result

from ...problems import Problem

JsonObject = dict[str, Any]
"""A JSON object."""

NO_RETRY = {"X-Should-Retry": "false"}
"""OpenAI's clients repeat a request that failed with 409, 429 or 5xx; a run that was made is not to be made again."""

CODES = {
    401: "invalid_api_key",
    403: "permission_denied",
    404: "not_found",
    409: "thread_busy",
    429: "rate_limit_exceeded",
}
"""OpenAI's `code` of a request that is refused, by its status."""

STATUS = {"UnknownModelError": 404, "ThreadBusy": 409, "WrongDecision": 422, "RateLimitedError": 429}
"""HTTP statuses of failures that are not ours; every other one is a 500."""


class NoModel(Problem):
    """There is no model of that name."""


@dataclass(frozen=True)
class ErrorResponse:
    """An error as OpenAI's clients expect it."""

    status: int
    """What the HTTP status would be."""
    body: JsonObject
    """`{"error": {message, type, param, code}}`."""


def error_response(status: int, message: str, code: str, *, param: str | None = None, **more: Any) -> ErrorResponse:
    """An error with OpenAI's four fields; `more` are fields of ours beside them."""
    return ErrorResponse(
        status, {"error": {"message": message, "type": _kind(status), "param": param, "code": code, **more}}
    )


def _kind(status: int) -> str:
    """OpenAI's `type` of an error."""
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return "rate_limit_error"
    return "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"


def error_of(result: Result) -> ErrorResponse | None:
    """Why the run has no answer; None when it has one."""
    ours = {"run_id": result.run_id, "thread_id": result.thread_id}
    if result.status == "failed" and result.error is not None:
        status = STATUS.get(result.error.type, 500)
        code = CODES[429] if status == HTTPStatus.TOO_MANY_REQUESTS else result.error.type
        return error_response(status, result.error.sentence, code, **ours)
    if result.status == "interrupted":
        message = "The run waits for a person's decision: answer with POST /threads/{id}/resume."
        message = message.replace("{id}", result.thread_id or "{id}")
        asked = [i.model_dump(include={"interrupt_id", "request"}) for i in result.interrupts]
        return error_response(422, message, "decision_required", interrupts=asked, **ours)
    return None


def withdrawn(run_id: str, reason: str) -> JsonObject:
    """The end of a stream whose words were taken back."""
    message = (
        f"The words that were sent so far were taken back ({reason}), and this protocol cannot do that. "
        'The run goes on: read it at /runs/{id}/events, or ask with "stream": false or "mainstem": {"hold": true}.'
    )
    return error_response(500, message.replace("{id}", run_id), "answer_withdrawn", run_id=run_id).body


def refusal(problem: Problem) -> Response:
    """The answer to a request that cannot be served."""
    message = " ".join(filter(None, (problem.detail, problem.hint)))
    if problem.interrupts:
        waits = error_response(409, message, "decision_required", interrupts=list(problem.interrupts))
        return JSONResponse(waits.body, waits.status, headers=NO_RETRY)
    code = "model_not_found" if isinstance(problem, NoModel) else CODES.get(problem.status_code, "invalid_request")
    error = error_response(problem.status_code, message, code)
    return JSONResponse(error.body, error.status, headers=problem.headers)
