"""`mainstem serve` as a process of its own, one of several that share a database."""

import os
import re
import signal
import socket
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.conftest import ROOT

from .. import forked
from ..waiting import eventually_without_a_loop

LONG, SHORT = 120.0, 5.0
"""Seconds of a lease: longer than a busy machine stalls; of a server that is to be taken for dead."""


class ServerProcess:
    """A server; `database`: empty for files of its own. `url`: where it listens.

    `settings`: others, by the names of their variables.
    """

    def __init__(
        self, target: str, database: str, folder: Path, number: int, lease: float, *, port: int = 0, **settings: object
    ) -> None:
        self.log = folder / f"{number}.log"
        folder.joinpath("gates").mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "MAINSTEM_HOME": str(folder / f"home-{number}"),
            **({"MAINSTEM_DATABASE_URL": database} if database else {}),
            "MAINSTEM_LEASE_SECONDS": str(lease),
            "GATES": str(folder / "gates"),
            **{name: str(value) for name, value in settings.items()},
        }
        graph = [f"tests.machines.graph:{target}"] if target else []
        command = ("-m", "mainstem", "serve", *graph, "--port", port)
        with self.log.open("wb") as log:
            self.process = forked.start(*command, env=environment, cwd=ROOT, stdout=log.fileno(), stderr=log.fileno())
        self.url = ""

    def wait(self) -> None:
        """Return when it listens."""
        self.url = eventually_without_a_loop(self._address)

    def _address(self) -> str:
        assert self.process.poll() is None, self.log.read_text()
        found = re.search(r"http://127\.0\.0\.1:\d+", self.log.read_text())
        return found[0] if found else ""

    def refuses(self) -> bool:
        """Whether it takes no connections any more."""
        try:
            socket.create_connection(("127.0.0.1", int(self.url.rpartition(":")[2]))).close()
        except ConnectionRefusedError:
            return True
        return False

    def client(self) -> httpx.AsyncClient:
        """A client of it alone."""
        return httpx.AsyncClient(base_url=self.url, timeout=60, trust_env=False)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def end(self) -> None:
        """Kill it."""
        with suppress(ProcessLookupError):
            self.signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def servers(target: str, database: str, folder: Path, *leases: float) -> Generator[list[ServerProcess]]:
    """Servers over one database, a lease each; of the bundled agent, where no other is the target."""
    started = [ServerProcess(target, database, folder, number, lease) for number, lease in enumerate(leases)]
    try:
        for each in started:
            each.wait()
        yield started
    finally:
        for each in started:
            each.end()
