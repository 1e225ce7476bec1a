"""OpenAI's chat completions."""

import json
import time
from collections.abc import Iterator
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from mainstem.stream.events import Event

from ...auth.access import DeclaringRoutes
from ...problems import Problem
from ..protocol import Collector, Protocol, RunAccess, ServedModels, StartRun, Translator
from . import completion, errors, openapi
from .models import ModelOperations, chosen_model
from .request import CompletionRequest
from .translate import CompletionChunk, SseComment, TranslatorState, completion_chunks

METHODS = ["GET", "POST", "DELETE"]


async def _nothing_here(rest: str, request: Request) -> None:
    """What no other route takes. Raises `Problem`."""
    hint = "POST /v1/chat/completions and /v1/responses and GET /v1/models are here."
    raise Problem(404, f"There is no {request.method} /v1/{rest}.", hint=hint)


class ChatCompletions(Protocol[CompletionRequest]):
    """Answer the last message: whole, or as a stream of chunks. A client that leaves stops the run."""

    tag = "OpenAI"
    path = "/v1/chat/completions"
    operation = "createChatCompletion"
    body = CompletionRequest
    responses = openapi.described("A `chat.completion`, or with `stream` a stream of `chat.completion.chunk`.")

    def parse(self, body: CompletionRequest, served: ServedModels) -> StartRun:
        """The graph itself is one of the models, and the first."""
        body.check()
        model = chosen_model(body.model, served)
        # an id would replace an older message of the thread that has it
        messages = [message.model_dump(exclude_unset=True, exclude={"id"}) for message in body.messages]
        return StartRun(messages, body.thread, model=model, tags=body.tags, listed=False)

    def translator(self, body: CompletionRequest) -> Translator:
        """Chunks."""
        return Chunks(body)

    def collector(self, body: CompletionRequest) -> Collector | None:
        """The whole completion."""
        return None if body.stream else Completion(body)

    def refusal(self, problem: Problem) -> Response:
        """An error in OpenAI's shape."""
        return errors.refusal(problem)

    def add_routes(self, routes: DeclaringRoutes, runs: RunAccess) -> None:
        """The models, and a word to whoever asks for what is not here."""
        models = ModelOperations(runs)
        routes.add_api_route("/v1/models", models.models, operation="listModels", role="user")
        routes.add_api_route(
            "/v1/models/{name:path}",
            models.model,
            operation="getModel",
            role="user",
            responses=openapi.unknown_model(),
        )
        routes.add_api_route(
            "/v1/{rest:path}",
            _nothing_here,
            operation="nothingHere",
            role="user",
            methods=METHODS,
            include_in_schema=False,
        )


class Chunks(Translator):
    """A run as `chat.completion.chunk`s."""

    end = b"data: [DONE]\n\n"

    def __init__(self, body: CompletionRequest) -> None:
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
        """The chunks of an event, and comments for people."""
        return map(_framed, completion_chunks(event, self._state))


class Completion(Collector):
    """A run as one `chat.completion`."""

    def __init__(self, body: CompletionRequest) -> None:
        self._state = TranslatorState(body.options(int(time.time())))
        self._chunks: list[CompletionChunk] = []

    @property
    def enough(self) -> bool:
        """Whether a limit of the request is reached."""
        return self._state.limited.reached is not None

    def add(self, event: Event) -> None:
        """Take the next event."""
        self._chunks += [piece for piece in completion_chunks(event, self._state) if not isinstance(piece, SseComment)]

    def response(self) -> Response:
        """The completion, or why there is none."""
        error = errors.error_of(self._state.transcript.result())
        if error is not None:
            return JSONResponse(error.body, error.status, headers=errors.NO_RETRY)
        return JSONResponse(completion.completion(self._chunks))


def _framed(piece: dict[str, Any] | SseComment) -> bytes:
    if isinstance(piece, SseComment):
        return b": %b\n\n" % " ".join(piece.text.split()).encode()
    return b"data: %b\n\n" % json.dumps(piece, ensure_ascii=False, separators=(",", ":")).encode()
