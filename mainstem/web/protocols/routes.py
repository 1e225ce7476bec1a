"""Routes of a protocol: they start what its requests ask for, stop what its clients leave, and send what it frames."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from functools import cache
from typing import Any

from fastapi import APIRouter, Request, Response

from mainstem.sessions.approvals import refuse_all, requests_of
from mainstem.stream.events import decode
from mainstem.stream.run import Run
from mainstem.stream.sources.context import takes

from ..about import inputs_of
from ..problems import documented
from ..route import routes_with
from ..run_lookup import RunLookup
from ..run_manager import RunManager
from ..schemas.streams import PROTOCOL_STREAM
from ..sse import EventStream, left, paced
from .protocol import Collector, Protocol, ResumeRun, RunAccess, ServedModels, StartRun, Translator
from .thread_place import place_of, thread_after


class ProtocolRuns(RunAccess):
    """Runs that are started and followed in one protocol."""

    def __init__(self, protocol: Protocol[Any], manager: RunManager) -> None:
        self._protocol = protocol
        self._manager = manager

    async def served(self) -> ServedModels:
        """What may be asked for."""
        session = await self._manager.open()
        return ServedModels(session.source.name, self._manager.models)

    async def running_in(self, thread: str) -> str | None:
        """The id of the run that goes on in a thread."""
        await self._manager.owned(thread)
        return (await self._manager.runs.going_on()).get(thread)

    async def follow(self, run_id: str, translator: Translator) -> EventStream:
        """The run from its beginning, of whichever process."""
        return self._stream(run_id, await self._manager.runs.batches(run_id), translator)

    async def answer(self, body: Any, request: Request) -> Response:
        """Start what the request asks for; answer with its stream, or with all of it where no stream was asked for."""
        self._manager.streams.check()
        run = await self._begin(self._protocol.parse(body, await self.served()))
        address = str(request.url.replace(query="")).removesuffix(self._protocol.path)
        collector = self._protocol.collector(body, address)
        if collector is not None:
            return await _whole(run, self._manager.runs, collector, request)
        return self.stream(run, self._protocol.translator(body, address))

    def stream(self, run: Run, translator: Translator) -> EventStream:
        """The run from its beginning; a client that leaves stops it."""
        return self._stream(run.run_id, self._manager.runs.follow(run), translator, run.request_stop)

    def _stream(
        self,
        run_id: str,
        batches: AsyncIterator[list[bytes]],
        translator: Translator,
        stop: Callable[[], object] | None = None,
    ) -> EventStream:
        def leave() -> None:
            # a client leaves because the stream is over, too: then the run goes on
            if stop is not None and not translator.over:
                stop()

        return EventStream(
            self._pieces(batches, translator, once(stop) if stop else None),
            self._manager.streams,
            on_leave=leave,
            headers={**self._protocol.headers, "X-Run-Id": run_id},
            media_type=self._protocol.media_type,
            ping=self._protocol.ping,
            timeouts=self._manager.timeouts,
        )

    async def _pieces(
        self, batches: AsyncIterator[list[bytes]], translator: Translator, stop: Callable[[], object] | None
    ) -> AsyncGenerator[bytes]:
        def frame(line: bytes) -> bytes:
            framed = b"".join(translator.frames(decode(line)))
            if translator.enough and stop is not None:
                stop()
            return framed

        async with aclosing(paced(batches, self._manager.streams, frame)) as pieces:
            async for piece in pieces:
                yield piece
                if translator.over:
                    break
        if translator.end:
            yield translator.end

    async def _begin(self, asked: StartRun | ResumeRun) -> Run:
        if isinstance(asked, ResumeRun):
            thread = asked.thread or await thread_after(asked.after or "", self._manager)
            decisions = {**asked.decisions, **await self._refusals(thread, asked.cancelled)}
            return await self._manager.resume(thread, decisions, tags=asked.tags, context=await self._context(asked))
        place = await place_of(asked, self._manager)
        return await self._manager.start(
            {**await self._state(asked), "messages": place.messages},
            thread=place.thread,
            model=asked.model,
            tags=asked.tags,
            context=await self._context(asked),
            checkpoint_id=place.checkpoint_id,
            listed=asked.listed,
        )

    async def _state(self, asked: StartRun) -> dict[str, Any]:
        """What of the client's state, and whether its tools, the graph takes."""
        taken = inputs_of((await self._manager.open()).source.graph) or ()
        held = {**asked.state, "tools": list(asked.tools)} if asked.tools else asked.state
        return {key: value for key, value in held.items() if key in taken}

    async def _context(self, asked: StartRun | ResumeRun) -> Mapping[str, Any] | None:
        """The client's tools, where the graph's context takes them."""
        if not asked.tools or not takes((await self._manager.open()).source.graph, "tools"):
            return None
        return {"tools": list(asked.tools)}

    async def _refusals(self, thread: str, cancelled: Mapping[str, str]) -> dict[str, Any]:
        """Answers to the interrupts that nobody answers."""
        if not cancelled:
            return {}
        requests = requests_of((await self._manager.state(thread)).interrupts)
        return {key: refuse_all(requests.get(key), reason) for key, reason in cancelled.items()}


def once(call: Callable[[], object]) -> Callable[[], object]:
    """`call`, which only the first call of this reaches: what stops already is left to stop in peace."""
    return cache(call)


async def _whole(run: Run, runs: RunLookup, collector: Collector, request: Request) -> Response:
    """The whole answer; a client that leaves stops the run."""
    leaving = asyncio.create_task(left(request.receive))
    stop = once(run.request_stop)
    leaving.add_done_callback(lambda task: None if task.cancelled() else stop())
    try:
        async for batch in runs.follow(run):
            for line in batch:
                collector.add(decode(line))
            if collector.enough:
                stop()
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
        operation=protocol.operation,
        role=protocol.role,
        methods=["POST"],
        description=inspect.getdoc(type(protocol)),
        response_class=Response,
        responses={**(protocol.responses or {**PROTOCOL_STREAM, **documented(404, 409, 413, 422, 503)})},
    )
    protocol.add_routes(routes, runs)
    return routes
