"""Tables as a document shows them: which row names the columns, and each row as a line that says them beside its cells.

A line of a table is found and quoted apart from its first row, and so it says itself what its cells are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from mainstem.knowledge.files.formats.extract import InnerTable, TextBuilder, storable

MAX_TABLES = 200
"""Tables of one document that can be queried; further ones are text."""

MAX_CELLS = 500_000
"""Cells of one table that are kept; what comes after them is left to the text."""

_MAX_LABEL = 80
_DIGIT = re.compile(r"\d")

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Grid:
    """The rows of a table below its `header`, which is empty where none of its rows is one, and its title above it."""

    header: Sequence[str]
    rows: Rows
    title: str = ""

    @property
    def is_queryable(self) -> bool:
        """Whether there is something to ask of it: names for its columns, two of them and two rows at least."""
        return len(self.rows) > 1 and sum(map(bool, self.header)) > 1

    def lines(self) -> list[str]:
        """A line a row: `Plan: Basic | Price: 10`; a table of two columns without a header reads `Plan: Basic`."""
        said = [_labelled(self.header, row) if self.header else _joined(row) for row in self.rows]
        return [line for line in (self.title, *said) if line]


def grid(rows: Rows, header_rows: int | None = None) -> Grid:
    """The table of `rows`; `header_rows` says how many name its columns, where the document itself says that."""
    rows = [[_flat(cell) for cell in row] for row in rows]
    rows = [row for row in rows if any(row)]
    first = next((at for at, row in enumerate(rows) if sum(map(bool, row)) > 1), 0)
    title, rows = " ".join(filter(None, chain(*rows[:first]))), rows[first:]
    count = _header_rows(rows) if header_rows is None else min(header_rows - first, len(rows) - 1)
    return Grid(_header(rows[:count]) if count > 0 else [], rows[max(count, 0) :], title)


def append_table(builder: TextBuilder, table: Grid, caption: str = "") -> None:
    """Append the table to a text, and note it as one that can be queried if it is."""
    start = builder.length
    builder.add("\n".join(table.lines()))
    note_table(builder.tables, table, start, builder.length, caption)


def note_table(tables: list[InnerTable], table: Grid, start: int, end: int, caption: str = "") -> None:
    """Put the table, which stands at `start` to `end`, among those that can be queried if it is one."""
    if table.is_queryable and len(tables) < MAX_TABLES:
        tables.append(InnerTable(start, end, table.header, table.rows, caption or table.title))


def _flat(cell: str) -> str:
    return " ".join(storable(cell).split())


def _header_rows(rows: Rows) -> int:
    """1 if the first row looks like one of names. In two columns of words, it may be as good as any other row."""
    if len(rows) < 2 or any(_DIGIT.match(cell) for cell in rows[0]) or sum(map(bool, rows[0])) < 2:
        return 0
    below = [cell for row in rows[1:] for cell in row]
    return int(len(rows[0]) > 2 or any(map(_DIGIT.search, below)))


def _header(rows: Rows) -> list[str]:
    """The names of the columns; of several rows, the words one below the other, each said once."""
    width = max(map(len, rows))
    columns = [dict.fromkeys(row[at] for row in rows if at < len(row) and row[at]) for at in range(width)]
    return [" ".join(words) for words in columns]


def _labelled(header: Sequence[str], row: Sequence[str]) -> str:
    shown: list[str] = []
    for at, cell in enumerate(row):
        name = header[at][:_MAX_LABEL] if at < len(header) else ""
        if cell:
            shown.append(f"{name.rstrip(':')}: {cell}" if name and name != cell else cell)
    return " | ".join(shown) if len(shown) > 1 else next(filter(None, row), "")


def _joined(row: Sequence[str]) -> str:
    cells = [cell for cell in row if cell]
    return f"{cells[0].rstrip(':')}: {cells[1]}" if len(row) == 2 and len(cells) == 2 else " | ".join(cells)
