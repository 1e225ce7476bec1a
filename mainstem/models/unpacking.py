"""Packed bodies, unpacked piece by piece: a little that is packed can be a lot, and none of it is held at once."""

import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

_PIECE = 65_536
_EITHER = zlib.MAX_WBITS | 32  # gzip and zlib, told apart by their heads
_SLICE = 64  # bytes: of zstd, no more than 2 MB come of so many (128 kB a block, blocks of 4 bytes)

Unpack = Callable[[bytes], Iterator[bytes]]
"""Takes the next bytes as they came; gives what they come to. Raises `UnpackError`."""


class UnpackError(ValueError):
    """`str(error)` says why a body cannot be unpacked, in words that follow the server's name."""


def unpacker(encoding: str) -> Unpack | None:
    """What unpacks a body of that `content-encoding`; `None` for one that is not packed.

    `gzip` and `deflate` always; `br` where `brotli` (1.2 or later) is installed, `zstd` where `zstandard` is. Raises
    `UnpackError` for every other.
    """
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return None
    make = _KINDS.get(name)
    if make is None:
        raise UnpackError(f"sent an answer that is packed by {name[:20]!r}, which it was not asked for")
    return make()


def _zlib() -> Unpack:
    made: Any = zlib.decompressobj(_EITHER)

    def pieces(data: bytes) -> Iterator[bytes]:
        try:
            while data and not made.eof:
                yield made.decompress(data, _PIECE)
                data = made.unconsumed_tail
        except zlib.error:
            raise _broken() from None

    return pieces


def _brotli() -> Unpack:
    brotli = _installed("brotli", "br")
    made = brotli.Decompressor()

    def pieces(data: bytes) -> Iterator[bytes]:
        try:
            yield made.process(data, output_buffer_limit=_PIECE)
            while not made.can_accept_more_data():
                yield made.process(b"", output_buffer_limit=_PIECE)
        except brotli.error:
            raise _broken() from None

    return pieces


def _zstd() -> Unpack:
    zstandard = _installed("zstandard", "zstd")
    made = zstandard.ZstdDecompressor().decompressobj()

    def pieces(data: bytes) -> Iterator[bytes]:
        try:
            for begin in range(0, len(data), _SLICE):
                if not made.eof:
                    yield made.decompress(data[begin : begin + _SLICE])
        except zstandard.ZstdError:
            raise _broken() from None

    return pieces


_KINDS: dict[str, Callable[[], Unpack]] = {
    "gzip": _zlib,
    "x-gzip": _zlib,
    "deflate": _zlib,
    "br": _brotli,
    "zstd": _zstd,
}


def _installed(package: str, encoding: str) -> Any:
    try:
        return import_module(package)
    except ImportError:
        said = f"sent an answer that is packed by {encoding!r}, which takes a package: pip install {package}"
        raise UnpackError(said) from None


def _broken() -> UnpackError:
    return UnpackError("sent a packed answer that cannot be unpacked")
