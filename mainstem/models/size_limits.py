"""How much a provider may send, and to whom it may send on: whoever answers at an address may be anybody."""

from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import httpx

from .unpacking import UnpackError, unpacker

MAX_ERROR_BYTES = 1 << 20
"""Bytes of the body of an error that are read; its status and its first words stand also without the rest."""
MAX_ANSWER_BYTES = 16 << 20
"""Bytes of an answer that is not streamed, or of a list of models."""
MAX_STREAM_BYTES = 64 << 20
"""Bytes of a streamed answer, as it comes over the wire."""
MAX_LINE_BYTES = 8 << 20
"""Bytes of one line of a stream, and so of one event's data."""
MAX_HEAD_BYTES = 128 << 10
"""Bytes of a response's head."""
MAX_ANSWER_CHARS = 4_000_000
"""Characters of one answer: its words, its reasoning and the arguments of its tool calls."""

BODY = "mainstem.body"
"""Key in a response's extensions: the body as our own transport has it."""

_TIMEOUT = httpx.Timeout(600.0, connect=10.0)  # where a request names none
_PLAIN = {"accept-encoding": "identity"}
_PORTS = {"http": 80, "https": 443}
_FAILED = 400


class NotRead(ValueError):
    """The provider sends more than is read; `args[0]` says what, in the words of an error."""


class SentElsewhere(ValueError):
    """The provider redirects to another origin, `args[0]`: whoever is there was not meant."""


class Gauge:
    """Measures the body of one response."""

    def __init__(self, status: int, kind: str) -> None:
        self._streams = "json" not in kind
        self._max_bytes = (
            MAX_ERROR_BYTES if status >= _FAILED else MAX_STREAM_BYTES if self._streams else MAX_ANSWER_BYTES
        )
        self._cuts = status >= _FAILED
        self._size = 0
        self._line = 0

    def measure(self, data: bytes) -> bool:
        """Whether to read on; false ends the body of an error. Raises `NotRead`."""
        self._size += len(data)
        if self._size > self._max_bytes:
            if self._cuts:
                return False
            raise NotRead(f"sent an answer of more than {self._max_bytes >> 20} MB")
        if self._streams:
            end = max(data.rfind(b"\n"), data.rfind(b"\r"))
            self._line = self._line + len(data) if end < 0 else len(data) - end - 1
            if self._line > MAX_LINE_BYTES:
                raise NotRead(f"sent a line of more than {MAX_LINE_BYTES >> 20} MB in its stream")
        return True


class AnswerSize:
    """Counts the characters of one answer."""

    def __init__(self) -> None:
        self._size = 0

    def add(self, size: int) -> None:
        """So many more. Raises `NotRead`."""
        self._size += size
        if self._size > MAX_ANSWER_CHARS:
            raise NotRead(f"sent an answer of more than {MAX_ANSWER_CHARS:,} characters")


def text_size(value: Any) -> int:
    """The characters of all texts in plain data."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict):
        return sum(map(text_size, cast("dict[str, Any]", value).values()))
    return sum(map(text_size, cast("list[Any]", value))) if isinstance(value, list) else 0


def client(**options: Any) -> httpx.Client:
    """A client for code without an event loop, with httpx's own options; proxies of the environment are used."""
    return httpx.Client(**_with(options, hook))


def async_client(**options: Any) -> httpx.AsyncClient:
    """The twin of `client`."""
    return httpx.AsyncClient(**_with(options, async_hook))


def _with(options: dict[str, Any], bound: Any) -> dict[str, Any]:
    """`options`, and what each client of ours has where they say nothing else."""
    hooks: dict[str, Any] = {**(options.get("event_hooks") or {})}
    hooks["response"] = [bound, *hooks.get("response", ())]
    headers = httpx.Headers(_PLAIN)
    headers.update(options.get("headers"))
    return {"timeout": _TIMEOUT, "follow_redirects": True} | options | {"headers": headers, "event_hooks": hooks}


def hook(response: httpx.Response) -> None:
    """For a client's `event_hooks`: no redirect elsewhere, and a bounded body. Raises `SentElsewhere`, `NotRead`."""
    _stay(response)
    if isinstance(response.stream, httpx.SyncByteStream):
        response.stream = _Blocking(response.stream, _Unpacked(response))


async def async_hook(response: httpx.Response) -> None:
    """The twin of `hook`. A body of our own transport is bounded as it arrives, unless it is packed."""
    _stay(response)
    if BODY in response.extensions and "content-encoding" not in response.headers:
        return
    response.extensions.pop(BODY, None)
    if isinstance(response.stream, httpx.AsyncByteStream):
        response.stream = _Waiting(response.stream, _Unpacked(response))


def _stay(response: httpx.Response) -> None:
    """Let no redirect lead to another origin: the key and the question are for this one."""
    if response.has_redirect_location:
        here = response.request.url
        there = here.join(response.headers["location"])
        if _origin(here) != _origin(there):
            raise SentElsewhere(f"{there.scheme}://{there.netloc.decode('ascii', 'replace')}")


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or _PORTS.get(url.scheme)


class _Unpacked:
    """The pieces of a body, measured as they are once unpacked."""

    def __init__(self, response: httpx.Response) -> None:
        try:
            self._unpack = unpacker(response.headers.pop("content-encoding", ""))
        except UnpackError as error:
            raise NotRead(str(error)) from None
        self._gauge = Gauge(response.status_code, response.headers.get("content-type", ""))
        self.full = False
        """Whether no more is wanted."""

    def pieces(self, data: bytes) -> Iterator[bytes]:
        """What these bytes come to. Raises `NotRead`."""
        try:
            for piece in self._unpack(data) if self._unpack else (data,):
                if not self._gauge.measure(piece):
                    self.full = True
                    return
                yield piece
        except UnpackError as error:
            raise NotRead(str(error)) from None


class _Blocking(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream, unpacked: _Unpacked) -> None:
        self._stream, self._unpacked = stream, unpacked

    def __iter__(self) -> Iterator[bytes]:
        for data in self._stream:
            yield from self._unpacked.pieces(data)
            if self._unpacked.full:
                return

    def close(self) -> None:
        self._stream.close()


class _Waiting(httpx.AsyncByteStream):
    def __init__(self, stream: httpx.AsyncByteStream, unpacked: _Unpacked) -> None:
        self._stream, self._unpacked = stream, unpacked

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for data in self._stream:
            for piece in self._unpacked.pieces(data):
                yield piece
            if self._unpacked.full:
                return

    async def aclose(self) -> None:
        await self._stream.aclose()
