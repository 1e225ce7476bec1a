"""What a stream costs with its journal in PostgreSQL, beside what it costs with files."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.three_servers.clients import begun, read_raw
from tests.machines.servers import LONG, ServerProcess


@dataclass(frozen=True)
class Cost:
    """What so many streams at once have cost, of one kind after the other."""

    files: float
    """Seconds of CPU of a server with files."""
    shared: float
    """Seconds of CPU of a server with the database."""
    database: float
    """Seconds of CPU of the database meanwhile."""
    wal: int
    """Bytes that the database wrote ahead."""
    lines: int
    """Events of the streams."""

    @property
    def ratio(self) -> float:
        """Streams a core of a server with the database × with files: its own process alone, of both."""
        return self.files / self.shared

    @property
    def ratio_with_database(self) -> float:
        """The same where the database's processes count as the server's."""
        return self.files / (self.shared + self.database)


def cpu(pid: int, *, children: bool = False) -> float:
    """Seconds of CPU that a process has used; `children`: with those that are over."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if children else 13])) / os.sysconf("SC_CLK_TCK")


class Watched:
    """What the database at `url` uses."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        backend = self._connection.execute("SELECT pg_backend_pid()").fetchone()
        self._server = _parent(backend[0]) if backend else 0

    def wal(self) -> int:
        """Bytes written ahead so far."""
        row = self._connection.execute("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn").fetchone()
        return int(row[0]) if row else 0

    def cpu(self) -> float:
        """Seconds of CPU of all its processes."""
        living = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
        own = [pid for pid in living if _parent(pid) == self._server]
        return cpu(self._server, children=True) + sum(map(cpu, own))


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return -1


async def _streams(server: ServerProcess, label: str, count: int) -> int:
    async def one(number: int) -> int:
        return (await read_raw(server.url, await begun(server.url, f"{label}-{number}"))).count(b"data:")

    return sum(await asyncio.gather(*(one(number) for number in range(count))))


async def costs(url: str, folder: Path, rounds: int, streams: int, words: int) -> list[Cost]:
    """Each kind in turns, so many streams at once, of answers of so many words, 20 a second."""
    files = ServerProcess("spoken", "", folder, 901, LONG, WORDS=words)
    shared = ServerProcess("spoken", url, folder, 902, LONG, WORDS=words)
    found: list[Cost] = []
    try:
        for each in (files, shared):
            await asyncio.to_thread(each.wait)
            await _streams(each, "first", 2)
        watched = Watched(url)
        for number in range(rounds):
            begins = cpu(files.process.pid)
            await _streams(files, f"{number}", streams)
            of_files, begins, wal = cpu(files.process.pid) - begins, cpu(shared.process.pid), watched.wal()
            database = watched.cpu()
            lines = await _streams(shared, f"{number}", streams)
            of_shared = cpu(shared.process.pid) - begins
            found.append(Cost(of_files, of_shared, watched.cpu() - database, watched.wal() - wal, lines))
    finally:
        files.end()
        shared.end()
    return found
