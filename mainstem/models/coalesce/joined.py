"""The body of a streamed response, joined before its reader sees it: for clients that read the stream themselves."""

import asyncio
import socket
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, suppress
from queue import SimpleQueue
from typing import Any, cast

import httpx

from mainstem.models.size_limits import BODY
from mainstem.stream.arrivals import Announcer

from .body import Arrival, ResponseBody
from .joiner import EventJoiner
from .pump import pumped

_STREAM = "text/event-stream"
_FAILED = 400
_DRAIN = 0.1
"""Seconds to wait for the end of a response whose reader has gone: only then can its connection be used again."""
_WAITING = 64
"""Pieces that may wait for a reader that blocks."""


async def join(response: httpx.Response) -> None:
    """For a client's `event_hooks`: a stream of events is handed on joined."""
    if _streams(response) and isinstance(response.stream, httpx.AsyncByteStream):
        response.stream = _Joined(response)


def join_blocking(response: httpx.Response) -> None:
    """The twin of `join` for a client without an event loop."""
    if _streams(response) and isinstance(response.stream, httpx.SyncByteStream):
        response.stream = _JoinedBlocking(response)


def _streams(response: httpx.Response) -> bool:
    packed = response.headers.get("content-encoding", "identity")
    kind = response.headers.get("content-type", "")
    return response.status_code < _FAILED and kind.startswith(_STREAM) and packed == "identity"


class _Joined(httpx.AsyncByteStream):
    """What arrives while the reader is busy is its next piece."""

    def __init__(self, response: httpx.Response) -> None:
        self._stream = cast("httpx.AsyncByteStream", response.stream)
        self._body: ResponseBody | None = response.extensions.get(BODY)
        self._announcer = Announcer()
        self._joiner = EventJoiner()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        joiner, body = self._joiner, self._body
        source: AsyncGenerator[list[Arrival]] = body.arrivals() if body else pumped(aiter(self._stream))
        async with aclosing(source) as arrivals:
            async for taken in arrivals:
                for piece in joiner.feed(taken):
                    if piece.arrivals:
                        self._announcer.tell(piece.arrivals)
                    yield piece.data
                if body is not None and not body.steady:
                    body.steady = joiner.spoke
        if tail := joiner.finish():
            yield tail

    async def aclose(self) -> None:
        self._announcer.last = None  # the end of a stream is no chunk, and is told to no other
        if self._body is not None and self._joiner.done:
            with suppress(TimeoutError, httpx.HTTPError):
                await _drain(self._body)
        await self._stream.aclose()


async def _drain(body: ResponseBody) -> None:
    async with asyncio.timeout(_DRAIN):
        async for _ in body.arrivals():
            pass


class _JoinedBlocking(httpx.SyncByteStream):
    """The twin for a reader that blocks: a thread reads ahead of it."""

    def __init__(self, response: httpx.Response) -> None:
        self._stream = cast("httpx.SyncByteStream", response.stream)
        self._network: Any = response.extensions.get("network_stream")
        self._announcer = Announcer()
        self._waiting: SimpleQueue[Arrival | Exception | None] = SimpleQueue()
        self._room = threading.Semaphore(_WAITING)
        self._left = threading.Event()
        self._reads = False

    def __iter__(self) -> Iterator[bytes]:
        self._reads = True
        threading.Thread(target=self._read, name="mainstem-read-ahead", daemon=True).start()
        try:
            yield from self._pieces()
        finally:
            self._leave()

    def _pieces(self) -> Iterator[bytes]:
        joiner, ended = EventJoiner(), False
        while not ended:
            taken, failure, ended = self._taken()
            for piece in joiner.feed(taken):
                if piece.arrivals:
                    self._announcer.tell(piece.arrivals)
                yield piece.data
            if failure is not None:
                raise failure
        if tail := joiner.finish():
            yield tail

    def _taken(self) -> tuple[list[Arrival], Exception | None, bool]:
        """All that waits, at least one thing; then why it goes no further, and whether it is the end."""
        taken: list[Arrival] = []
        while not taken or not self._waiting.empty():
            found = self._waiting.get()
            if not isinstance(found, Arrival):
                return taken, found, True
            self._room.release()
            taken.append(found)
        return taken, None, False

    def _read(self) -> None:
        try:
            for data in self._stream:
                self._room.acquire()
                if self._left.is_set():
                    return
                self._waiting.put(Arrival(data, time.monotonic()))
        except Exception as error:  # noqa: BLE001 - the reader gets it, at its place in the stream
            self._waiting.put(error)
        finally:
            self._reads = False
        self._waiting.put(None)

    def _leave(self) -> None:
        self._announcer.last = None
        self._left.set()
        self._room.release()

    def close(self) -> None:
        self._leave()
        if self._reads and self._network is not None:
            _wake(self._network.get_extra_info("socket"))
        self._stream.close()


def _wake(sock: socket.socket | None) -> None:
    """End the read that a thread waits in: closing the socket alone would leave it there until the server speaks."""
    if sock is not None:
        with suppress(OSError):
            socket.socket.shutdown(sock, socket.SHUT_RDWR)  # below TLS, whose farewell would wait for the reader
