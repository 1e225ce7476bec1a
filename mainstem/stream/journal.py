"""The runs' journal: one append-only SQLite file a home, written in batches by a thread of its own.

Every record carries the hash of the one before it. A batch is committed at most 50 ms after its first event; what a
`kill -9` loses is that batch. Any number of processes may write and read the file at once.
"""

import asyncio
import json
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from .errors import JournalError, UnknownRun

BATCH_SECONDS = 0.05
"""How long events are collected before they are committed."""

BUSY_SECONDS = 5.0
"""How long another process's lock is waited for."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, thread_id TEXT, graph TEXT, tags TEXT, started_at TEXT, pid INTEGER,
    status TEXT, seconds REAL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    run_id TEXT, seq INTEGER, data BLOB, hash BLOB, PRIMARY KEY (run_id, seq)
) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class RunRecord:
    """One run in the journal. `status` is None while it goes on."""

    run_id: str
    thread_id: str | None
    graph: str
    tags: dict[str, str]
    started_at: str
    pid: int
    status: str | None
    seconds: float | None


def chain(before: bytes, data: bytes) -> bytes:
    """The hash of a record, from the hash of the one before it and its own data."""
    return blake2b(before + data, digest_size=16).digest()


class Journal:
    """The journal file at `path`; without one, a temporary file that goes with the process.

    Writing starts a thread; reading opens the file for the time it takes.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.broken = ""
        self.moved_aside: Path | None = None
        self._queue: SimpleQueue[_Write | threading.Event | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def path(self) -> Path:
        """The file."""
        if self._path is None:
            self._folder = tempfile.TemporaryDirectory(prefix="mainstem-")
            self._path = Path(self._folder.name) / "journal.sqlite"
        return self._path

    # writing

    def open(
        self, run_id: str, thread_id: str | None, graph: str, tags: dict[str, str], started_at: str
    ) -> "JournalRun":
        """Begin a run; returns what its log writes to."""
        self._start()
        row = (run_id, thread_id, graph, json.dumps(tags), started_at, os.getpid())
        self._queue.put(_Write("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, NULL, NULL)", row))
        return JournalRun(self, run_id)

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="mainstem-journal", daemon=True)
                self._thread.start()

    def put(self, write: "_Write") -> None:
        """Queue one statement; returns at once."""
        self._queue.put(write)

    async def flush(self) -> None:
        """Return when all that was written so far is committed."""
        if self._thread is None:
            return
        done = threading.Event()
        self._queue.put(done)
        await asyncio.to_thread(done.wait, BUSY_SECONDS * 2)

    def end(self) -> threading.Thread | None:
        """Let the thread commit what is left and end; returns it. What was written can still be read."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
        return thread

    async def close(self) -> None:
        """Commit what is left and end the thread."""
        if (thread := self.end()) is not None:
            await asyncio.to_thread(thread.join, BUSY_SECONDS * 2)

    def _work(self) -> None:
        try:
            connection = self._connect()
        except (sqlite3.Error, OSError) as error:
            self.broken = str(error)
            connection = None
        ended = False
        while not ended:
            batch, ended = self._collect()
            if connection is not None and batch:
                self._commit(connection, [item for item in batch if isinstance(item, _Write)])
            for item in batch:
                if isinstance(item, threading.Event):
                    item.set()
        if connection is not None:
            connection.close()

    def _collect(self) -> tuple[list["_Write | threading.Event"], bool]:
        batch: list[_Write | threading.Event] = []
        item = self._queue.get()
        deadline = time.monotonic() + BATCH_SECONDS
        while item is not None:
            batch.append(item)
            hurry = isinstance(item, threading.Event)
            try:
                item = self._queue.get(timeout=0 if hurry else max(0.0, deadline - time.monotonic()))
            except Empty:
                return batch, False
        return batch, True

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            return self._opened()
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self.moved_aside = _move_aside(self.path)
            return self._opened()

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.executescript(_SCHEMA)
        except sqlite3.Error:
            connection.close()
            raise
        return connection

    def _commit(self, connection: sqlite3.Connection, batch: list["_Write"]) -> None:
        if self.broken:
            return
        try:
            connection.execute("BEGIN IMMEDIATE")
            for write in batch:
                connection.execute(write.sql, write.values)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self.broken = str(error)
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return
        for write in batch:
            if write.run is not None:
                write.run.committed = write.seq

    # reading

    @contextmanager
    def _reading(self) -> Generator[sqlite3.Connection]:
        if not self.path.exists():
            raise UnknownRun("No run has been recorded here yet.", hint='Ask something first: mainstem ask "…".')
        try:
            with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise JournalError(
                f"The journal {self.path} cannot be read: {error}.",
                hint="Move the file away; a new one is begun with the next run.",
            ) from error

    async def runs(self, limit: int = 100) -> list[RunRecord]:
        """The latest runs, newest first."""
        return await asyncio.to_thread(self._runs, limit)

    def _runs(self, limit: int) -> list[RunRecord]:
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT run_id, thread_id, graph, tags, started_at, pid, status, seconds FROM runs"
                " ORDER BY started_at DESC LIMIT ?",
                (limit,),
            )
            return [RunRecord(row[0], row[1], row[2], json.loads(row[3]), *row[4:]) for row in rows]

    async def read(self, run_id: str, from_seq: int = 1, limit: int = 256) -> list[tuple[int, bytes]]:
        """Up to `limit` committed events of a run from `from_seq` on. Raises `JournalError` on an unreadable file."""
        return await asyncio.to_thread(self._read, run_id, from_seq, limit)

    def _read(self, run_id: str, from_seq: int, limit: int) -> list[tuple[int, bytes]]:
        with self._reading() as connection:
            return connection.execute(
                "SELECT seq, data FROM events WHERE run_id = ? AND seq >= ? ORDER BY seq LIMIT ?",
                (run_id, from_seq, limit),
            ).fetchall()


class JournalRun:
    """What the log of one run writes to."""

    def __init__(self, journal: Journal, run_id: str) -> None:
        self.committed = 0
        self._journal = journal
        self._run_id = run_id
        self._hash = b""

    @property
    def broken(self) -> str:
        """Why nothing can be written any more; empty while all is well."""
        return self._journal.broken

    def write(self, seq: int, data: bytes) -> None:
        """Take one event; returns at once."""
        self._hash = chain(self._hash, data)
        values = (self._run_id, seq, data, self._hash)
        self._journal.put(_Write("INSERT INTO events VALUES (?, ?, ?, ?)", values, self, seq))

    def finish(self, status: str, seconds: float) -> None:
        """Note how the run ended."""
        self._journal.put(
            _Write("UPDATE runs SET status = ?, seconds = ? WHERE run_id = ?", (status, seconds, self._run_id))
        )

    async def read(self, from_seq: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` events from `from_seq` on, in order."""
        return await self._journal.read(self._run_id, from_seq, limit)


@dataclass(frozen=True, slots=True)
class _Write:
    sql: str
    values: tuple[Any, ...]
    run: JournalRun | None = None
    seq: int = 0


def _move_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.corrupt-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return path.rename(aside)
