"""A reader of served streams that costs next to nothing: what it gets is noted as it comes, and nothing is parsed."""

import asyncio
import json
from typing import Any, cast

from benchmarks.subjects.base import Note

_ENDS = (b"\r\n0\r\n\r\n", b"0\r\n\r\n")


class _Reader(asyncio.Protocol):
    def __init__(self, request: bytes, note: Note) -> None:
        self._request = request
        self._note = note
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        cast("asyncio.Transport", transport).write(self._request)

    def data_received(self, data: bytes) -> None:
        self._note(data)
        if data.endswith(_ENDS):
            self._end()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()

    def _end(self) -> None:
        if not self.over.done():
            self.over.set_result(None)


async def post(port: int, path: str, body: Any, note: Note, accept: str = "text/event-stream") -> None:
    """POST `body` as JSON to 127.0.0.1, and note the pieces of the response as they come."""
    data = json.dumps(body).encode()
    headers = f"Accept: {accept}\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n"
    await _ask(port, f"POST {path}", headers, data, note)


async def get(port: int, path: str, note: Note) -> None:
    """GET an event stream from 127.0.0.1, and note its pieces as they come."""
    await _ask(port, f"GET {path}", "Accept: text/event-stream\r\n", b"", note)


async def _ask(port: int, what: str, headers: str, data: bytes, note: Note) -> None:
    head = f"{what} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}Connection: close\r\n\r\n"
    loop = asyncio.get_running_loop()
    request = head.encode() + data
    transport, reader = await loop.create_connection(lambda: _Reader(request, note), "127.0.0.1", port)
    try:
        await reader.over
    finally:
        transport.close()
