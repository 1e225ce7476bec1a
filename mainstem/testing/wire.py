"""One HTTP/1.1 connection of the provider, by hand: faults need every byte, and the TCP reset."""

import asyncio
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Literal, cast

_HEAD_END = b"\r\n\r\n"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass
class Request:
    """What a client asked, and how it ended: `left` means that the client went away before the end."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)
    outcome: Literal["open", "answered", "left", "dropped"] = "open"

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object; empty when it is none."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            return {}
        return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


class Wire(asyncio.Protocol):
    """Parses requests, hands each to `serve`, and writes what that answers. A client that leaves cancels its answer."""

    def __init__(self, serve: "Callable[[Request, Wire], Awaitable[None]]", connections: "set[Wire]") -> None:
        self._serve = serve
        self._connections = connections
        self._received = bytearray()
        self._writable = asyncio.Event()
        self._writable.set()
        self._transport: asyncio.Transport | None = None
        self._answering: asyncio.Task[None] | None = None
        self._lost = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's hook."""
        self._transport = cast("asyncio.Transport", transport)
        self._connections.add(self)

    def data_received(self, data: bytes) -> None:
        """asyncio's hook."""
        self._received += data
        if self._answering is None or self._answering.done():
            self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio's hook."""
        self._connections.discard(self)
        self._lost.set()
        self._writable.set()
        if self._answering:
            self._answering.cancel()

    def pause_writing(self) -> None:
        """asyncio's hook: the client reads more slowly than we write."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """asyncio's hook."""
        self._writable.set()

    async def start(self, status: int, headers: dict[str, str]) -> None:
        """Send the status line and the headers; the body follows in chunks."""
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}", "transfer-encoding: chunked"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        await self._send("\r\n".join([*lines, "", ""]).encode())

    async def write(self, data: bytes) -> None:
        """Send a piece of the body, in one write."""
        if data:
            await self._send(b"%x\r\n%b\r\n" % (len(data), data))

    async def finish(self) -> None:
        """End the body properly."""
        await self._send(b"0\r\n\r\n")

    def reset(self) -> None:
        """Break the connection with a TCP reset, after what was written so far."""
        transport = self._alive()
        linger: socket.socket = transport.get_extra_info("socket")
        linger.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()

    async def aclose(self) -> None:
        """Close the connection and wait for its end; an answer that is under way is cancelled."""
        if self._transport:
            self._transport.abort()
            await self._lost.wait()
        if self._answering:
            await asyncio.wait([self._answering])

    async def _send(self, data: bytes) -> None:
        self._alive().write(data)
        await self._writable.wait()

    def _alive(self) -> asyncio.Transport:
        if self._transport is None or self._transport.is_closing():
            raise ConnectionResetError("the client has gone")
        return self._transport

    def _next(self) -> None:
        request = _parse(self._received)
        if request:
            self._answering = asyncio.get_running_loop().create_task(self._answer(request))

    async def _answer(self, request: Request) -> None:
        try:
            await self._serve(request, self)
        except (asyncio.CancelledError, ConnectionError):
            request.outcome = "left" if request.outcome == "open" else request.outcome
            return
        except BaseException:
            self._alive().abort()  # a mistake of ours must not look like a slow provider
            raise
        request.outcome = "answered" if request.outcome == "open" else request.outcome
        # a kept connection may have brought the next request meanwhile
        asyncio.get_running_loop().call_soon(self._next)


def _parse(received: bytearray) -> Request | None:
    """The next whole request, taken off `received`; `None` when more must come."""
    head, found, _ = bytes(received).partition(_HEAD_END)
    if not found:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    start, length = len(head) + len(_HEAD_END), int(headers.get("content-length", 0))
    if len(received) < start + length:
        return None
    body = bytes(received[start : start + length])
    del received[: start + length]
    method, path, *_ = first.split(" ")
    return Request(method, path.partition("?")[0], headers, body)
