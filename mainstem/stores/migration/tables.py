"""The small stores, which are one table each in a file of their own."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from ...text import one_line, short
from ..idempotency import KEPT_SECONDS
from ..postgres.database import storable
from .errors import Conflict, NotEqual

Row = tuple[Any, ...]

AT_ONCE = 500
"""Rows that are read and written at once."""


@dataclass(frozen=True)
class StoreTable:
    """A table `name` in the file `file` of a home, and the same one in the database."""

    file: str
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    """The columns that tell its rows apart."""
    what: str
    """For people: what its rows are."""
    changes: str = ""
    """A column that may have gone on in the database since it was moved."""
    lasts: float | None = None
    """Seconds after which a row, by its `made_at`, is no longer of use."""

    def key_of(self, row: Row) -> Row:
        """The values that tell a row apart."""
        return tuple(row[self.columns.index(name)] for name in self.key)

    def same(self, row: Row, there: Row) -> bool:
        """Whether a row was moved, as far as it may not have changed since."""
        return all(
            mine == its or name == self.changes for name, mine, its in zip(self.columns, row, there, strict=True)
        )


TABLES = (
    StoreTable(
        "ledger.sqlite",
        "claims",
        ("thread", "message", "position", "tool", "args", "begun", "outcome", "status"),
        ("thread", "message", "position", "tool", "args"),
        "calls of tools that change something",
    ),
    StoreTable(
        "idempotency.sqlite",
        "keys",
        ("scope", "key", "digest", "run_id", "thread_id", "made_at"),
        ("scope", "key"),
        "idempotency keys",
        lasts=KEPT_SECONDS,
    ),
    StoreTable(
        "owners.sqlite", "owners", ("kind", "id", "router", "user"), ("kind", "id"), "owners of threads and runs"
    ),
    StoreTable(
        "tokens.sqlite",
        "tokens",
        ("id", "name", "user", "roles", "tags", "digest", "made_at", "ends_at"),
        ("name",),
        "tokens",
    ),
    StoreTable(
        "spending.sqlite",
        "spent",
        ("kind", "id", "unit", "amount"),
        ("kind", "id", "unit"),
        "amounts of budgets",
        changes="amount",
    ),
    StoreTable(
        "reviews.sqlite",
        "held",
        (
            *("review_id", "thread", "task", "asked", "policy", "question", "shown", "text", "message"),
            *("halted_by", "expires_at"),
        ),
        ("thread", "task", "asked"),
        "answers held for review",
    ),
    StoreTable("thread_titles.sqlite", "titles", ("thread_id", "title"), ("thread_id",), "titles"),
    StoreTable(
        "part_notes.sqlite",
        "notes",
        ("key", "text", "chars", "used_at"),
        ("key",),
        "notes of parts of documents",
        changes="used_at",
    ),
)


class TableMove:
    """One table on its way from the folder `home` into the database of `connection`, whose place is `place`."""

    def __init__(self, table: StoreTable, home: Path, connection: Any, place: str) -> None:
        self.table = table
        self._path = home / table.file
        self._connection = connection
        self._place = place

    def check(self) -> None:
        """Raise `Conflict` where the database holds another row of the same key."""
        for row, there in self._beside():
            if there is not None and not self.table.same(row, there):
                raise Conflict(f"{self._named(row)} is in {self._place} already, and differs.")

    def move(self) -> int:
        """Write what is not there; how many rows that were."""
        moved = 0
        names = ", ".join(f'"{name}"' for name in self.table.columns)
        values = ", ".join("%s" for _ in self.table.columns)
        insert = f"INSERT INTO {self.table.name} ({names}) VALUES ({values}) ON CONFLICT DO NOTHING"  # noqa: S608
        for rows in self._batches():
            with self._connection.transaction(), self._connection.cursor() as cursor:
                cursor.executemany(insert, rows)
                moved += cursor.rowcount
        return moved

    def verify(self) -> int:
        """Compare each row with the one in the database; how many there are. Raises `NotEqual`."""
        count = 0
        for row, there in self._beside():
            if there is None or not self.table.same(row, there):
                raise NotEqual(f"{self._named(row)} is not in {self._place} as it is in {self._path}.")
            count += 1
        return count

    def _named(self, row: Row) -> str:
        key = " ".join(short(one_line(str(value)), 80) for value in self.table.key_of(row))
        return f"Of the {self.table.what}, {key!r}"

    def _beside(self) -> Iterator[tuple[Row, Row | None]]:
        """Each row, and the row of its key in the database."""
        names = ", ".join(f'"{name}"' for name in self.table.columns)
        where = " AND ".join(f'"{name}" = %s' for name in self.table.key)
        query = f"SELECT {names} FROM {self.table.name} WHERE {where}"  # noqa: S608 - names of ours
        for rows in self._batches():
            with self._connection.cursor() as cursor:
                cursor.executemany(query, [self.table.key_of(row) for row in rows], returning=True)
                for row in rows:
                    yield row, cursor.fetchone()
                    cursor.nextset()

    def _batches(self) -> Iterator[list[Row]]:
        with closing(opened(self._path)) as source:
            yield from batches(source, self._query(source))

    def _query(self, source: sqlite3.Connection) -> str:
        """All rows; what a file of an earlier version has no column for is NULL."""
        there = {column[1] for column in source.execute(f"PRAGMA table_info({self.table.name})")}
        if not there:
            return "SELECT 1 WHERE 0"
        names = ", ".join(f'"{name}"' if name in there else "NULL" for name in self.table.columns)
        since = f" WHERE made_at > {time.time() - self.table.lasts}" if self.table.lasts else ""
        return f"SELECT {names} FROM {self.table.name}{since}"  # noqa: S608 - names of ours


def opened(path: Path) -> sqlite3.Connection:
    """A file that is only read; an empty one where there is none."""
    if not path.exists():
        return sqlite3.connect(":memory:")
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def batches(source: sqlite3.Connection, query: str) -> Iterator[list[Row]]:
    """The rows of a query, as PostgreSQL keeps them."""
    rows = source.execute(query)
    while batch := [tuple(map(storable, row)) for row in islice(rows, AT_ONCE)]:
        yield batch
