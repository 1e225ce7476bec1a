"""The routes of the AI SDK's UI message stream."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from fastapi import APIRouter, Response

from mainstem.stream import events as e
from mainstem.stream.run import Run

from ...problems import documented
from ...route import routes_with
from ...run_manager import RunManager
from ...runs import STREAM
from ...sse import EventStream, paced
from ..messages import given, thread_of
from . import request
from .request import ChatRequest
from .translate import Chunk, Telling, translate

HEADERS = {"X-Vercel-AI-UI-Message-Stream": "v1"}
"""What tells the AI SDK which protocol this is."""


class Door:
    """The operations."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager

    async def chat(self, body: ChatRequest) -> Response:
        """Answer what is new in the messages, or go on with what was decided. A client that leaves stops the run."""
        self._manager.streams.check()
        if body.decided is not None:
            run = await self._manager.resume(body.id, body.decided, tags=body.tags)
        else:
            thread = await thread_of(self._manager, body.id)
            start = await given(self._manager, thread, request.said(body))
            run = await self._manager.start(start, thread=thread, model=body.model, tags=body.tags)
        telling = Telling(body.continued, request.calls(body.last) if body.continued else {})
        return self._stream(run, telling, stop=True)

    async def again(self, chat: str) -> Response:
        """The stream of the chat's run from its beginning, while it goes on; else 204: what `resume` asks for."""
        run = await self._manager.running_in(chat)
        return Response(status_code=204) if run is None else self._stream(run, Telling(), stop=False)

    def _stream(self, run: Run, telling: Telling, *, stop: bool) -> EventStream:
        leave, headers = run.request_stop if stop else None, {**HEADERS, "X-Run-Id": run.run_id}
        return EventStream(self._pieces(run, telling), self._manager.streams, on_leave=leave, headers=headers)

    async def _pieces(self, run: Run, telling: Telling) -> AsyncGenerator[bytes]:
        def frame(line: bytes) -> bytes:
            return b"".join(map(_framed, translate(e.decode(line), telling)))

        async with aclosing(paced(run.batches(), self._manager.streams, frame)) as pieces:
            async for piece in pieces:
                yield piece
        yield b"data: [DONE]\n\n"


def _framed(chunk: Chunk) -> bytes:
    return b"data: %b\n\n" % json.dumps(chunk, ensure_ascii=False).encode()


def router(manager: RunManager) -> APIRouter:
    """The routes."""
    door, routes = Door(manager), routes_with(manager.session.settings, tags=["AI SDK"])
    problems = documented(404, 409, 413, 422, 503)
    add = routes.add_api_route
    add("/ai-sdk", door.chat, methods=["POST"], responses={**STREAM, **problems}, response_model=None)
    add("/ai-sdk/{chat}/stream", door.again, responses={**STREAM, 204: {}, **problems}, response_model=None)
    return routes
