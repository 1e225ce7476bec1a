"""Server-sent events: a run's lines framed, and a response that notices when its client has gone."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

HEARTBEAT = 15.0
"""Seconds between comments that keep a silent stream alive in proxies."""

PATIENCE = 60.0
"""Seconds that a client may take nothing of what is sent to it before it counts as gone."""

FRAME = 1 / 60
"""Seconds between two pieces of one stream: what comes within them is sent as one piece. A screen shows no more."""

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

PING = b": ping\n\n"

_HEAD = re.compile(rb'\{"type":"([^"]*)","seq":(\d+)')


def framed(line: bytes) -> bytes:
    """One event's JSON as a server-sent event."""
    head = _HEAD.match(line)
    if head is None:
        return b"data: %b\n\n" % line
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (head[2], head[1], line)


async def paced(batches: AsyncIterator[list[bytes]]) -> AsyncIterator[bytes]:
    """`batches`, each framed and in one piece; what comes shortly after a piece waits for the next."""
    async for batch in batches:
        yield b"".join(map(framed, batch))
        await asyncio.sleep(FRAME if len(batch) < _MANY else 0)


_MANY = 32  # lines in a batch that say there is more where they come from


class EventStream(Response):
    """Sends `pieces` until they end or the client has gone; then `on_leave` is called.

    Starlette's own streaming response leaves the source running when its client goes away.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        pieces: AsyncIterator[bytes],
        *,
        on_leave: Callable[[], object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._pieces = pieces
        self._on_leave = on_leave
        self.status_code = 200
        self.background = None
        self.init_headers({**HEADERS, **(headers or {})})
        self._spoke = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_left(receive))
        complete = False
        try:
            await self._watch(sending, leaving, send)
            complete = sending.done() and sending.exception() is None
        except TimeoutError:
            pass  # it takes nothing: as good as gone
        finally:
            if not complete and self._on_leave is not None:
                self._on_leave()
            await _ended(sending, leaving)

    async def _watch(self, sending: asyncio.Task[None], leaving: asyncio.Task[None], send: Send) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            done, _ = await asyncio.wait((sending, leaving), timeout=HEARTBEAT, return_when=asyncio.FIRST_COMPLETED)
            if done:
                return
            if clock() - self._spoke >= HEARTBEAT:
                await self._say(send, PING)

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async for piece in self._pieces:
            await self._say(send, piece)
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _say(self, send: Send, piece: bytes) -> None:
        self._spoke = asyncio.get_running_loop().time()
        async with asyncio.timeout(PATIENCE):
            await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _ended(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
