"""An httpx transport for streams: what has arrived together is read together.

httpx's own gives one piece for each chunk that the server sent, and pays for each. This one speaks HTTP/1.1, with or
without TLS; whatever else a request needs (another method, a body that is sent in pieces) httpx's own does.
"""

import asyncio
import socket
import ssl
import weakref
from collections import defaultdict
from functools import partial
from typing import Any

import httpx

from mainstem.models.size_limits import BODY

from .connection import HttpConnection
from .turns import turns_of

Origin = tuple[str, str, int]

_PORTS = {"http": 80, "https": 443}
_METHODS = ("GET", "POST")
# dead peers are noticed though nothing is sent: as the OpenAI clients of LangChain do it
_KEEP_ALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 10, "TCP_KEEPCNT": 3}


class _Pool:
    """What belongs to one event loop: connections cannot change theirs."""

    def __init__(self) -> None:
        self.idle: defaultdict[Origin, list[HttpConnection]] = defaultdict(list)
        self.open: weakref.WeakSet[HttpConnection] = weakref.WeakSet()
        self.other: httpx.AsyncHTTPTransport | None = None


class StreamTransport(httpx.AsyncBaseTransport):
    """For `httpx.AsyncClient(transport=StreamTransport())`. It knows no proxy; what it is given is for TLS."""

    def __init__(self, **trust: Any) -> None:
        self._trust = trust
        self._pools: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Pool] = weakref.WeakKeyDictionary()
        self._ssl: ssl.SSLContext | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request. Raises httpx's errors."""
        if not _is_plain(request):
            return await self._by_httpx(request)
        head, content = _head(request), await request.aread()
        limits: dict[str, Any] = request.extensions.get("timeout") or {}
        connection = self._kept(request) or await self._connected(request, limits.get("connect"))
        try:
            async with asyncio.timeout(limits.get("read")):
                status, body = await connection.send(head, content, limits.get("read"))
        except TimeoutError as error:
            raise httpx.ReadTimeout("the server did not begin to answer in time", request=request) from error
        extensions = {"http_version": b"HTTP/1.1", BODY: body}
        return httpx.Response(status, headers=connection.headers, stream=body, extensions=extensions)

    async def aclose(self) -> None:
        """Close all connections of this event loop; those of others end with theirs."""
        pool = self._pool
        for connection in list(pool.open):
            connection.close()
        if pool.other is not None:
            await pool.other.aclose()

    @property
    def _pool(self) -> _Pool:
        loop = asyncio.get_running_loop()
        pool = self._pools.get(loop)
        if pool is None:
            for ended in [other for other in self._pools if other.is_closed()]:
                del self._pools[ended]  # its connections refer to it, and would keep it
            pool = self._pools[loop] = _Pool()
        return pool

    def _kept(self, request: httpx.Request) -> HttpConnection | None:
        idle = self._pool.idle[_origin(request)]
        while idle:
            connection = idle.pop()
            if connection.is_fit():
                return connection
            connection.close()
        return None

    async def _connected(self, request: httpx.Request, seconds: float | None) -> HttpConnection:
        loop = asyncio.get_running_loop()
        scheme, host, port = origin = _origin(request)
        make = partial(HttpConnection, turns_of(loop), self._pool.idle[origin].append)
        try:
            async with asyncio.timeout(seconds):
                context = await self._context() if scheme == "https" else None
                transport, connection = await loop.create_connection(make, host, port, ssl=context)
        except TimeoutError as error:
            raise httpx.ConnectTimeout("the connection did not stand in time", request=request) from error
        except OSError as error:
            raise httpx.ConnectError(str(error), request=request) from error
        _keep_alive(transport)
        self._pool.open.add(connection)
        return connection

    async def _context(self) -> ssl.SSLContext:
        if self._ssl is None:
            self._ssl = await asyncio.to_thread(partial(httpx.create_ssl_context, **self._trust))  # reads files
            self._ssl.set_alpn_protocols(["http/1.1"])
        return self._ssl

    async def _by_httpx(self, request: httpx.Request) -> httpx.Response:
        pool = self._pool
        if pool.other is None:
            pool.other = await asyncio.to_thread(partial(httpx.AsyncHTTPTransport, **self._trust))
        return await pool.other.handle_async_request(request)


def _is_plain(request: httpx.Request) -> bool:
    return request.method in _METHODS and request.url.scheme in _PORTS and "transfer-encoding" not in request.headers


def _origin(request: httpx.Request) -> Origin:
    url = request.url
    return url.scheme, url.host, url.port or _PORTS[url.scheme]


def _head(request: httpx.Request) -> bytes:
    """The request's head. Raises `httpx.LocalProtocolError` when a header would break out of its line."""
    lines = [b"%b %b HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    lines += [b"%b: %b" % header for header in request.headers.raw]
    if any(mark in line for line in lines for mark in (b"\r", b"\n", b"\0")):
        raise httpx.LocalProtocolError("a header holds a line break", request=request)
    return b"\r\n".join([*lines, b"", b""])


def _keep_alive(transport: asyncio.BaseTransport) -> None:
    sock: socket.socket = transport.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEP_ALIVE.items():
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
