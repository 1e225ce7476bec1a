"""What is read of the index, in one state of it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

from . import listing, search, spelling, table_search
from .records import Document, Passage, QueryVector, Table
from .scope import Scope


class SqliteSelection:
    """The files within `scope`, over a connection in a transaction; the tables' copies are in `folder`."""

    def __init__(self, connection: sqlite3.Connection, scope: Scope, folder: Path, max_scored: int) -> None:
        self.collection = scope.collection
        self.size = scope.passages
        self._connection = connection
        self._scope = scope
        self._folder = folder
        self._max_scored = max_scored

    def passages(
        self,
        query: str,
        limit: int,
        there: Callable[[str], bool] = lambda _: True,
        meaning: QueryVector | None = None,
    ) -> tuple[Passage, ...]:
        """The passages that fit `query` best, at most `limit`, of files that are `there`."""
        near = None if meaning is None else self._nearness(meaning)
        return search.passages(self._connection, query, self._scope, limit, self._max_scored, there, near)

    def _nearness(self, meaning: QueryVector) -> search.Near | None:
        """How near each passage is; None where no vector was ever kept."""
        if not listing.has_relation(self._connection, "vector"):
            return None
        from . import vectors  # numpy is not everybody's

        return vectors.nearness(self._connection, self._scope, meaning)

    def respelled(self, query: str) -> dict[str, str]:
        """For words of `query` that no passage holds, words that some do, and that are one slip away."""
        return spelling.respelled(self._connection, query, self._scope, self._max_scored)

    def tables(self, query: str) -> tuple[Table, ...]:
        """The tables whose name, columns or values hold words of `query`, best first."""
        return table_search.tables(self._connection, query, self._scope)

    def documents(self) -> list[Document]:
        """The documents, by name."""
        return listing.documents(self._connection, self._scope)

    def text(self, path: str, start: int, end: int) -> str:
        """The characters `start` to `end` of the document at `path`."""
        return listing.text(self._connection, self._scope, path, start, end)

    def pieces(self, path: str) -> list[Passage]:
        """All passages of the document at `path`, in order."""
        return listing.pieces(self._connection, self._scope, path)

    def listed_tables(self) -> list[Table]:
        """The tables, by name, with the values of columns that have few."""
        return listing.tables(self._connection, self._scope)

    def catalog(self) -> list[tuple[Table, Path]]:
        """All tables, by name, each with its Parquet copy."""
        return listing.catalog(self._connection, self._scope, self._folder)
