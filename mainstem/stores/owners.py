"""Whose threads and runs are whose: several routers may keep theirs in one home."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path
from typing import Literal, Protocol, TypeVar

from mainstem.stores.home import made
from mainstem.stream.errors import JournalError

OwnedKind = Literal["thread", "run"]
T = TypeVar("T")

BUSY_SECONDS = 15.0
"""How long it waits for another process that writes."""

_TABLE = "CREATE TABLE IF NOT EXISTS owners (kind TEXT, id TEXT, router TEXT NOT NULL, PRIMARY KEY (kind, id))"


class Owners(Protocol):
    """The routers that threads and runs belong to. Raises `JournalError` when that cannot be read or kept."""

    async def of(self, kind: OwnedKind, ids: Iterable[str]) -> dict[str, str]:
        """The routers of those that belong to one."""
        ...

    async def claim(self, kind: OwnedKind, key: str, router: str) -> str:
        """Give it to `router` unless it belongs to one; returns whose it is."""
        ...


class SqliteOwners:
    """The owners in the file at `path`, which is made with the first claim."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def of(self, kind: OwnedKind, ids: Iterable[str]) -> dict[str, str]:
        """The routers of those that belong to one."""
        wanted = list(ids)
        return await asyncio.to_thread(self._told, lambda: self._of(kind, wanted))

    async def claim(self, kind: OwnedKind, key: str, router: str) -> str:
        """Give it to `router` unless it belongs to one; returns whose it is."""
        return await asyncio.to_thread(self._told, lambda: self._claim(kind, key, router))

    def _of(self, kind: OwnedKind, ids: list[str]) -> dict[str, str]:
        if not self._path.exists():
            return {}
        query = "SELECT id, router FROM owners WHERE kind = ? AND id IN (SELECT value FROM json_each(?))"
        with closing(self._connect()) as connection:
            return dict(connection.execute(query, (kind, json.dumps(ids))).fetchall())

    def _claim(self, kind: OwnedKind, key: str, router: str) -> str:
        made(self._path.parent)
        with closing(self._connect()) as connection:
            with connection:
                connection.execute("INSERT OR IGNORE INTO owners VALUES (?, ?, ?)", (kind, key, router))
            found = connection.execute("SELECT router FROM owners WHERE kind = ? AND id = ?", (kind, key))
            return str(found.fetchone()[0])

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
        connection.execute(_TABLE)
        return connection

    def _told(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except (sqlite3.Error, OSError) as error:
            hint = "Free the disk or the file. Without it nobody is shown a thread or a run."
            raise JournalError(f"The owners in {self._path} cannot be used: {error}.", hint=hint) from error
