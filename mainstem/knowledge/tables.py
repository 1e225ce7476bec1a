"""Tables as they are listed: what can be queried, and where its copy is."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

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
