"""Whose threads and runs are whose: of which router, for several may keep theirs in one home, and of which user."""

import json
import sqlite3
from collections.abc import Generator, Iterable
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from mainstem.stores.database import Database, OpenSqliteFile, in_thread
from mainstem.stream.errors import JournalError

OwnedKind = Literal["thread", "run", "unlisted"]
"""`unlisted`: a thread that lists leave out, beside its entry as a thread."""

_MOST = 10_000
"""Owners that are known without asking for them."""

_TABLE = """
CREATE TABLE IF NOT EXISTS owners (kind TEXT, id TEXT, router TEXT NOT NULL, "user" TEXT, PRIMARY KEY (kind, id))
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


class OwnersTable:
    """The owners in a table of `database`. What has an owner keeps it, and is read once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[tuple[OwnedKind, str], Owner] = {}

    async def of(self, kind: OwnedKind, ids: Iterable[str]) -> dict[str, Owner]:
        """The owners of those that have one."""
        known = {key: self._known.get((kind, key)) for key in ids}
        if unknown := [key for key, owner in known.items() if owner is None]:
            with self._told():
                found = await in_thread(self._database, lambda: self._of(kind, unknown), _Unusable)
            self._know(kind, found)
            known |= found
        return {key: owner for key, owner in known.items() if owner is not None}

    async def claim(self, kind: OwnedKind, key: str, owner: Owner) -> Owner:
        """Give it to `owner` unless it has one; returns whose it is."""
        with self._told():
            found = await in_thread(self._database, lambda: self._claim(kind, key, owner), _Unusable)
        self._know(kind, {key: found})
        return found

    def _know(self, kind: OwnedKind, found: dict[str, Owner]) -> None:
        if len(self._known) > _MOST:
            self._known.clear()
        self._known.update({(kind, key): owner for key, owner in found.items()})

    def _of(self, kind: OwnedKind, ids: list[str]) -> dict[str, Owner]:
        with self._database.reading() as tables:
            if tables is None:
                return {}
            query = f'SELECT id, router, "user" FROM owners WHERE kind = ? AND id IN ({self._database.listed})'  # noqa: S608 - no one's words
            rows: list[Any] = tables.execute(query, (kind, json.dumps(ids))).fetchall()
            return {key: Owner(router, user) for key, router, user in rows}

    def _claim(self, kind: OwnedKind, key: str, owner: Owner) -> Owner:
        with self._database.changing() as tables:
            new = 'INSERT INTO owners (kind, id, router, "user") VALUES (?, ?, ?, ?) ON CONFLICT (kind, id) DO NOTHING'
            tables.execute(new, (kind, key, owner.router, owner.user))
            found = tables.execute('SELECT router, "user" FROM owners WHERE kind = ? AND id = ?', (kind, key))
            return Owner(*found.fetchone())

    @contextmanager
    def _told(self) -> Generator[None]:
        try:
            yield
        except _Unusable as error:
            hint = self._database.hint or "Free the disk or the file. Without it nobody is shown a thread or a run."
            raise JournalError(f"The owners in {self._database.place} cannot be used: {error}.", hint=hint) from error


class SqliteOwners(OwnersTable):
    """The owners in the file at `path`, which is made with the first claim."""

    def __init__(self, path: Path) -> None:
        super().__init__(OpenSqliteFile(path, _TABLE, upgrade=_add_users))


class _Unusable(Exception):
    pass


def _add_users(database: sqlite3.Connection) -> None:
    """Give the table of an earlier version its column of users."""
    if not any(column[1] == "user" for column in database.execute("PRAGMA table_info(owners)")):
        with suppress(sqlite3.OperationalError):  # another process was quicker
            database.execute('ALTER TABLE owners ADD COLUMN "user" TEXT')
