"""OpenAI's Responses."""

import json
import time
from collections.abc import Iterator
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

from mainstem.sessions.approvals import ApprovalRequest
from mainstem.stream.events import Event

from ....problems import Problem
from ...protocol import Collector, Protocol, ResumeRun, ServedModels, StartRun, Translator
from .. import errors, openapi
from ..models import chosen_model
from .request import ResponseRequest
from .translate import TranslatorState, response_events


class Responses(Protocol[ResponseRequest]):
    """Answer the input, whole or as a stream of events, or go on with the approvals that it answers.

    A client that leaves stops the run.
    """

    tag = "OpenAI"
    path = "/v1/responses"
    operation = "createResponse"
    role = ("ask", "approve")
    body = ResponseRequest
    responses = openapi.described("A `response`, or with `stream` a stream of its events.")

    def parse(self, body: ResponseRequest, served: ServedModels) -> StartRun | ResumeRun:
        """What is new, or what was decided."""
        body.check()
        model, thread, after = chosen_model(body.model, served), body.thread, body.after
        if decisions := body.decisions:
            if thread is None and after is None:
                raise Problem(400, "An approval needs the response that asked for it.", hint="previous_response_id")
            return ResumeRun(thread, decisions, tags=body.tags, after=after)
        return StartRun(body.messages, thread, after=after, model=model, tags=body.tags, listed=False)

    def translator(self, body: ResponseRequest) -> Translator:
        """Events."""
        return ResponseEvents(body)

    def collector(self, body: ResponseRequest) -> Collector | None:
        """The whole response."""
        return None if body.stream else WholeResponse(body)

    def refusal(self, problem: Problem) -> Response:
        """An error in OpenAI's shape."""
        return errors.refusal(problem)


class ResponseEvents(Translator):
    """A run as the events of a response."""

    def __init__(self, body: ResponseRequest) -> None:
        self._state = TranslatorState(body.options(int(time.time())))

    @property
    def over(self) -> bool:
        """Whether the run is over, or its words were taken back."""
        return self._state.over

    @property
    def enough(self) -> bool:
        """Whether a limit of the request is reached."""
        return self._state.limited.reached is not None

    def frames(self, event: Event) -> Iterator[bytes]:
        """The response's events for an event."""
        return map(_framed, response_events(event, self._state))


class WholeResponse(Collector):
    """A run as one `response`."""

    def __init__(self, body: ResponseRequest) -> None:
        self._state = TranslatorState(body.options(int(time.time())))
        self._last: dict[str, Any] = {}

    @property
    def enough(self) -> bool:
        """Whether a limit of the request is reached."""
        return self._state.limited.reached is not None

    def add(self, event: Event) -> None:
        """Take the next event."""
        for told in response_events(event, self._state):
            self._last = told

    def response(self) -> Response:
        """The response, or why there is none; one that only asks for approvals is one."""
        result = self._state.transcript.result()
        asks = any(ApprovalRequest.parse(asked.request) for asked in result.interrupts)
        error = None if asks else errors.error_of(result)
        if error is not None:
            return JSONResponse(error.body, error.status, headers=errors.NO_RETRY)
        return JSONResponse(self._last["response"])


def _framed(event: dict[str, Any]) -> bytes:
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    return b"event: %b\ndata: %b\n\n" % (event["type"].encode(), data)
