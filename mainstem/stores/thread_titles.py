"""The titles that people gave to threads."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Protocol, TypeVar

from mainstem.stores.home import made
from mainstem.stream.errors import ThreadError

T = TypeVar("T")

BUSY_SECONDS = 15.0
"""How long it waits for another process that writes."""

_TABLE = "CREATE TABLE IF NOT EXISTS titles (thread_id TEXT PRIMARY KEY, title TEXT NOT NULL)"


class ThreadTitles(Protocol):
    """Titles by thread. Raises `ThreadError` when they cannot be read or kept."""

    async def of(self, threads: Iterable[str]) -> dict[str, str]:
        """The titles of those that were given one."""
        ...

    async def set(self, thread: str, title: str | None) -> None:
        """Give a thread a title; None takes it away."""
        ...


class SqliteThreadTitles:
    """The titles in the file at `path`, which is made with the first one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def of(self, threads: Iterable[str]) -> dict[str, str]:
        """The titles of those that were given one."""
        wanted = list(threads)
        return await asyncio.to_thread(self._told, lambda: self._of(wanted))

    async def set(self, thread: str, title: str | None) -> None:
        """Give a thread a title; None takes it away."""
        await asyncio.to_thread(self._told, lambda: self._set(thread, title))

    def _of(self, threads: list[str]) -> dict[str, str]:
        if not self._path.exists():
            return {}
        query = "SELECT thread_id, title FROM titles WHERE thread_id IN (SELECT value FROM json_each(?))"
        with closing(self._connect()) as connection:
            return dict(connection.execute(query, (json.dumps(threads),)).fetchall())

    def _set(self, thread: str, title: str | None) -> None:
        if title is None and not self._path.exists():
            return
        made(self._path.parent)
        with closing(self._connect()) as connection, connection:
            connection.execute("DELETE FROM titles WHERE thread_id = ?", (thread,))
            if title is not None:
                connection.execute("INSERT INTO titles VALUES (?, ?)", (thread, title))

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
        connection.execute(_TABLE)
        return connection

    def _told(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (sqlite3.Error, OSError) as error:
            hint = "Free the disk or the file, or move it away: threads are called by their first question then."
            raise ThreadError(f"The titles in {self._path} cannot be used: {error}.", hint=hint) from error
