"""One HTTP/1.1 connection: requests go out one after the other, responses are parsed in C as they come."""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any, cast

import httptools
import httpx

from mainstem.models.size_limits import MAX_HEAD_BYTES, Gauge

from .body import ResponseBody
from .readiness import Waiting
from .turns import Turns

KEEP_ALIVE_SECONDS = 5.0
"""Seconds that an unused connection stays open."""


class HttpConnection(asyncio.Protocol):
    """asyncio's protocol for one socket, and httptools' for the responses that come over it."""

    def __init__(self, turns: Turns, free: "Callable[[HttpConnection], None]") -> None:
        self._turns = turns
        self._free = free
        self._transport: asyncio.Transport | None = None
        self._parser: Any = None
        self._head: asyncio.Future[int] | None = None
        self._body: ResponseBody | None = None
        self._pieces: list[bytes] = []
        self.on_body = self._pieces.append
        """For httptools: a piece of the body, one of the server's chunks or a part of it."""
        self._whole = False
        self._head_size = 0
        self._full = False
        self._queues = False
        """Whether it waits for its turn."""
        self._held = False
        """Whether it does so unread, since more came meanwhile."""
        self._waiting: Waiting | None = None
        """What came while it was held; from the first time on."""
        self._fd = -1
        """The socket's number, from then on: when a connection below TLS is lost, nobody tells it any more."""
        self.headers: list[tuple[bytes, bytes]] = []
        """Of the response that came last."""
        self.usable = True
        """Whether another request can go over it, once the last response was read to its end."""
        self._closes: asyncio.TimerHandle | None = None

    # one request

    async def send(self, head: bytes, content: bytes, silence: float | None) -> tuple[int, ResponseBody]:
        """Send a request; the status and the body of its response, once its head is there. Raises httpx's errors."""
        self._parser = httptools.HttpResponseParser(self)
        self.headers, self._whole, self._head_size = [], False, 0
        if self._closes is not None:
            self._closes.cancel()
        self._head = asyncio.get_running_loop().create_future()
        self._body = body = ResponseBody(self, silence)
        try:
            if self._transport is None or self._transport.is_closing():
                raise httpx.ReadError("the server has closed the connection")
            self._transport.write(head + content)
            return await self._head, body
        except BaseException:
            await body.aclose()
            raise

    def is_fit(self) -> bool:
        """Whether it can be used again: what is readable before anything was asked is the server's farewell."""
        if not self.usable or self._transport is None or self._transport.is_closing():
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self._transport.get_extra_info("socket"), selectors.EVENT_READ)
            return not selector.select(0)

    def close(self) -> None:
        """Close the connection at once."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()

    # what a body asks of it

    def pause(self) -> None:
        """Do not read the socket."""
        self._full = True
        self._read_or_not()

    def resume(self) -> None:
        """Read it again."""
        self._full = False
        self._read_or_not()

    def release(self, *, whole: bool) -> None:
        """The body is done with."""
        self._body = None
        self._full = self._held = False
        if whole and self.usable:
            self._read_or_not()
            self._closes = asyncio.get_running_loop().call_later(KEEP_ALIVE_SECONDS, self.close)
            self._free(self)
        else:
            self.close()

    def _read_or_not(self) -> None:
        if self._transport is None:
            return
        if self._full or self._held:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    # asyncio's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """The next bytes: parsed, and handed over as one piece, whatever the server's chunks were."""
        body = self._body
        if body is None:  # nobody asked: whatever this is, the connection is not to be trusted
            self.close()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(httpx.RemoteProtocolError(str(error)))
            return
        if self._head is not None and not self._head.done():
            self._head_size += len(data)
            if self._head_size > MAX_HEAD_BYTES:
                self._fail(httpx.RemoteProtocolError(f"its head has more than {MAX_HEAD_BYTES} bytes"))
                return
        if self._pieces:
            body.keep(b"".join(self._pieces), self._waiting)
            self._pieces.clear()
        if self._whole:
            body.end()
        else:
            self._go_on_in_turn(body)

    def _go_on_in_turn(self, body: ResponseBody) -> None:
        if not body.waits:
            return  # its reader is at work, and takes what is there when it comes back
        if not body.steady:
            body.wake()
        elif self._queues:
            self._hold()
        elif self._turns.take():
            body.wake()
        else:
            self._queues = True
            self._turns.wait(self._go_on)

    def _hold(self) -> None:
        if self._waiting is None:
            self._fd = cast("asyncio.Transport", self._transport).get_extra_info("socket").fileno()
            self._waiting = self._turns.readiness.add(self._fd)
        self._held = True
        self._read_or_not()

    def _go_on(self) -> None:
        """It is its turn: what came for it meanwhile is read, and then its reader is woken."""
        self._queues = False
        if self._body is None:
            return
        if self._held:
            self._held = False
            self._read_or_not()
            asyncio.get_running_loop().call_soon(self._body.wake)
        else:
            self._body.wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone; a body whose length nobody told ends with it."""
        if self._waiting is not None:
            self._turns.readiness.remove(self._fd, self._waiting)
        told = {name.lower() for name, _ in self.headers}
        if exc is not None:
            self._fail(httpx.ReadError(str(exc)))
        elif self._head is not None and self._head.done() and not told & {b"content-length", b"transfer-encoding"}:
            self.usable = False
            if self._body is not None:
                self._body.end()
        else:
            self._fail(httpx.RemoteProtocolError("the server closed the connection before its answer was whole"))

    def _fail(self, error: Exception) -> None:
        self.close()
        if self._head is not None and not self._head.done():
            self._head.set_exception(error)
        elif self._body is not None:
            self._body.end(error)

    # httptools' side

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header of the response."""
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The head is whole; one that only says that another will come is passed over."""
        status = self._parser.get_status_code()
        if status < 200:
            self.headers = []
        elif self._head is not None and not self._head.done():
            self._head.set_result(status)
            if self._body is not None:
                self._body.gauge = Gauge(status, self._kind())

    def _kind(self) -> str:
        return next((value for name, value in self.headers if name.lower() == b"content-type"), b"").decode("latin-1")

    def on_message_complete(self) -> None:
        """The response is whole."""
        if self._head is not None and self._head.done():
            self._whole = True
            self.usable = self._parser.should_keep_alive()
