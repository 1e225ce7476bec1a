"""Whose threads and runs are whose: of which router, for several may keep theirs in one home, and of which user."""

import json
import sqlite3
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from mainstem.stores.small_file import BUSY_SECONDS, changing, in_thread
from mainstem.stream.errors import JournalError

OwnedKind = Literal["thread", "run"]

_TABLE = """
CREATE TABLE IF NOT EXISTS owners (kind TEXT, id TEXT, router TEXT NOT NULL, user TEXT, PRIMARY KEY (kind, id))
"""


@dataclass(frozen=True)
class Owner:
    """A router, and the user who began it there; None where nobody was asked who they are."""

    router: str
    user: str | None = None


class Owners(Protocol):
    """What threads and runs belong to. Raises `JournalError` when that cannot be read or kept."""

    async def of(self, kind: OwnedKind, ids: Iterable[str]) -> dict[str, Owner]:
        """The owners of those that have one."""
        ...

    async def claim(self, kind: OwnedKind, key: str, owner: Owner) -> Owner:
        """Give it to `owner` unless it has one; returns whose it is."""
        ...


class SqliteOwners:
    """The owners in the file at `path`, which is made with the first claim."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def of(self, kind: OwnedKind, ids: Iterable[str]) -> dict[str, Owner]:
        """The owners of those that have one."""
        wanted = list(ids)
        with self._told():
            return await in_thread(lambda: self._of(kind, wanted), _Unusable)

    async def claim(self, kind: OwnedKind, key: str, owner: Owner) -> Owner:
        """Give it to `owner` unless it has one; returns whose it is."""
        with self._told():
            return await in_thread(lambda: self._claim(kind, key, owner), _Unusable)

    def _of(self, kind: OwnedKind, ids: list[str]) -> dict[str, Owner]:
        if not self._path.exists():
            return {}
        with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as database:
            _prepare(database)
            query = "SELECT id, router, user FROM owners WHERE kind = ? AND id IN (SELECT value FROM json_each(?))"
            rows: list[Any] = database.execute(query, (kind, json.dumps(ids))).fetchall()
            return {key: Owner(router, user) for key, router, user in rows}

    def _claim(self, kind: OwnedKind, key: str, owner: Owner) -> Owner:
        with changing(self._path, _TABLE) as database:
            _prepare(database)
            new = "INSERT OR IGNORE INTO owners (kind, id, router, user) VALUES (?, ?, ?, ?)"
            database.execute(new, (kind, key, owner.router, owner.user))
            found = database.execute("SELECT router, user FROM owners WHERE kind = ? AND id = ?", (kind, key))
            return Owner(*found.fetchone())

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except _Unusable as error:
            hint = "Free the disk or the file. Without it nobody is shown a thread or a run."
            raise JournalError(f"The owners in {self._path} cannot be used: {error}.", hint=hint) from error


class _Unusable(Exception):
    pass


def _prepare(database: sqlite3.Connection) -> None:
    """Make the table where there is none, and give that of an earlier version its column of users."""
    database.execute(_TABLE)
    if not any(column[1] == "user" for column in database.execute("PRAGMA table_info(owners)")):
        with suppress(sqlite3.OperationalError):  # another process was quicker
            database.execute("ALTER TABLE owners ADD COLUMN user TEXT")
