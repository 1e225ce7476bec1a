"""The body of one response, as it arrives: bounded, each piece with the time at which it came."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from typing import NamedTuple, Protocol

import httpx

from mainstem.models.size_limits import Gauge, NotRead

from .readiness import Waiting

FULL = 262_144
"""Bytes that may wait for the reader; beyond that the socket is not read."""


class Arrival(NamedTuple):
    """Bytes that came in one read of the socket."""

    data: bytes
    at: float
    """When the last of them came, in seconds of `time.monotonic()`."""
    since: float | None = None
    """When the first of them came, where that was earlier: they had to wait to be read."""


class FlowControl(Protocol):
    """What a body asks of its connection."""

    def pause(self) -> None:
        """Do not read the socket."""
        ...

    def resume(self) -> None:
        """Read it again."""
        ...

    def release(self, *, whole: bool) -> None:
        """The body is done with: keep the connection when it was read to its end, else close it."""
        ...


class ResponseBody(httpx.AsyncByteStream):
    """An httpx byte stream; `arrivals()` is the same with times, and all that has arrived at once."""

    def __init__(self, connection: FlowControl, silence: float | None) -> None:
        self._connection: FlowControl | None = connection
        self._silence = silence
        self._waiting: deque[Arrival] = deque()
        self._size = 0
        self._full = False
        self._ended = False
        self._failure: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self.waits = False
        """Whether its reader waits for more."""
        self._heard_at = self._asked_at = time.monotonic()
        self._timer: asyncio.TimerHandle | None = None
        self.gauge: Gauge | None = None
        """Measures what arrives, once the head of the response has said what it is."""
        self._cut = False
        self.steady = False
        """Set by the reader when the first words are out: from then on it may have to wait for its turn."""

    # what the connection tells

    def arrived(self, data: bytes) -> None:
        """The next bytes, for the reader at once."""
        self.keep(data)
        self.wake()

    def keep(self, data: bytes, waiting: Waiting | None = None) -> None:
        """The next bytes, for the reader when it is woken; `waiting` knows when they came, if not just now."""
        self._heard_at = time.monotonic()
        since, until = waiting.take(self._heard_at) if waiting else (None, self._heard_at)
        if self._ended:
            return
        try:
            if self.gauge is not None and not self.gauge.measure(data):
                self._cut_off()
                return
        except NotRead as error:
            self._cut_off(error)
            return
        self._waiting.append(Arrival(data, until, since))
        self._size += len(data)
        if self._size > FULL and not self._full and self._connection:
            self._full = True
            self._connection.pause()

    def wake(self) -> None:
        """Let its reader take what has arrived."""
        self.waits = False
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _cut_off(self, failure: NotRead | None = None) -> None:
        """It is out of bounds: the body ends here, and the socket is not read any more."""
        self.end(failure)
        self._cut = True
        if self._connection:
            self._connection.pause()

    def end(self, failure: Exception | None = None) -> None:
        """Nothing more will come, and why not, if it should have."""
        if not self._ended:
            self._ended, self._failure = True, failure
            self.wake()

    # its reader

    async def arrivals(self) -> AsyncGenerator[list[Arrival]]:
        """All that has arrived since the last time, as soon as there is something. Raises httpx's errors."""
        loop = asyncio.get_running_loop()
        while True:
            if self._waiting:
                taken, self._size = list(self._waiting), 0
                self._waiting.clear()
                if self._full:
                    self._read_on()
                yield taken
            elif self._ended:
                if self._failure:
                    raise self._failure
                return
            else:
                self._asked_at = time.monotonic()
                if self._timer is None and self._silence is not None:
                    self._timer = loop.call_later(self._silence, self._look)
                self._reader = loop.create_future()
                self.waits = True
                await self._reader

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The bytes alone."""
        async for taken in self.arrivals():
            yield b"".join(arrival.data for arrival in taken)

    def _read_on(self) -> None:
        self._full = False
        if self._connection:
            self._connection.resume()

    def _look(self) -> None:
        # moved on here and not at each arrival, which would cost a timer each
        self._timer = None
        if self._reader is None or self._reader.done():
            return  # a silence that nobody listens to is no failure: the next wait begins another
        left = max(self._heard_at, self._asked_at) + (self._silence or 0.0) - time.monotonic()
        if left <= 0:
            self.end(httpx.ReadTimeout("nothing came for too long"))
        elif not self._ended:
            self._timer = asyncio.get_running_loop().call_later(left, self._look)

    async def aclose(self) -> None:
        """Give the connection back, or close it when there was more to read."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._connection is not None:
            connection, self._connection = self._connection, None
            connection.release(whole=self._ended and self._failure is None and not self._cut)
