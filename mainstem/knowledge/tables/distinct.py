"""The distinct values of a table's columns of text, as many as an index of them can hold."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mainstem.stores.knowledge import Column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_VALUES, MAX_OF_COLUMN = 20_000, 5_000
"""Values of a table, and of one of its columns, that are kept."""

MAX_COUNTED = 20_000
"""Distinct values of a column that are counted; further ones are not among the most frequent."""

MAX_CHARS = 120
"""A longer value is a text and no name of anything."""

LOOKED_AT = 200_000
"""Rows that are looked at."""


class ValueCounter:
    """Counts the values of a table's columns of text while its rows are written."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._counts = {at: Counter[str]() for at, column in enumerate(columns) if _is_counted(column)}
        self._rows = 0

    def add(self, row: Sequence[str]) -> None:
        """Count the values of a row."""
        self._rows += 1
        if self._rows > LOOKED_AT:
            return
        for at, counts in self._counts.items():
            value = row[at]
            if value and (value in counts or len(counts) < MAX_COUNTED):
                counts[value] += 1

    def columns(self) -> tuple[Column, ...]:
        """The columns, those of text with their values, the most frequent first."""
        left, counted = MAX_VALUES, list(self._columns)
        for at, counts in self._counts.items():
            if left > 0:
                ranked = sorted(counts, key=lambda value: (-counts[value], value))
                counted[at] = _with(counted[at], ranked, left)
                left -= len(counted[at].values)
        return tuple(counted)


def with_values(connection: "DuckDBPyConnection", columns: Sequence[Column], path: str) -> Iterator[Column]:
    """The columns of the copy at `path`, those of text with their values, the most frequent first."""
    left = MAX_VALUES
    for column in columns:
        if not _is_counted(column) or left <= 0:
            yield column
            continue
        name = '"' + column.name.replace('"', '""') + '"'
        rows = connection.execute(
            f"SELECT {name} FROM (SELECT {name} FROM read_parquet(?) LIMIT ?) WHERE {name} IS NOT NULL "  # noqa: S608
            "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ?",
            [path, LOOKED_AT, MAX_OF_COLUMN + 1],
        ).fetchall()
        found = _with(column, [value for (value,) in rows], left)
        left -= len(found.values)
        yield found


def _is_counted(column: Column) -> bool:
    return column.type == "VARCHAR" and not column.read_as


def _with(column: Column, ranked: Sequence[str], left: int) -> Column:
    """A column with its first values, and how many there are where all of them are kept."""
    values = tuple(value for value in ranked[: min(left, MAX_OF_COLUMN)] if len(value) <= MAX_CHARS)
    return replace(column, values=values, distinct=len(ranked) if len(values) == len(ranked) else None)
