"""The tables that fit a question: by their names, their columns and the values in them."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from .listing import few, table, with_values
from .records import Table
from .scope import Scope, value_ids
from .search import match, stems, words

MAX_TABLES = 3
"""Tables that a search names at most."""

MAX_VALUES = 40
"""Values of a table, beside those of columns with few, that are named: those that hold most words of the question."""

_CANDIDATES = 12
_NAME, _COLUMN, _VALUE = 4.0, 2.0, 0.5
_HOLDING = "SELECT rowid FROM data_words WHERE data_words MATCH ?"


def tables(connection: sqlite3.Connection, query: str, scope: Scope) -> tuple[Table, ...]:
    """The tables within `scope` of which the name, columns or values hold most words of `query`, best first."""
    if not (terms := words(query)):
        return ()
    rows = connection.execute(
        "SELECT data_table.id, data_table.name, file.name, file.path, data_table.columns, data_table.rows, sample, "  # noqa: S608
        "notes FROM data_words JOIN data_table ON data_table.id = data_words.rowid "
        "JOIN file ON file.id = data_table.file "
        f"WHERE data_words MATCH ? AND {scope.condition} ORDER BY bm25(data_words, ?, ?, ?) LIMIT ?",
        (match(terms), *scope.arguments, _NAME, _COLUMN, _VALUE, _CANDIDATES),
    ).fetchall()
    held = _coverage(connection, terms)
    best = sorted(rows, key=lambda row: -held[row[0]])[:MAX_TABLES]
    return tuple(_described(connection, number, table(row), terms) for number, *row in best)


def _coverage(connection: sqlite3.Connection, terms: Sequence[str]) -> Counter[int]:
    """How many stems of the question each table holds, in its name, its columns or its values."""
    by_stem = {stem: term for term, found in zip(terms, stems(connection, terms), strict=True) for stem in found}
    held: Counter[int] = Counter()
    for term in by_stem.values():
        held.update(number for (number,) in connection.execute(_HOLDING, (match([term]),)))
    return held


def _described(connection: sqlite3.Connection, number: int, found: Table, terms: Sequence[str]) -> Table:
    """The table with the values that a reader of the question needs to know."""
    held: list[tuple[int, str]] = connection.execute(
        "SELECT place, value FROM data_value WHERE data_value MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rank LIMIT ?",
        (match(terms), *value_ids(number), MAX_VALUES),
    ).fetchall()
    held += few(connection, number, found)
    return replace(found, columns=with_values(found.columns, held))
