"""Routes of a protocol: they start what its requests ask for, stop what its clients leave, and send what it frames."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from fastapi import APIRouter, Request, Response
from langgraph_sdk.errors import APIStatusError

from mainstem.sessions.approvals import refuse_all, requests_of
from mainstem.stream.errors import UnknownThread
from mainstem.stream.events import decode
from mainstem.stream.run import Run

from ..problems import Problem, documented
from ..route import routes_with
from ..run_manager import RunManager
from ..schemas import STREAM_RESPONSES
from ..sse import EventStream, left, paced
from .messages import MessageDict, new_messages
from .protocol import Collector, Protocol, ResumeRun, RunAccess, ServedModels, StartRun, Translator

MAX_THREAD_NAME = 200
"""Characters of a thread's name."""


class ProtocolRuns(RunAccess):
    """Runs that are started and followed in one protocol."""

    def __init__(self, protocol: Protocol[Any], manager: RunManager) -> None:
        self._protocol = protocol
        self._manager = manager

    async def served(self) -> ServedModels:
        """What may be asked for."""
        session = await self._manager.open()
        return ServedModels(session.source.name, self._manager.models)

    async def running_in(self, thread: str) -> Run | None:
        """The run that goes on in a thread."""
        return await self._manager.runs.running_in(thread)

    async def answer(self, body: Any, request: Request) -> Response:
        """Start what the request asks for; answer with its stream, or with all of it where no stream was asked for."""
        self._manager.streams.check()
        run = await self._begin(self._protocol.parse(body, await self.served()))
        collector = self._protocol.collector(body)
        if collector is not None:
            return await _whole(run, collector, request)
        return self.stream(run, self._protocol.translator(body))

    def stream(self, run: Run, translator: Translator, *, stop: bool = True) -> EventStream:
        """The run from its beginning; `stop`: whether a client that leaves stops it."""

        def leave() -> None:
            # a client leaves because the stream is over, too: then the run goes on
            if stop and not translator.over:
                run.request_stop()

        return EventStream(
            self._pieces(run, translator),
            self._manager.streams,
            on_leave=leave,
            headers={**self._protocol.headers, "X-Run-Id": run.run_id},
            media_type=self._protocol.media_type,
            ping=self._protocol.ping,
            timeouts=self._manager.timeouts,
        )

    async def _pieces(self, run: Run, translator: Translator) -> AsyncGenerator[bytes]:
        def frame(line: bytes) -> bytes:
            return b"".join(translator.frames(decode(line)))

        async with aclosing(paced(run.batches(), self._manager.streams, frame)) as pieces:
            async for piece in pieces:
                yield piece
                if translator.over:
                    break
        if translator.end:
            yield translator.end

    async def _begin(self, asked: StartRun | ResumeRun) -> Run:
        if isinstance(asked, ResumeRun):
            decisions = {**asked.decisions, **await self._refusals(asked)}
            return await self._manager.resume(asked.thread, decisions, tags=asked.tags)
        thread = await self._thread(asked.thread)
        given = await self._input(thread, asked.messages)
        return await self._manager.start(given, thread=thread, model=asked.model, tags=asked.tags)

    async def _refusals(self, asked: ResumeRun) -> dict[str, Any]:
        """Answers to the interrupts that nobody answers."""
        if not asked.cancelled:
            return {}
        requests = requests_of((await self._manager.state(asked.thread)).interrupts)
        return {key: refuse_all(requests.get(key), reason) for key, reason in asked.cancelled.items()}

    async def _thread(self, thread: str | None) -> str | None:
        """`thread`, or None where the graph keeps no threads. Raises `Problem` for a name that no thread can have."""
        if thread is None:
            return None
        if not 0 < len(thread) <= MAX_THREAD_NAME:
            raise Problem(422, f"A thread's name has 1 to {MAX_THREAD_NAME} characters.", hint="Use a shorter one.")
        session = await self._manager.open()
        return thread if session.source.keeps_threads else None

    async def _input(self, thread: str | None, messages: Sequence[MessageDict]) -> Mapping[str, Any]:
        """The graph's input: all messages for a new thread, only the new ones for one that exists.

        Raises `Problem` when none is new.
        """
        new = new_messages(messages)
        if not any(message["role"] == "user" for message in new):
            raise Problem(422, "No message of the user is new.", hint="Let the last message be the user's.")
        return {"messages": new if thread is not None and await self._exists(thread) else list(messages)}

    async def _exists(self, thread: str) -> bool:
        """Whether the thread exists. Raises `Problem` where threads are a LangGraph server's and it has no such one."""
        try:
            await self._manager.state(thread)
        except UnknownThread:
            return False
        except APIStatusError as error:
            hint = "There a thread begins with a run of that server: POST /threads, then POST /runs."
            raise Problem(404, f"The server has no thread {thread!r}.", hint=hint) from error
        return True


async def _whole(run: Run, collector: Collector, request: Request) -> Response:
    """The whole answer; a client that leaves stops the run."""
    leaving = asyncio.create_task(left(request.receive))
    leaving.add_done_callback(lambda task: None if task.cancelled() else run.request_stop())
    try:
        async for event in run.events():
            collector.add(event)
    finally:
        leaving.cancel()
    response = collector.response()
    response.headers["X-Run-Id"] = run.run_id
    return response


def protocol_router(protocol: Protocol[Any], manager: RunManager) -> APIRouter:
    """The routes of `protocol` over `manager`."""
    runs = ProtocolRuns(protocol, manager)
    routes = routes_with(manager, tags=[protocol.tag], refusal=protocol.refusal)

    async def answer(body: Any, request: Request) -> Response:
        return await runs.answer(body, request)

    answer.__annotations__["body"] = protocol.body  # what FastAPI reads the request as
    routes.add_api_route(
        protocol.path,
        answer,
        role=protocol.role,
        methods=["POST"],
        name=protocol.operation,
        description=inspect.getdoc(type(protocol)),
        response_model=None,
        responses={**(protocol.responses or {**STREAM_RESPONSES, **documented(404, 409, 413, 422, 503)})},
    )
    protocol.add_routes(routes, runs)
    return routes
