"""Where a store's tables lie: a file of its own, or a server that many share; the statements are the same for both.

They are written for both SQLite and PostgreSQL: `?` for a value, `ON CONFLICT` with its columns, reserved words quoted.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import AbstractContextManager, closing, contextmanager
from contextvars import copy_context
from pathlib import Path
from typing import Any, Protocol, TypeVar

from mainstem.stores.home import made
from mainstem.stream.errors import MainstemError

T = TypeVar("T")
Failure = TypeVar("Failure", bound=Exception)
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
    hint: str
    """What to do where it cannot be used; empty: what the store says of its file."""
    listed: str
    """The query of the texts in a JSON list, which is its one value: for `IN`."""

    thread: Executor | None
    """Where its work is done; None: in any thread."""

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
    hint = ""
    listed = "SELECT value FROM json_each(?)"
    thread: Executor | None = None

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


class OpenSqliteFile(SqliteFile):
    """One that every request asks: it stays open in a thread of its own, and waits for no disk, as threads do not.

    What is asked at the same time waits there for its turn, and not at the file's lock, where SQLite tries again and
    again, more and more seldom.
    """

    def __init__(self, path: Path, schema: str, *, upgrade: Callable[[sqlite3.Connection], None] | None = None) -> None:
        super().__init__(path, schema, upgrade=upgrade)
        self.thread: Executor | None = ThreadPoolExecutor(1, thread_name_prefix=f"mainstem-{path.stem}")
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def changing(self) -> Generator[sqlite3.Connection]:
        """A transaction that no other changes something beside."""
        made(self.path.parent)
        database = self._kept_open()
        with database:
            database.execute("BEGIN IMMEDIATE")
            yield database

    @contextmanager
    def reading(self) -> Generator[sqlite3.Connection | None]:
        """A connection that is to read; None where there is no file."""
        yield self._kept_open() if self.path.exists() else None

    def _kept_open(self) -> sqlite3.Connection:
        """The file, open for as long as it stands where it stood."""
        if self._connection is None or not self.path.exists():
            self._connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._prepare(self._connection)
        return self._connection


async def in_thread(database: Database, work: Callable[[], T], error: type[Exception]) -> T:
    """`work`, beside the event loop. Raises `error` where the database cannot be used."""
    try:
        within = copy_context()
        return await asyncio.get_running_loop().run_in_executor(database.thread, within.run, work)
    except database.errors as failure:
        raise told(database, error(str(failure))) from failure


def told(database: Database, error: Failure) -> Failure:
    """`error`, with what is to be done about this database."""
    if database.hint and isinstance(error, MainstemError):
        error.hint = database.hint
    return error
