"""Server-sent events: a run's lines framed, and a response that notices when its client has gone."""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing
from typing import cast

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .limiter import Limiter
from .timeouts import StreamTimeouts

log = logging.getLogger("mainstem.web")

FRAME_SECONDS = 1 / 60
"""Seconds between two pieces of one stream: what comes within them is sent as one piece. A screen shows no more."""

PIECES = 5000
"""Pieces that a server sends in a second, over all of its streams: with more streams than fit, pieces grow."""

LATEST = 0.1
"""The longest time between two pieces of a stream that has something to say."""

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

_HEAD = re.compile(rb'\{"type":"([^"]*)","seq":(\d+)')


def framed(line: bytes) -> bytes:
    """One event's JSON as a server-sent event."""
    head = _HEAD.match(line)
    if head is None:
        return b"data: %b\n\n" % line
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (head[2], head[1], line)


def pause(streams: int) -> float:
    """Seconds between two pieces of a stream when so many are open."""
    return min(max(FRAME_SECONDS, streams / PIECES), LATEST)


async def paced(
    batches: AsyncIterator[list[bytes]], limiter: Limiter, frame: Callable[[bytes], bytes] = framed
) -> AsyncGenerator[bytes]:
    """`batches`, each framed and in one piece; what comes shortly after a piece waits for the next."""
    async with aclosing(cast("AsyncGenerator[list[bytes]]", batches)):
        async for batch in batches:
            yield b"".join(map(frame, batch))
            await asyncio.sleep(pause(limiter.inside) if len(batch) < _MANY else 0)


_MANY = 32  # lines in a batch that say there is more where they come from


class EventStream(Response):
    """Sends `pieces` until they end or the client has gone; then `on_leave` is called. Raises `LimitReached`.

    Starlette's own streaming response leaves its source running when the client goes away.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        limiter: Limiter,
        *,
        on_leave: Callable[[], object] | None = None,
        headers: Mapping[str, str] | None = None,
        status: int = 200,
        media_type: str | None = None,
        ping: bytes = b": ping\n\n",
        timeouts: StreamTimeouts | None = None,
    ) -> None:
        limiter.check()
        self.media_type = media_type or self.media_type
        self._ping = ping
        self._timeouts = timeouts or StreamTimeouts()
        self._pieces = pieces
        self._limiter = limiter
        self._on_leave = on_leave
        self._spoke = 0.0
        self.status_code = status
        self.background = None
        self.init_headers({**HEADERS, **(headers or {})})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        with self._limiter.passed():
            sending = asyncio.create_task(self._send(send))
            leaving = asyncio.create_task(left(receive))
            try:
                await self._watch(sending, leaving, send)
            except TimeoutError:
                pass  # it takes nothing: as good as gone
            finally:
                if not _went_well(sending) and self._on_leave is not None:
                    self._on_leave()
                await _end(sending, leaving)

    async def _watch(self, sending: asyncio.Task[None], leaving: asyncio.Task[None], send: Send) -> None:
        clock, both = asyncio.get_running_loop().time, (sending, leaving)
        self._spoke = clock()
        while not (await asyncio.wait(both, timeout=self._due() - clock(), return_when=asyncio.FIRST_COMPLETED))[0]:
            if clock() >= self._due():
                await self._say(send, self._ping)

    def _due(self) -> float:
        return self._spoke + self._timeouts.heartbeat

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(cast("AsyncGenerator[bytes]", self._pieces)) as pieces:
            async for piece in pieces:
                await self._say(send, piece)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _say(self, send: Send, piece: bytes) -> None:
        self._spoke = asyncio.get_running_loop().time()
        async with asyncio.timeout(self._timeouts.patience):
            await send({"type": "http.response.body", "body": piece, "more_body": True})


async def left(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _went_well(sending: "asyncio.Task[None]") -> bool:
    return sending.done() and not sending.cancelled() and sending.exception() is None


async def _end(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception) and not isinstance(outcome, TimeoutError | OSError):
            log.error("A stream broke off: %s", outcome)
