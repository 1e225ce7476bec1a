"""Where a store's tables lie: a file of its own, or a server that many share; the statements are the same for both.

They are written for both SQLite and PostgreSQL: `?` for a value, `ON CONFLICT` with its columns, reserved words quoted.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from mainstem.stores.home import made

T = TypeVar("T")
BUSY_SECONDS = 15.0
"""How long another process is waited for."""


class Rows(Protocol):
    """What a statement gave."""

    @property
    def rowcount(self) -> int:
        """How many rows it changed."""
        ...

    def fetchone(self) -> Any:
        """The next row; None after the last."""
        ...

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        ...


class Connection(Protocol):
    """A transaction."""

    def execute(self, query: str, values: Sequence[Any] = (), /) -> Rows:
        """Run one statement, with a value for each `?`."""
        ...


class Database(Protocol):
    """The tables of one store."""

    place: str
    """What people are told of where it is."""
    listed: str
    """The query of the texts in a JSON list, which is its one value: for `IN`."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its use may raise."""
        ...

    def changing(self) -> AbstractContextManager[Connection]:
        """A transaction that may change something; the tables are made where there are none."""
        ...

    def reading(self) -> AbstractContextManager[Connection | None]:
        """A transaction that only reads; None where nothing has been kept yet."""
        ...


class SqliteFile:
    """A small SQLite file that many processes change in short transactions: made with the first of them.

    `schema` makes its one table where there is none; `upgrade` mends that of an earlier version. `mode`: the file's
    permissions.
    """

    errors: tuple[type[Exception], ...] = (OSError, sqlite3.Error)
    listed = "SELECT value FROM json_each(?)"

    def __init__(
        self,
        path: Path,
        schema: str,
        *,
        upgrade: Callable[[sqlite3.Connection], None] | None = None,
        mode: int | None = None,
    ) -> None:
        self.path = path
        self.place = str(path)
        self._schema = schema
        self._upgrade = upgrade
        self._mode = mode

    @contextmanager
    def changing(self) -> Generator[sqlite3.Connection]:
        """A transaction that no other changes something beside."""
        made(self.path.parent)
        with self._opened() as database, database:
            database.execute("BEGIN IMMEDIATE")
            self._prepare(database)
            if self._mode is not None:
                self.path.chmod(self._mode)
            yield database

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection | None]:
        """A connection that is to read; None where there is no file."""
        if not self.path.exists():
            yield None
            return
        with self._opened() as database:
            self._prepare(database)
            yield database

    def _opened(self) -> "closing[sqlite3.Connection]":
        return closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None))

    def _prepare(self, database: sqlite3.Connection) -> None:
        database.execute(self._schema)
        if self._upgrade is not None:
            self._upgrade(database)


async def in_thread(database: Database, work: Callable[[], T], error: type[Exception]) -> T:
    """`work`, beside the event loop. Raises `error` where the database cannot be used."""
    try:
        return await asyncio.to_thread(work)
    except database.errors as failure:
        raise error(str(failure)) from failure
