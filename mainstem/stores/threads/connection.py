"""A SQLite connection in a thread of its own, for LangGraph's saver, which takes one of `aiosqlite`.

A way to another thread and back costs more than most statements. So what is written waits for its `commit`, and both go
together; and what is read comes back with its first rows. `aiosqlite` goes there for the cursor, the statement, the
rows, the commit and the end of the cursor: 82 times in a turn of our agent, where 25 do.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Self, TypeVar

T = TypeVar("T")
Row = tuple[Any, ...]
Write = Callable[[sqlite3.Connection], object]

_WRITES = ("INSERT", "UPDATE", "DELETE")
_ROWS = 64
"""Rows that come back at once."""


class ThreadsConnection:
    """What `AsyncSqliteSaver` asks of its connection, to the file at `path`. Errors are `sqlite3`'s own.

    `INSERT`, `UPDATE` and `DELETE` are done when something is read or committed: what is wrong with them is raised
    there, and then nothing of them is kept.
    """

    def __init__(self, path: Path, busy_seconds: float) -> None:
        self._path = path
        self._busy_seconds = busy_seconds
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="mainstem-threads")
        self._writes: list[Write] = []
        self._there: sqlite3.Connection | None = None

    async def __aenter__(self) -> Self:
        """Open the file; it is made if there is none."""
        self._there = await self._run(self._opened)
        return self

    def _opened(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=self._busy_seconds)

    async def __aexit__(self, *error: object) -> None:
        """Close it; what was not committed is not kept."""
        if self._there is not None:
            await self._run(self._there.close)
        self._worker.shutdown(wait=False)

    def is_alive(self) -> bool:
        """Whether it is open: LangGraph opens one that is not."""
        return True

    def __await__(self) -> Generator[Any, None, Self]:
        """Return at once: it is open."""
        yield from ()
        return self

    def cursor(self) -> "Cursor":
        """A cursor; to be used as a context manager, or by itself."""
        return Cursor(self)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> "Statement":
        """One statement: `async with` it or await it for its cursor."""
        return Statement(self, lambda cursor: cursor.execute(sql, parameters))

    def executescript(self, sql: str) -> "Statement":
        """Several statements."""
        return Statement(self, lambda cursor: cursor.executescript(sql))

    async def commit(self) -> None:
        """Do what waits to be written, and commit it. Raises what goes wrong with that; nothing of it is kept then."""
        await self.do(sqlite3.Connection.commit)

    def defer(self, write: Write) -> None:
        """Let `write` be done by the next `do`."""
        self._writes.append(write)

    async def do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """What `work` returns, in the connection's thread, behind all that waits to be written."""
        writes, self._writes = self._writes, []
        return await self._run(lambda: self._done(writes, work))

    def _done(self, writes: list[Write], work: Callable[[sqlite3.Connection], T]) -> T:
        if self._there is None:
            raise sqlite3.ProgrammingError("the connection is not open")
        try:
            for write in writes:
                write(self._there)
            return work(self._there)
        except sqlite3.Error:
            self._there.rollback()
            raise

    async def _run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)


class Cursor:
    """The rows of the statement that it executed last."""

    def __init__(self, connection: ThreadsConnection) -> None:
        self._connection = connection
        self._rows: list[Row] = []
        self._more: sqlite3.Cursor | None = None

    async def __aenter__(self) -> Self:
        """The cursor itself."""
        return self

    async def __aexit__(self, *error: object) -> None:
        """Let go of what was not read."""
        await self.close()

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Self:
        """Execute one statement."""
        if sql.lstrip()[:6].upper() in _WRITES:
            self._connection.defer(lambda there: there.execute(sql, parameters))
        else:
            await self._read(lambda there: there.execute(sql, parameters))
        return self

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Self:
        """Write several rows."""
        given = list(rows)
        self._connection.defer(lambda there: there.executemany(sql, given))
        return self

    async def executescript(self, sql: str) -> Self:
        """Execute several statements."""
        await self._read(lambda there: there.executescript(sql))
        return self

    async def _read(self, ask: Callable[[sqlite3.Connection], sqlite3.Cursor]) -> None:
        def asked(there: sqlite3.Connection) -> tuple[sqlite3.Cursor, list[Row]]:
            cursor = ask(there)
            return cursor, cursor.fetchmany(_ROWS)

        self._keep(*await self._connection.do(asked))

    def _keep(self, cursor: sqlite3.Cursor, rows: list[Row]) -> None:
        self._rows = rows
        self._more = cursor if len(rows) == _ROWS else None

    async def fetchone(self) -> Row | None:
        """The next row; None when there is none."""
        if not self._rows and self._more is not None:
            cursor = self._more
            self._keep(cursor, await self._connection.do(lambda _: cursor.fetchmany(_ROWS)))
        return self._rows.pop(0) if self._rows else None

    async def fetchall(self) -> list[Row]:
        """All rows that are left."""
        rows, self._rows = self._rows, []
        if self._more is not None:
            cursor, self._more = self._more, None
            rows += await self._connection.do(lambda _: cursor.fetchall())
        return rows

    async def __aiter__(self) -> AsyncIterator[Row]:
        """The rows that are left, one by one."""
        while (row := await self.fetchone()) is not None:
            yield row

    async def close(self) -> None:
        """Let go of what was not read."""
        self._rows = []
        if self._more is not None:
            cursor, self._more = self._more, None
            await self._connection.do(lambda _: cursor.close())


class Statement:
    """A statement that is executed when it is awaited or entered."""

    def __init__(self, connection: ThreadsConnection, execute: Callable[[Cursor], Any]) -> None:
        self._cursor = Cursor(connection)
        self._execute = execute

    def __await__(self) -> Generator[Any, None, Cursor]:
        """Execute it; its cursor."""
        return self._execute(self._cursor).__await__()

    async def __aenter__(self) -> Cursor:
        """Execute it; its cursor."""
        return await self

    async def __aexit__(self, *error: object) -> None:
        """Let go of what was not read."""
        await self._cursor.close()
