"""OpenAI's Responses."""

import json
import time
from collections.abc import Iterator
from typing import Any

from mainstem.sessions.approvals import ApprovalRequest
from mainstem.stream.events import Event

from ....problems import Problem
from ...protocol import Collector, ResumeRun, ServedModels, StartRun, Translator
from .. import openapi
from ..errors import ErrorResponse, JsonObject
from ..models import chosen_model
from ..telling import OpenAiProtocol, OpenAiStream, OpenAiWhole
from .request import ResponseRequest
from .translate import TranslatorState, response_events


class ResponsesApi(OpenAiProtocol[ResponseRequest]):
    """Answer the input, whole or as a stream of events, or go on with the approvals that it answers.

    A client that leaves stops the run.
    """

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

    def translator(self, body: ResponseRequest, address: str) -> Translator:
        """Events."""
        return ResponseEvents(_state(body, address))

    def collector(self, body: ResponseRequest, address: str) -> Collector | None:
        """The whole response."""
        return None if body.stream else WholeResponse(_state(body, address))


class ResponseEvents(OpenAiStream[TranslatorState]):
    """A run as the events of a response."""

    def frames(self, event: Event) -> Iterator[bytes]:
        """The response's events for an event."""
        return map(_framed, response_events(event, self._state))


class WholeResponse(OpenAiWhole[TranslatorState]):
    """A run as one `response`."""

    def __init__(self, state: TranslatorState) -> None:
        super().__init__(state)
        self._last: JsonObject = {}

    def add(self, event: Event) -> None:
        """Take the next event."""
        for told in response_events(event, self._state):
            self._last = told

    def error(self) -> ErrorResponse | None:
        """Why there is no response; one that only asks for approvals is one."""
        asked = self._state.transcript.result().interrupts
        return None if any(ApprovalRequest.parse(each.request) for each in asked) else super().error()

    def answer(self) -> JsonObject:
        """The response."""
        return self._last["response"]


def _state(body: ResponseRequest, address: str) -> TranslatorState:
    return TranslatorState(body.options(int(time.time()), address))


def _framed(event: dict[str, Any]) -> bytes:
    data = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
    return b"event: %b\ndata: %b\n\n" % (event["type"].encode(), data)
