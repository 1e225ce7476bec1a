"""OpenAI's chat completions."""

import json
import time
from collections.abc import Iterator
from typing import Any

from fastapi import Request

from mainstem.stream.events import Event

from ...auth.access import DeclaringRoutes
from ...problems import Problem
from ..protocol import Collector, RunAccess, ServedModels, StartRun, Translator
from . import completion, openapi
from .errors import JsonObject
from .models import ModelOperations, chosen_model
from .request import CompletionRequest
from .telling import OpenAiProtocol, OpenAiStream, OpenAiWhole
from .translate import CompletionChunk, SseComment, TranslatorState, completion_chunks

METHODS = ["GET", "POST", "DELETE"]


async def _nothing_here(rest: str, request: Request) -> None:
    """What no other route takes. Raises `Problem`."""
    hint = "POST /v1/chat/completions and /v1/responses and GET /v1/models are here."
    raise Problem(404, f"There is no {request.method} /v1/{rest}.", hint=hint)


class ChatCompletions(OpenAiProtocol[CompletionRequest]):
    """Answer the last message: whole, or as a stream of chunks. A client that leaves stops the run."""

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

    def translator(self, body: CompletionRequest, address: str) -> Translator:
        """Chunks."""
        return Chunks(_state(body, address))

    def collector(self, body: CompletionRequest, address: str) -> Collector | None:
        """The whole completion."""
        return None if body.stream else Completion(_state(body, address))

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


class Chunks(OpenAiStream[TranslatorState]):
    """A run as `chat.completion.chunk`s."""

    end = b"data: [DONE]\n\n"

    def frames(self, event: Event) -> Iterator[bytes]:
        """The chunks of an event, and comments for people."""
        return map(_framed, completion_chunks(event, self._state))


class Completion(OpenAiWhole[TranslatorState]):
    """A run as one `chat.completion`."""

    def __init__(self, state: TranslatorState) -> None:
        super().__init__(state)
        self._chunks: list[CompletionChunk] = []

    def add(self, event: Event) -> None:
        """Take the next event."""
        self._chunks += [piece for piece in completion_chunks(event, self._state) if not isinstance(piece, SseComment)]

    def answer(self) -> JsonObject:
        """The completion."""
        return completion.completion(self._chunks)


def _state(body: CompletionRequest, address: str) -> TranslatorState:
    return TranslatorState(body.options(int(time.time()), address))


def _framed(piece: dict[str, Any] | SseComment) -> bytes:
    if isinstance(piece, SseComment):
        return b": %b\n\n" % " ".join(piece.text.split()).encode()
    return b"data: %b\n\n" % json.dumps(piece, ensure_ascii=False, separators=(",", ":")).encode()
