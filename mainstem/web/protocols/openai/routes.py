"""The routes of OpenAI's protocol."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from mainstem.stream import events as e
from mainstem.stream.run import Run

from ...problems import Problem
from ...route import Route, routes_with
from ...run_manager import RunManager
from ...sse import EventStream, left, paced
from ..messages import given, thread_of
from . import completion, described
from .request import CompletionRequest
from .translate import Chunk, Comment, Telling, translate

NO_RETRY = {"X-Should-Retry": "false"}
"""OpenAI's clients repeat a request that failed with 409 or 5xx; a run that was made is not to be made again."""


class Completions(Route):
    """A route whose errors have OpenAI's shape."""

    def told(self, problem: Problem) -> Response:
        """The error as a response."""
        message = " ".join(filter(None, (problem.detail, problem.hint)))
        if problem.interrupts:
            waits = completion.trouble_of(409, message, "decision_required", interrupts=list(problem.interrupts))
            return JSONResponse(waits.body, waits.status, headers=NO_RETRY)
        code = {404: "model_not_found", 409: "thread_busy"}.get(problem.status_code, "invalid_request")
        trouble = completion.trouble_of(problem.status_code, message, code)
        return JSONResponse(trouble.body, trouble.status, headers=problem.headers)


class Door:
    """The operations."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager
        self._began = int(time.time())

    async def complete(self, body: CompletionRequest, request: Request) -> Response:
        """Answer the last message: whole, or as a stream of chunks. A client that leaves stops the run."""
        body.check()
        self._manager.streams.check()
        run = await self._start(body)
        telling = Telling(body.wish(int(time.time())))
        if not body.stream:
            return await _whole(run, telling, request)
        leave = _leave(run, telling)
        return EventStream(
            self._pieces(run, telling), self._manager.streams, on_leave=leave, headers={"X-Run-Id": run.run_id}
        )

    async def _pieces(self, run: Run, telling: Telling) -> AsyncGenerator[bytes]:
        def frame(line: bytes) -> bytes:
            return b"".join(map(_framed, translate(e.decode(line), telling)))

        async with aclosing(paced(run.batches(), self._manager.streams, frame)) as pieces:
            async for piece in pieces:
                yield piece
                if telling.over:
                    break
        yield b"data: [DONE]\n\n"

    async def _start(self, body: CompletionRequest) -> Run:
        known = await self._names()
        if body.model not in known:
            raise Problem(404, f"There is no model {body.model!r}.", hint=f"Models to choose: {', '.join(known)}.")
        thread = await thread_of(self._manager, body.thread) if body.thread else None
        # an id would replace an older message of the thread that has it
        messages = [message.model_dump(exclude_unset=True, exclude={"id"}) for message in body.messages]
        model = None if body.model == known[0] else body.model
        start = await given(self._manager, thread, messages)
        return await self._manager.start(start, thread=thread, model=model, tags=body.tags)

    async def _names(self) -> list[str]:
        session = await self._manager.open()
        return list(dict.fromkeys((session.source.name, *self._manager.models)))

    async def models(self) -> dict[str, Any]:
        """The agent, by its name, and the models that it may be asked to use instead of its own."""
        return {"object": "list", "data": [self._model(name) for name in await self._names()]}

    async def model(self, name: str) -> dict[str, Any]:
        """One of the models."""
        if name not in await self._names():
            raise Problem(404, f"There is no model {name!r}.", hint="GET /v1/models lists them.")
        return self._model(name)

    def _model(self, name: str) -> dict[str, Any]:
        return {"id": name, "object": "model", "created": self._began, "owned_by": "mainstem"}


async def _whole(run: Run, telling: Telling, request: Request) -> Response:
    leaving = asyncio.create_task(left(request.receive))
    leaving.add_done_callback(lambda task: None if task.cancelled() else run.request_stop())
    try:
        chunks = [chunk async for event in run.events() for chunk in translate(event, telling)]
    finally:
        leaving.cancel()
    trouble, headers = completion.trouble(telling.transcript.result()), {"X-Run-Id": run.run_id}
    if trouble is not None:
        return JSONResponse(trouble.body, trouble.status, headers=headers | NO_RETRY)
    return JSONResponse(completion.completion([c for c in chunks if not isinstance(c, Comment)]), headers=headers)


def _framed(piece: Chunk | Comment) -> bytes:
    if isinstance(piece, Comment):
        return b": %b\n\n" % " ".join(piece.text.split()).encode()
    return b"data: %b\n\n" % json.dumps(piece, ensure_ascii=False, separators=(",", ":")).encode()


def _leave(run: Run, telling: Telling) -> Any:
    """A client leaves because its words were taken back, too: then the run goes on."""
    return lambda: None if telling.over else run.request_stop()


def router(manager: RunManager) -> APIRouter:
    """The routes."""
    door = Door(manager)
    routes = routes_with(manager.session.settings, tags=["OpenAI"], kind=Completions)
    add = routes.add_api_route
    add("/v1/chat/completions", door.complete, methods=["POST"], response_model=None, responses=described.DOCUMENTED)
    add("/v1/models", door.models)
    add("/v1/models/{name:path}", door.model, responses=described.documented(404))
    return routes
