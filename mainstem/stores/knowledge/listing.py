"""Documents, tables and skipped files, as the index lists them."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import Roots
from .records import Column, Document, Passage, Skipped, Table, UnreadKind, span
from .scope import Scope, path_condition, value_ids

FEW_VALUES = 12
"""A column with no more distinct values is described with all of them."""


def documents(connection: sqlite3.Connection, scope: Scope) -> list[Document]:
    """The documents within `scope`, by name."""
    rows = connection.execute(
        "SELECT name, path, kind, chars, passages, indexed_at FROM file "  # noqa: S608
        f"WHERE {scope.condition} AND passages > 0 ORDER BY name, path",
        scope.arguments,
    )
    return [
        Document(name, path, scope.collection, kind, chars, count, datetime.fromtimestamp(at, UTC))
        for name, path, kind, chars, count, at in rows
    ]


def text(connection: sqlite3.Connection, scope: Scope, path: str, start: int, end: int) -> str:
    """The characters `start` to `end` of the document at `path`."""
    first, last = connection.execute(
        f"SELECT first, first + passages - 1 FROM file WHERE path = ? AND {scope.condition}",  # noqa: S608
        (path, *scope.arguments),
    ).fetchone()
    pieces = connection.execute(
        "SELECT start, text FROM passage WHERE rowid BETWEEN ? AND ? AND start < ? AND start + length(text) > ?",
        (first, last, end, start),
    ).fetchall()
    offset = pieces[0][0] if pieces else start
    return "".join(piece for _, piece in pieces)[start - offset : end - offset]


def pieces(connection: sqlite3.Connection, scope: Scope, path: str) -> list[Passage]:
    """All passages of the document at `path`, in order."""
    rows = connection.execute(
        "SELECT file.name, heading, text, page, line, start FROM file "  # noqa: S608
        "JOIN passage ON passage.rowid BETWEEN first AND first + passages - 1 "
        f"WHERE file.path = ? AND {scope.condition} ORDER BY passage.rowid",
        (path, *scope.arguments),
    )
    return [
        _piece(name, path, heading, *span(start, text), page, line) for name, heading, text, page, line, start in rows
    ]


def _piece(name: str, path: str, heading: str, start: int, text: str, page: int | None, line: int | None) -> Passage:
    return Passage(name, path, heading, text, page, line, start, start + len(text), score=0.0, coverage=0.0)


def skipped(connection: sqlite3.Connection, collection: str, roots: Roots) -> list[Skipped]:
    """The files below `roots` that were skipped for what is in them, by path."""
    rows = _noted(connection, "skipped", "file.path, reason", collection, roots, "ORDER BY file.path")
    return [Skipped(path, reason) for path, reason in rows]


def unread(connection: sqlite3.Connection, collection: str, roots: Roots) -> list[UnreadKind]:
    """The kinds of files below `roots` that are not read, most files first."""
    order = "GROUP BY suffix ORDER BY sum(files) DESC, suffix"
    rows = _noted(connection, "unread", "suffix, sum(files)", collection, roots, order)
    return [UnreadKind(*row) for row in rows]


def _noted(
    connection: sqlite3.Connection, kept_in: str, columns: str, collection: str, roots: Roots, order: str
) -> Sequence[Any]:
    if not has_relation(connection, kept_in):
        return ()  # an index that was last written before it was noted
    condition, arguments = path_condition(roots)
    return connection.execute(
        f"SELECT {columns} FROM {kept_in} AS file JOIN collection ON collection.id = file.collection "  # noqa: S608
        f"WHERE collection.name = ? AND {condition} {order}",
        (collection, *arguments),
    ).fetchall()


def has_relation(connection: sqlite3.Connection, name: str) -> bool:
    """Whether the index's file has this table of SQL: one of an older version may not."""
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


def table(row: Sequence[Any]) -> Table:
    """A `Table` from its name, document, path, columns (JSON), rows, sample and notes (JSON both)."""
    name, document, path, columns, rows, sample, notes = row
    known = tuple(Column(*each[:4], distinct=each[4], unread=each[5]) for each in json.loads(columns))
    return Table(name, document, path, known, rows, tuple(map(tuple, json.loads(sample))), tuple(json.loads(notes)))


def tables(connection: sqlite3.Connection, scope: Scope) -> list[Table]:
    """The tables within `scope`, by name; columns with few distinct values have them."""
    rows = connection.execute(
        "SELECT data_table.id, data_table.name, file.name, file.path, columns, rows, sample, notes "  # noqa: S608
        f"FROM data_table JOIN file ON file.id = data_table.file WHERE {scope.condition} ORDER BY data_table.name",
        scope.arguments,
    ).fetchall()
    found = [(number, table(row)) for number, *row in rows]
    return [replace(each, columns=with_values(each.columns, few(connection, number, each))) for number, each in found]


def few(connection: sqlite3.Connection, number: int, found: Table) -> list[tuple[int, str]]:
    """The values of the columns of a table that have few, each with its column's place."""
    places = [place for place, column in enumerate(found.columns) if 0 < (column.distinct or 0) <= FEW_VALUES]
    if not places:
        return []
    marks = ", ".join("?" * len(places))
    return connection.execute(
        f"SELECT place, value FROM data_value WHERE rowid BETWEEN ? AND ? AND place IN ({marks}) ORDER BY rowid",  # noqa: S608
        (*value_ids(number), *places),
    ).fetchall()


def with_values(columns: Sequence[Column], held: Iterable[tuple[int, str]]) -> tuple[Column, ...]:
    """The columns with the values that are held for their places, each once."""
    values: dict[int, dict[str, None]] = {}
    for place, value in held:
        values.setdefault(place, {})[value] = None
    return tuple(replace(column, values=tuple(values.get(place, ()))) for place, column in enumerate(columns))


def catalog(connection: sqlite3.Connection, scope: Scope, folder: Path) -> list[tuple[Table, Path]]:
    """The tables within `scope`, by name, each with its Parquet copy in `folder`."""
    rows = connection.execute(
        "SELECT copy, data_table.name, file.name, file.path, columns, rows, sample, notes "  # noqa: S608
        f"FROM data_table JOIN file ON file.id = data_table.file WHERE {scope.condition} ORDER BY data_table.name",
        scope.arguments,
    )
    return [(table(row), folder / name) for name, *row in rows]


def lost(connection: sqlite3.Connection, folder: Path) -> dict[str, dict[str, str]]:
    """The files of which a table's copy is no longer in `folder`: by collection, their names by path."""
    present = {path.name for path in folder.iterdir()} if folder.is_dir() else set[str]()
    rows = connection.execute(
        "SELECT DISTINCT copy, collection.name, file.path, file.name FROM data_table "
        "JOIN file ON file.id = data_table.file JOIN collection ON collection.id = file.collection"
    )
    files: dict[str, dict[str, str]] = {}
    for copy, collection, path, name in rows:
        if copy not in present:
            files.setdefault(collection, {})[path] = name
    return files
