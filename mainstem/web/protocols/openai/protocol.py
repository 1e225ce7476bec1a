"""OpenAI's chat completions."""

import json
import time
from collections.abc import Iterator
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

from mainstem.stream.events import Event

from ...auth.access import DeclaringRoutes
from ...problems import Problem
from ..protocol import Collector, Protocol, RunAccess, ServedModels, StartRun, Translator
from . import completion, openapi
from .models import ModelOperations
from .request import CompletionRequest
from .translate import CompletionChunk, SseComment, TranslatorState, completion_chunks

NO_RETRY = {"X-Should-Retry": "false"}
"""OpenAI's clients repeat a request that failed with 409 or 5xx; a run that was made is not to be made again."""


ERROR_CODES = {
    401: "invalid_api_key",
    404: "model_not_found",
    409: "thread_busy",
    429: "rate_limit_exceeded",
}


class ChatCompletions(Protocol[CompletionRequest]):
    """Answer the last message: whole, or as a stream of chunks. A client that leaves stops the run."""

    tag = "OpenAI"
    path = "/v1/chat/completions"
    operation = "complete"
    body = CompletionRequest
    responses = openapi.DOCUMENTED

    def parse(self, body: CompletionRequest, served: ServedModels) -> StartRun:
        """The graph itself is one of the models, and the first."""
        body.check()
        names = ModelOperations.names(served)
        if body.model not in names:
            raise Problem(404, f"There is no model {body.model!r}.", hint=f"Models to choose: {', '.join(names)}.")
        # an id would replace an older message of the thread that has it
        messages = [message.model_dump(exclude_unset=True, exclude={"id"}) for message in body.messages]
        return StartRun(messages, body.thread, None if body.model == names[0] else body.model, body.tags)

    def translator(self, body: CompletionRequest) -> Translator:
        """Chunks."""
        return Chunks(body)

    def collector(self, body: CompletionRequest) -> Collector | None:
        """The whole completion."""
        return None if body.stream else Completion(body)

    def refusal(self, problem: Problem) -> Response:
        """An error in OpenAI's shape."""
        message = " ".join(filter(None, (problem.detail, problem.hint)))
        if problem.interrupts:
            waits = completion.error_response(409, message, "decision_required", interrupts=list(problem.interrupts))
            return JSONResponse(waits.body, waits.status, headers=NO_RETRY)
        code = ERROR_CODES.get(problem.status_code, "invalid_request")
        error = completion.error_response(problem.status_code, message, code)
        return JSONResponse(error.body, error.status, headers=problem.headers)

    def add_routes(self, routes: DeclaringRoutes, runs: RunAccess) -> None:
        """The models."""
        models = ModelOperations(runs)
        routes.add_api_route("/v1/models", models.models, role="user")
        routes.add_api_route("/v1/models/{name:path}", models.model, role="user", responses=openapi.documented(404))


class Chunks(Translator):
    """A run as `chat.completion.chunk`s."""

    end = b"data: [DONE]\n\n"

    def __init__(self, body: CompletionRequest) -> None:
        self._state = TranslatorState(body.options(int(time.time())))

    @property
    def over(self) -> bool:
        """Whether the run is over, or its words were taken back."""
        return self._state.over

    def frames(self, event: Event) -> Iterator[bytes]:
        """The chunks of an event, and comments for people."""
        return map(_framed, completion_chunks(event, self._state))


class Completion(Collector):
    """A run as one `chat.completion`."""

    def __init__(self, body: CompletionRequest) -> None:
        self._state = TranslatorState(body.options(int(time.time())))
        self._chunks: list[CompletionChunk] = []

    def add(self, event: Event) -> None:
        """Take the next event."""
        self._chunks += [piece for piece in completion_chunks(event, self._state) if not isinstance(piece, SseComment)]

    def response(self) -> Response:
        """The completion, or why there is none."""
        error = completion.error_of(self._state.transcript.result())
        if error is not None:
            return JSONResponse(error.body, error.status, headers=NO_RETRY)
        return JSONResponse(completion.completion(self._chunks))


def _framed(piece: dict[str, Any] | SseComment) -> bytes:
    if isinstance(piece, SseComment):
        return b": %b\n\n" % " ".join(piece.text.split()).encode()
    return b"data: %b\n\n" % json.dumps(piece, ensure_ascii=False, separators=(",", ":")).encode()
