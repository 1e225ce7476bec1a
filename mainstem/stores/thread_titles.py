"""The titles that people gave to threads."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from mainstem.stores.database import Database, SqliteFile, in_thread
from mainstem.stream.errors import ThreadsUnreachable

_TABLE = "CREATE TABLE IF NOT EXISTS titles (thread_id TEXT PRIMARY KEY, title TEXT NOT NULL)"


class ThreadTitles(Protocol):
    """Titles by thread. Raises `ThreadsUnreachable` when they cannot be read or kept."""

    async def of(self, threads: Iterable[str]) -> dict[str, str]:
        """The titles of those that were given one."""
        ...

    async def set(self, thread: str, title: str | None) -> None:
        """Give a thread a title; None takes it away."""
        ...


class TitlesTable:
    """The titles in a table of `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of(self, threads: Iterable[str]) -> dict[str, str]:
        """The titles of those that were given one."""
        wanted = list(threads)
        try:
            return await in_thread(self._database, lambda: self._of(wanted), _Unusable)
        except _Unusable as error:
            raise self._told(error) from error

    async def set(self, thread: str, title: str | None) -> None:
        """Give a thread a title; None takes it away."""
        try:
            await in_thread(self._database, lambda: self._set(thread, title), _Unusable)
        except _Unusable as error:
            raise self._told(error) from error

    def _of(self, threads: list[str]) -> dict[str, str]:
        query = f"SELECT thread_id, title FROM titles WHERE thread_id IN ({self._database.listed})"  # noqa: S608 - no one's words
        with self._database.reading() as tables:
            return dict(tables.execute(query, (json.dumps(threads),)).fetchall()) if tables else {}

    def _set(self, thread: str, title: str | None) -> None:
        with self._database.reading() as tables:
            if tables is None and title is None:
                return
        with self._database.changing() as tables:
            tables.execute("DELETE FROM titles WHERE thread_id = ?", (thread,))
            if title is not None:
                tables.execute("INSERT INTO titles VALUES (?, ?)", (thread, title))

    def _told(self, error: Exception) -> ThreadsUnreachable:
        hint = "Free the disk or the file, or move it away: threads are called by their first question then."
        hint = self._database.hint or hint
        return ThreadsUnreachable(f"The titles in {self._database.place} cannot be used: {error}.", hint=hint)


class SqliteThreadTitles(TitlesTable):
    """The titles in the file at `path`, which is made with the first one."""

    def __init__(self, path: Path) -> None:
        super().__init__(SqliteFile(path, _TABLE))


class _Unusable(Exception):
    pass
