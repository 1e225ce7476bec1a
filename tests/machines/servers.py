"""`mainstem serve` as a process of its own, one of several that share a database."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx

from tests.conftest import ROOT

from ..waiting import eventually_without_a_loop

LONG, SHORT = 120.0, 5.0
"""Seconds of a lease: longer than a busy machine stalls; of a server that is to be taken for dead."""


class ServerProcess:
    """A server; `database`: empty for files of its own. `url`: where it listens."""

    def __init__(self, target: str, database: str, folder: Path, number: int, lease: float) -> None:
        self.log = folder / f"{number}.log"
        folder.joinpath("gates").mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "MAINSTEM_HOME": str(folder / f"home-{number}"),
            **({"MAINSTEM_DATABASE_URL": database} if database else {}),
            "MAINSTEM_LEASE_SECONDS": str(lease),
            "GATES": str(folder / "gates"),
        }
        graph = [f"tests.machines.graph:{target}"] if target else []
        command = [sys.executable, "-m", "mainstem", "serve", *graph, "--port", "0"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
        self.url = ""

    def wait(self) -> None:
        """Return when it listens."""
        self.url = eventually_without_a_loop(self._address)

    def _address(self) -> str:
        assert self.process.poll() is None, self.log.read_text()
        found = re.search(r"http://127\.0\.0\.1:\d+", self.log.read_text())
        return found[0] if found else ""

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
