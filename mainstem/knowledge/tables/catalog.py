"""Tables as they are listed: what can be queried, and where its copy is."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mainstem.knowledge.errors import IndexCorrupt
from mainstem.knowledge.scope import Scope


@dataclass(frozen=True)
class Column:
    """A column's name and DuckDB type."""

    name: str
    type: str


@dataclass(frozen=True)
class Table:
    """A table that can be queried by `name`.

    `document` is the file it comes from, as shown to people, `path` the absolute one; `rows` counts its rows.
    """

    name: str
    document: str
    path: str
    columns: tuple[Column, ...]
    rows: int


def table(row: Sequence[Any]) -> Table:
    """A `Table` from its name, document, path, columns (JSON) and rows."""
    name, document, path, columns, rows = row
    return Table(name, document, path, tuple(Column(*each) for each in json.loads(columns)), rows)


def catalog(connection: sqlite3.Connection, scope: Scope, folder: Path) -> list[tuple[Table, Path]]:
    """The tables within `scope`, by name, each with its Parquet copy in `folder`."""
    rows = connection.execute(
        "SELECT copy, data_table.name, file.name, file.path, columns, rows "  # noqa: S608
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


def require(tables: Iterable[tuple[Table, Path]]) -> None:
    """Raise `IndexCorrupt` when a table's copy is gone."""
    for table, path in tables:
        if not path.exists():
            raise IndexCorrupt(
                f"The copy of the table {table.name} is gone from {path.parent}. "
                f"Run `mainstem index` on {table.path} to make it anew."
            )
