"""A reader over TCP that goes away: the run is served as a web application would, and the socket is closed."""

import asyncio
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.truth.peers.base import InProcess

FIRST = b"word0"
_ASK = b"GET / HTTP/1.1\r\nhost: reader\r\n\r\n"


async def leave(reading: InProcess, seconds: float) -> None:
    """Read over TCP until the first words, then close the connection without a word.

    `seconds`: how long the graph may take to notice; the caller looks afterwards.
    """
    async with _served(reading) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(_ASK)
        received = b""
        while FIRST not in received and (more := await reader.read(65536)):
            received += more
        reading.seen.say("left", FIRST.decode())
        writer.transport.abort()
        await asyncio.sleep(seconds)


class _Server(uvicorn.Server):
    """Several of these run side by side, and Ctrl-C belongs to none of them."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


@asynccontextmanager
async def _served(reading: InProcess) -> AsyncIterator[int]:
    async def answer(_: Request) -> Response:
        return reading.response()

    app = Starlette(routes=[Route("/", answer)])
    config = uvicorn.Config(app, port=0, lifespan="off", log_config=None, timeout_graceful_shutdown=5)
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        await serving
