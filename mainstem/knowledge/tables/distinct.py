"""The distinct values of a table's columns of text, as many as an index of them can hold."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mainstem.stores.knowledge import Column

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MAX_VALUES, MAX_OF_COLUMN = 20_000, 5_000
"""Values of a table, and of one of its columns, that are kept."""

MAX_CHARS = 120
"""A longer value is a text and no name of anything."""

LOOKED_AT = 200_000
"""Rows that are looked at."""


def with_values(connection: "DuckDBPyConnection", columns: Sequence[Column], path: str) -> Iterator[Column]:
    """The columns of the copy at `path`, those of text with their values, the most frequent first."""
    left = MAX_VALUES
    for column in columns:
        if column.type != "VARCHAR" or column.read_as or left <= 0:
            yield column
            continue
        name = '"' + column.name.replace('"', '""') + '"'
        rows = connection.execute(
            f"SELECT {name} FROM (SELECT {name} FROM read_parquet(?) LIMIT ?) WHERE {name} IS NOT NULL "  # noqa: S608
            "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ?",
            [path, LOOKED_AT, MAX_OF_COLUMN + 1],
        ).fetchall()
        values = tuple(value for (value,) in rows[: min(left, MAX_OF_COLUMN)] if len(value) <= MAX_CHARS)
        left -= len(values)
        yield replace(column, values=values, distinct=len(rows) if len(values) == len(rows) else None)
