"""Durable Streams 1.0, the read path: a log read by offset, whole, by long polling or as server-sent events.

An offset is the number of the last event that was read. What writing asks of a server (create, append, close, delete,
fork, expiry, idempotent producers) is not here: a run is what writes.
"""

import asyncio
import json
import re
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import Response

from .limiter import Limiter
from .problems import Problem
from .sse import EventStream
from .timeouts import StreamTimeouts

Messages = Sequence[tuple[int, bytes]]
"""Events as JSON, each with its position."""

MAX_MESSAGES = 1000
"""Events that one answer holds."""

POLL_SECONDS = 20.0
"""Seconds that a long poll waits for news."""

SSE_SECONDS = 60.0
"""Seconds after which a stream is ended, to be asked for again: that is what the protocol wants for caches."""

CURSOR_SECONDS = 20
CURSOR_EPOCH = 1_728_432_000
"""2024-10-09, from which cursors are counted."""

SAFE = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}
_OFFSET = re.compile(r"[0-9]{16}")


class DurableLog(Protocol):
    """What is read."""

    name: str
    content_type: str

    @property
    def tail(self) -> int:
        """The position of its last message; 0 for none."""
        ...

    @property
    def closed(self) -> bool:
        """Whether nothing more will come."""
        ...

    async def read(self, position: int, limit: int) -> Messages:
        """What stands behind a position now."""
        ...

    async def news(self, position: int) -> None:
        """Return when something stands behind the position, or nothing more will come."""
        ...


@dataclass(frozen=True)
class StreamRequest:
    """What a request asks for."""

    offset: str | None = None
    live: str | None = None
    cursor: str | None = None
    etag: str | None = None
    """The `If-None-Match` header."""


async def read(
    log: DurableLog, asked: StreamRequest, limiter: Limiter, timeouts: StreamTimeouts, *, patience: float = POLL_SECONDS
) -> Response:
    """The answer to a GET. Raises `Problem`."""
    if asked.live not in (None, "sse", "long-poll"):
        raise Problem(400, f"live={asked.live!r:.40} is not known.", hint="It is sse or long-poll.")
    if asked.live and asked.offset is None:
        raise Problem(400, "A live read needs an offset.", hint="offset=-1 begins at the beginning.")
    position = _position(asked.offset, log)
    if asked.live == "sse":
        pieces = _sse(log, position, asked.cursor)
        headers = {**SAFE, "Cache-Control": "no-cache, no-store", "Content-Type": "text/event-stream"}
        return EventStream(pieces, limiter, headers=headers, timeouts=timeouts)
    if asked.live == "long-poll":
        with suppress(TimeoutError):
            await asyncio.wait_for(log.news(position), patience)
        if position >= log.tail:
            return Response(status_code=204, headers=_headers(log, position, asked.cursor, live=True))
    return await _page(log, position, asked)


async def _page(log: DurableLog, position: int, asked: StreamRequest) -> Response:
    messages = await log.read(position, MAX_MESSAGES)
    reached = messages[-1][0] if messages else position
    headers = _headers(log, reached, asked.cursor, live=asked.live is not None)
    if asked.offset == "now" and asked.live is None:
        return Response(_joined(log, ()), headers={**headers, "Cache-Control": "no-store"})
    end = "closed" if "Stream-Closed" in headers else "open"
    headers |= {"ETag": f'"{log.name}:{position}:{reached}:{end}"', "Cache-Control": "private, no-cache"}
    if asked.live is None and asked.etag == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(_joined(log, messages), headers=headers)


def head(log: DurableLog) -> Response:
    """The answer to a HEAD."""
    headers = {**_headers(log, log.tail, None), "Cache-Control": "no-store"}
    return Response(headers=headers)


async def _sse(log: DurableLog, position: int, cursor: str | None) -> AsyncGenerator[bytes]:
    until = time.monotonic() + SSE_SECONDS
    yield b"" if position < log.tail else _control(log, position, cursor)
    while not (log.closed and position >= log.tail):
        try:
            await asyncio.wait_for(log.news(position), max(0.0, until - time.monotonic()))
        except TimeoutError:
            return
        messages = await log.read(position, MAX_MESSAGES)
        position = messages[-1][0] if messages else position
        yield _data(log, messages) + _control(log, position, cursor)  # in one piece: a reader may cut between two


def _data(log: DurableLog, messages: Messages) -> bytes:
    if not messages:
        return b""
    lines = re.split(rb"\r\n|\r|\n", _joined(log, messages))
    return b"event: data\n" + b"".join(b"data:%b\n" % line for line in lines) + b"\n"


def _control(log: DurableLog, position: int, cursor: str | None) -> bytes:
    told: dict[str, Any] = {"streamNextOffset": _offset(position)}
    if position >= log.tail:
        told["upToDate"] = True
    if position >= log.tail and log.closed:
        told["streamClosed"] = True
    else:
        told["streamCursor"] = _cursor(cursor)
    return b"event: control\ndata:%b\n\n" % json.dumps(told, separators=(",", ":")).encode()


def _joined(log: DurableLog, messages: Messages) -> bytes:
    """What JSON streams say as one array, and others one behind the other."""
    if not log.content_type.startswith("application/json"):
        return b"".join(data for _, data in messages)
    return b"[" + b",".join(data for _, data in messages) + b"]"


def _headers(log: DurableLog, reached: int, cursor: str | None, *, live: bool = False) -> dict[str, str]:
    headers = {**SAFE, "Content-Type": log.content_type, "Stream-Next-Offset": _offset(reached)}
    if reached >= log.tail:
        headers["Stream-Up-To-Date"] = "true"
        headers |= {"Stream-Closed": "true"} if log.closed else {}
    return headers | ({"Stream-Cursor": _cursor(cursor), "Cache-Control": "no-store"} if live else {})


def _position(offset: str | None, log: DurableLog) -> int:
    if offset in (None, "-1"):
        return 0
    if offset == "now":
        return log.tail
    if not _OFFSET.fullmatch(offset):
        raise Problem(400, f"{offset!r:.80} is no offset.", hint="Send a Stream-Next-Offset, or -1, or now.")
    return int(offset)


def _offset(position: int) -> str:
    return f"{position:016d}"


def _cursor(given: str | None) -> str:
    """The interval that it is; behind that of a client that is there already, so that no cache answers it for ever."""
    now = int(time.time() - CURSOR_EPOCH) // CURSOR_SECONDS
    known = int(given) if given and given.isascii() and given.isdigit() and len(given) < 16 else -1
    return str(now if known < now else known + 1)
