"""The AI SDK's UI message stream."""

import json
from collections.abc import Iterator

from fastapi import Response

from mainstem.stream.events import Event

from ...auth.access import DeclaringRoutes
from ...problems import documented
from ...schemas.streams import PROTOCOL_STREAM
from ..protocol import Protocol, ResumeRun, RunAccess, ServedModels, StartRun, Translator
from . import request
from .request import ChatRequest
from .translate import TranslatorState, UIChunk, ui_chunks

HEADERS = {"X-Vercel-AI-UI-Message-Stream": "v1"}
"""What tells the AI SDK which protocol this is."""


class AiSdk(Protocol[ChatRequest]):
    """Answer what is new in the messages, or go on with what was decided. A client that leaves stops the run."""

    tag = "AI SDK"
    path = "/ai-sdk"
    operation = "chatAiSdk"
    role = ("ask", "approve")
    body = ChatRequest
    headers = HEADERS

    def parse(self, body: ChatRequest, served: ServedModels) -> StartRun | ResumeRun:
        """What is new, or what was decided."""
        if body.decided is not None:
            return ResumeRun(body.id, body.decided, tags=body.tags)
        return StartRun(request.conversation(body), body.id, model=body.model, tags=body.tags)

    def translator(self, body: ChatRequest, address: str) -> Translator:
        """Chunks; they go on with the client's last message where that is the assistant's."""
        return UIMessageChunks(TranslatorState(body.continued, request.calls(body.last) if body.continued else {}))

    def add_routes(self, routes: DeclaringRoutes, runs: RunAccess) -> None:
        """What the hooks' `resume` asks for."""

        async def again(chat: str) -> Response:
            """The stream of the chat's run from its beginning, while it goes on; else 204: what `resume` asks for."""
            run_id = await runs.running_in(chat)
            return Response(status_code=204) if run_id is None else await runs.follow(run_id, UIMessageChunks())

        sees = ("ask", "approve", "read")
        responses = {**PROTOCOL_STREAM, 204: {}, **documented(404, 409, 413, 422, 503)}
        routes.add_api_route(
            "/ai-sdk/{chat}/stream",
            again,
            operation="resumeAiSdk",
            role=sees,
            responses=responses,
            response_class=Response,
        )


class UIMessageChunks(Translator):
    """A run as chunks of a UI message."""

    end = b"data: [DONE]\n\n"

    def __init__(self, state: TranslatorState | None = None) -> None:
        self._state = state or TranslatorState()

    def frames(self, event: Event) -> Iterator[bytes]:
        """The chunks of an event."""
        return map(_framed, ui_chunks(event, self._state))


def _framed(chunk: UIChunk) -> bytes:
    return b"data: %b\n\n" % json.dumps(chunk, ensure_ascii=False).encode()
