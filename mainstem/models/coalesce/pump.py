"""Reads ahead of its reader, where the transport is not ours: a proxy, or a compressed body."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from .body import Arrival, ResponseBody


class _Pump:
    """Moves pieces from a source into a `ResponseBody`, until that is full."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    def pause(self) -> None:
        self._open.clear()

    def resume(self) -> None:
        self._open.set()

    def release(self, *, whole: bool) -> None:
        pass

    async def move(self, pieces: AsyncIterator[bytes], body: ResponseBody) -> None:
        try:
            async for piece in pieces:
                body.arrived(piece)
                await self._open.wait()
        except Exception as error:  # noqa: BLE001 - the reader gets it, at its place in the stream
            body.end(error)
        body.end()


async def pumped(pieces: AsyncIterator[bytes]) -> AsyncGenerator[list[Arrival]]:
    """What `pieces` yields, as `ResponseBody.arrivals` has it. Raises what `pieces` raises."""
    pump = _Pump()
    body = ResponseBody(pump, None)
    moving = asyncio.create_task(pump.move(pieces, body))
    try:
        async for taken in body.arrivals():
            yield taken
    finally:
        moving.cancel()
        await asyncio.wait([moving])
        await body.aclose()
