"""`/runs/{id}/ws`: the same events over a WebSocket, and the client's words: stop, and decisions."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Literal, cast

from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, TypeAdapter, ValidationError

from mainstem.stream.errors import MainstemError

from .route import routes_with
from .run_manager import RunManager
from .runs import SEES, FromSeq
from .sse import pause
from .timeouts import SEND_SECONDS

UNSUPPORTED = 1003
"""The code that a socket is closed with when its client sends bytes."""

GONE = 1001
"""The code that a socket is closed with when its client takes nothing."""


class Stop(BaseModel):
    """Stop the run."""

    type: Literal["stop"]


class Resume(BaseModel):
    """Go on with these decisions."""

    type: Literal["resume"]
    decisions: Any = None


MESSAGES: TypeAdapter[Stop | Resume] = TypeAdapter(Stop | Resume)


class Socket:
    """One client's socket, on one run after the other of a thread."""

    def __init__(self, manager: RunManager, socket: WebSocket, run_id: str) -> None:
        self._manager = manager
        self._socket = socket
        self._run_id = run_id
        self._resumed = asyncio.Event()

    async def serve(self, from_seq: int) -> None:
        """Send and listen until the thread rests or the client has gone."""
        sending = asyncio.create_task(self._send(from_seq))
        listening = asyncio.create_task(self._listen())
        try:
            await asyncio.wait((sending, listening), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sending.cancel()
            listening.cancel()
            await asyncio.gather(sending, listening, return_exceptions=True)

    async def _send(self, from_seq: int) -> None:
        while True:
            last = await self._send_run(from_seq)
            if b'"status":"interrupted"' not in last:
                break
            await self._resumed.wait()
            self._resumed.clear()
            await self._say(json.dumps({"type": "resumed", "run_id": self._run_id}))
            from_seq = 1
        await self._socket.close()

    async def _send_run(self, from_seq: int) -> bytes:
        """Send the run's events; returns the last of them."""
        line = b""
        batches = cast("AsyncGenerator[list[bytes]]", await self._manager.runs.batches(self._run_id, from_seq))
        async with aclosing(batches):
            async for batch in batches:
                for line in batch:
                    await self._say(line.decode())
                await asyncio.sleep(pause(self._manager.streams.inside))
        return line

    async def _say(self, text: str) -> None:
        try:
            async with asyncio.timeout(SEND_SECONDS):
                await self._socket.send_text(text)
        except TimeoutError:
            raise WebSocketDisconnect(GONE) from None

    async def _listen(self) -> None:
        while True:
            frame = await self._socket.receive()
            if frame["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(frame["code"])
            if frame.get("text") is None:
                return await self._socket.close(UNSUPPORTED, "This socket takes text.")
            try:
                await self._handle(MESSAGES.validate_json(frame["text"]))
            except (ValidationError, MainstemError) as error:
                hint = str(getattr(error, "hint", "")) or 'Send {"type":"stop"} or {"type":"resume","decisions":…}.'
                detail = str(error) if isinstance(error, MainstemError) else "This is no word of this socket."
                await self._say(json.dumps({"type": "error", "detail": detail, "hint": hint}))

    async def _handle(self, word: Stop | Resume) -> None:
        if isinstance(word, Stop):
            await self._manager.stop(self._run_id)
            return
        record = await self._manager.runs.record(self._run_id)
        run = await self._manager.resume(record.thread_id or "", word.decisions)
        self._run_id = run.run_id
        self._resumed.set()


class Sockets:
    """The socket of each run."""

    def __init__(self, manager: RunManager) -> None:
        self._manager = manager

    async def follow(self, websocket: WebSocket, run_id: str, from_seq: FromSeq = 1) -> None:
        """A run's events as text frames from `from_seq` on; takes `stop` and `resume`."""
        self._manager.streams.check()
        await self._manager.runs.find(run_id)
        with self._manager.streams.passed():
            await websocket.accept()
            await Socket(self._manager, websocket, run_id).serve(from_seq)


def router(manager: RunManager) -> APIRouter:
    """The routes."""
    routes = routes_with(manager, tags=["runs"])
    routes.add_api_websocket_route("/runs/{run_id}/ws", Sockets(manager).follow, role=SEES)
    return routes
