"""A real server on loopback, in a thread of its own, and a wire to it that can be cut."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, Self

from starlette.applications import Starlette
from starlette.routing import Mount

from mainstem import Session
from mainstem.web.page_files import Page
from mainstem.web.run_manager import RunManager
from mainstem.web.server import listening, server

from ...waiting import PATIENCE, eventually


class Threaded:
    """Runs a coroutine in an event loop of its own until it is left."""

    def __init__(self, main: Callable[["Threaded"], Coroutine[Any, Any, None]]) -> None:
        self._main = main
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        finally:
            self._ready.set()  # also when it failed: nobody must wait for it

    async def _live(self) -> None:
        self.loop, self.over = asyncio.get_running_loop(), asyncio.Event()
        await self._main(self)

    def ready(self, port: int) -> None:
        self.port = port
        self._ready.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(90)
        assert self.port, "the server did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self.over.set)
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the server did not end: it would take connections of the next one's"


class HeldPort:
    """A port of loopback that is nobody else's while it is held, whether or not a server listens on it."""

    def __enter__(self) -> Self:
        self._holds = _bound(0)
        self.number: int = self._holds.getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._holds.close()


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)  # beside the one that holds it
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def served(session: Callable[[], Session], port: int = 0) -> Threaded:
    """`mainstem serve` over a session, which is made in the server's own loop, at any port or one that is held."""

    async def main(here: Threaded) -> None:
        serving = server(RunManager(session()))
        with _bound(port) as listener:
            task = asyncio.create_task(serving.serve(sockets=[listener]))
            await eventually(lambda: serving.started)
            here.ready(listener.getsockname()[1])
            await here.over.wait()
            serving.should_exit = True
            await task

    return Threaded(main)


def page_alone() -> Threaded:
    """The page's files without anything behind them, for its modules alone."""

    async def main(here: Threaded) -> None:
        import uvicorn

        config = uvicorn.Config(Starlette(routes=[Mount("/", Page())]), log_level="warning")
        serving = uvicorn.Server(config)
        with listening("127.0.0.1", 0) as listener:
            task = asyncio.create_task(serving.serve(sockets=[listener]))
            here.ready(listener.getsockname()[1])
            await here.over.wait()
            serving.should_exit = True
            await task

    return Threaded(main)


class Wire(Threaded):
    """A TCP proxy before a server; `cut` breaks every connection, and none is let through until `mend`."""

    def __init__(self, target: int) -> None:
        super().__init__(Wire._serve)
        self._target = target
        self._open: set[asyncio.StreamWriter] = set()
        self.broken = False
        self.connections = 0

    @staticmethod
    async def _serve(here: Threaded) -> None:
        assert isinstance(here, Wire)
        listener = await asyncio.start_server(here._connect, "127.0.0.1", 0)
        here.ready(listener.sockets[0].getsockname()[1])
        await here.over.wait()
        here._break()
        listener.close()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.broken:
            writer.transport.abort()
            return
        self.connections += 1
        there, out = await asyncio.open_connection("127.0.0.1", self._target)
        self._open |= {writer, out}
        await asyncio.gather(_pump(reader, out), _pump(there, writer))

    def cut(self) -> None:
        self.broken = True
        self.loop.call_soon_threadsafe(self._break)

    def mend(self) -> None:
        self.broken = False

    def _break(self) -> None:
        for writer in self._open:
            writer.transport.abort()
        self._open.clear()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(2**16):
            writer.write(data)
            await writer.drain()
        writer.close()
