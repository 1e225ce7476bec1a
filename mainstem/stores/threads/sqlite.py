"""Threads in a SQLite file, and their leases as locked files beside it."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from ...stream.errors import ThreadsUnreachable
from .. import home
from .connection import ThreadsConnection
from .locks import is_held, locked, thread_lock
from .saver import Saver, storage_error

BUSY_SECONDS = 15.0
"""How long the threads' database waits for another process."""

# From thread to thread along the key, and of each its last row: grouping would read every checkpoint there is.
_LATEST = """
WITH RECURSIVE found(id) AS (
    SELECT MIN(thread_id) FROM checkpoints
    UNION ALL
    SELECT (SELECT MIN(thread_id) FROM checkpoints WHERE thread_id > id) FROM found WHERE id IS NOT NULL
)
SELECT id, (SELECT MAX(checkpoint_id) FROM checkpoints WHERE thread_id = id AND checkpoint_ns = '') AS latest
FROM found WHERE latest IS NOT NULL ORDER BY latest DESC LIMIT ?
"""

_EVERY = -1  # no limit, as SQLite says it


class SqliteThreads:
    """The threads in the file at `path`; the folder `locks` holds a file for each thread that is leased."""

    def __init__(self, path: Path, locks: Path, *, busy_seconds: float = BUSY_SECONDS) -> None:
        self._path = path
        self._locks = locks
        self._busy_seconds = busy_seconds

    @asynccontextmanager
    async def saver(self) -> AsyncGenerator[Any]:
        """The saver, to be used within; the file is made if there is none."""
        await asyncio.to_thread(_made, self._path.parent)
        try:
            async with ThreadsConnection(self._path, self._busy_seconds) as connection:
                await connection.execute(f"PRAGMA busy_timeout = {int(self._busy_seconds * 1000)}")
                await connection.execute("PRAGMA journal_mode = WAL")
                await connection.execute("PRAGMA synchronous = NORMAL")
                saver = Saver(connection, self._path, self._busy_seconds)
                await saver.setup()
                yield saver
        except sqlite3.Error as error:
            raise storage_error(self._path, error) from error

    async def latest(self, saver: Any, limit: int | None = None) -> list[str]:
        """The ids of the threads in `saver`, newest first; none where it keeps them in no SQLite file."""
        if not isinstance(saver, AsyncSqliteSaver):
            return []
        async with saver.conn.execute(_LATEST, (_EVERY if limit is None else limit,)) as cursor:
            return [str(row[0]) for row in await cursor.fetchall()]

    @asynccontextmanager
    async def lease(self, thread: str) -> AsyncGenerator[None]:
        """Hold a thread against every other run on this machine. Raises `ThreadBusy`."""
        with thread_lock(self._locks, thread) as lock:
            async with locked(lock, thread, self._make_locks):
                yield

    def _make_locks(self) -> None:
        _made(self._locks.parent, self._locks.name)

    async def leased(self, thread: str) -> bool:
        """Whether a run on this machine holds the thread just now."""
        return await asyncio.to_thread(is_held, self._locks, thread)


def _made(path: Path, below: str = "") -> None:
    try:
        home.made(path, below)
    except OSError as error:
        hint = "Check its permissions, or set MAINSTEM_HOME, or --home, to another folder."
        raise ThreadsUnreachable(f"The home folder {path} cannot be used: {error.strerror}.", hint=hint) from error
