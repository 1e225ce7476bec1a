"""uvicorn, told to end running streams truthfully before it goes."""

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Coroutine, Generator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn

from mainstem.stream.errors import MainstemError

from .application import app
from .http_protocol import BoundedHttpProtocol
from .origins import LOOPBACK
from .run_manager import RunManager
from .timeouts import SEND_SECONDS

KEEP_ALIVE_SECONDS = 75
"""Seconds that an unused connection stays open: longer than proxies keep theirs, or they would answer 502."""

GRACE_SECONDS = 10
"""Seconds that open connections are given to end when the server stops."""


class Server(uvicorn.Server):
    """A server whose runs are over first when it stops, so that every open stream gets its `run.finished`.

    Where it shares a database with others, SIGTERM lets its runs end for MAINSTEM_DRAIN_SECONDS; others go on with what
    is left of them. Else, and with Ctrl-C, they are stopped.
    """

    def __init__(self, config: uvicorn.Config, manager: RunManager) -> None:
        super().__init__(config)
        self._manager = manager
        self.interrupted = False
        """Whether Ctrl-C ended it. What uvicorn does with the signal afterwards may come too late to be noticed."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note the signal, and begin to stop."""
        self.interrupted = self.interrupted or sig == signal.SIGINT
        super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the runs here, then the server."""
        if self._manager.session.stores.sharing is not None and not self.interrupted:
            self._stop_listening(sockets or [])
            self._manager.retire()
            await _in_time(self._runs_ended(), self._manager.session.settings.drain_seconds)
            await _in_time(self._hand_over())
        await _in_time(self._manager.stop_all())
        await super().shutdown(sockets)

    def _stop_listening(self, sockets: Sequence[socket.socket]) -> None:
        """Refuse connections from now on: whoever shares out requests gives them to another server, and loses none."""
        for each in (*self.servers, *sockets):
            each.close()

    async def _hand_over(self) -> None:
        if self._manager.takeover is not None:
            await self._manager.takeover.hand_over(self._manager.runs.running)

    async def _runs_ended(self) -> None:
        await asyncio.gather(*(run.result() for run in self._manager.runs.running))


async def _in_time(ending: Coroutine[Any, Any, None], seconds: float = GRACE_SECONDS) -> None:
    """Wait so long at most."""
    await asyncio.wait([asyncio.ensure_future(ending)], timeout=seconds)


def server(manager: RunManager, host: str = "127.0.0.1") -> Server:
    """A server of the app over `manager`; `await server.serve(sockets=[…])` runs it until a signal comes.

    One that listens on loopback answers to loopback's names only, and to those of the setting `serve_hosts`.
    """
    named = manager.session.settings.serve_hosts
    hosts = (*LOOPBACK, host, *named) if host in LOOPBACK or named else None
    config = uvicorn.Config(
        app(manager=manager, hosts=hosts),
        log_level="warning",
        log_config=None,  # as whoever runs it has set logs up: `mainstem serve` by MAINSTEM_LOG_FORMAT
        timeout_graceful_shutdown=GRACE_SECONDS,
        http=BoundedHttpProtocol,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        ws_max_size=2**20,
        ws_ping_interval=manager.timeouts.heartbeat,
        server_header=False,
    )
    return Server(config, manager)


_PORTS = (errno.EADDRINUSE, errno.EACCES)
"""What is wrong where the address is this machine's."""


@contextmanager
def listening(host: str, port: int) -> Generator[socket.socket]:
    """A socket that listens at `host:port`. Raises `MainstemError` when that address cannot be had."""
    try:
        found = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        hint = "Choose another --port." if error.errno in _PORTS else "Choose an address of this machine as --host."
        raise MainstemError(f"{host}:{port} cannot be listened on: {error}.", hint=hint) from error
    with found:
        if sys.platform == "linux":
            # What a client does not acknowledge or take for so long ends its connection: the kernel sees to it.
            found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(SEND_SECONDS * 1000))
        yield found
