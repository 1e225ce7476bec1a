"""Request bodies with a limit: not larger, and not slower, than a server can bear."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from .problems import Problem

BODY_SECONDS = 30.0
"""Seconds that any body may take."""

MIN_BYTES_PER_SECOND = 10_000
"""Bytes a second that a larger body must come at."""

LINGER = 1.0
"""Seconds that a refused body is read on, unkept, so that its sender gets to read the answer."""

LINGER_BYTES = 8_000_000
"""How much of it is read on at most."""


class LimitedBody:
    """`receive`, but for no more than `max_bytes` bytes of body, and none that takes over `seconds`. Raises `Problem`.

    Beyond those seconds a larger body may take as long as it needs at `MIN_BYTES_PER_SECOND`.
    """

    def __init__(self, receive: Receive, max_bytes: int, seconds: float = BODY_SECONDS) -> None:
        self._seconds = seconds
        self._receive = receive
        self._max_bytes = max_bytes
        self._began = asyncio.get_running_loop().time()
        self._taken = 0
        self.complete = False

    async def __call__(self) -> Message:
        """The next message."""
        if self.complete:
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._began + self._seconds + self._taken / MIN_BYTES_PER_SECOND):
                message = await self._receive()
        except TimeoutError:
            raise Problem(
                408, f"The body took longer than {self._seconds:g} seconds.", hint="Send it faster."
            ) from None
        self._taken += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)
        if self._taken > self._max_bytes:
            raise too_large(self._max_bytes)
        return message

    def announced(self, request: Request) -> None:
        """Refuse a body that says of itself that it is too large, before any of it is read. Raises `Problem`."""
        if int(request.headers.get("content-length") or 0) > self._max_bytes:
            raise too_large(self._max_bytes)


def too_large(max_bytes: int) -> Problem:
    """The problem of a body over `max_bytes` bytes."""
    hint = "Send less; MAINSTEM_SERVE_BODY_MB and MAINSTEM_SERVE_UPLOAD_MB say how much the server takes."
    return Problem(413, f"The body is larger than {max_bytes / 1e6:g} MB.", hint=hint)


class ClosingResponse:
    """Answers a request whose body is not read, and ends the connection."""

    def __init__(self, response: Response) -> None:
        response.headers["Connection"] = "close"
        self._response = response

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and let the sender notice."""
        response = self._response
        await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
        await send({"type": "http.response.body", "body": response.body, "more_body": True})
        try:
            async with asyncio.timeout(LINGER):
                await _read_on(receive)
        except TimeoutError:
            pass
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _read_on(receive: Receive) -> None:
    left = LINGER_BYTES
    while left > 0 and (message := await receive()).get("more_body", False):
        left -= len(message.get("body", b""))
