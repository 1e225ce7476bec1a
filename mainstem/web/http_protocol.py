"""HTTP as uvicorn speaks it, with limits on a request's head: it must come in time, and be no larger than heads are.

uvicorn limits how long a connection may rest between two requests, but neither a head that comes a byte at a time nor
one that never ends.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_SECONDS = 30.0
"""Seconds that a head may take, from its first byte or from the connection's beginning."""

LARGEST = 65_536
"""Bytes of a head."""

_REFUSED = b"HTTP/1.1 %b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class BoundedHttpProtocol(HttpToolsProtocol):
    """Refuses heads that are too slow or too large, and ends their connection, unless an answer is under way there."""

    head_seconds = HEAD_SECONDS
    """Seconds that a head may take; a subclass may say otherwise."""

    _late: asyncio.TimerHandle | None = None
    _size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """The connection stands."""
        super().connection_made(transport)
        self._await_head()

    def data_received(self, data: bytes) -> None:
        """The next bytes."""
        super().data_received(data)
        if self._late is not None:
            self._size += len(data)
            if self._size > LARGEST:
                self._refuse(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        """The first byte of a request."""
        super().on_message_begin()
        self._await_head()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._head_came()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._head_came()
        super().connection_lost(exc)

    def _await_head(self) -> None:
        self._head_came()
        self._size = 0
        self._late = self.loop.call_later(self.head_seconds, self._refuse, b"408 Request Timeout")

    def _head_came(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _refuse(self, status: bytes) -> None:
        self._head_came()
        cycle: Any = self.cycle  # None before the first request, whatever its type says
        if self.transport.is_closing() or (cycle is not None and not cycle.response_complete):
            return
        self.transport.write(_REFUSED % status)
        self.transport.close()
