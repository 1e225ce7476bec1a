"""Rows of text as one plain CSV of known types, which DuckDB reads fast and surely."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.tables import column_types, layout
from mainstem.knowledge.tables.column_types import TEXT, ColumnType
from mainstem.knowledge.tables.distinct import ValueCounter
from mainstem.stores.knowledge import RAW, TOTALS, Column

MAX_COLUMNS = 2_000
"""A table with more is not read."""

SAMPLE_ROWS, SAMPLE_CHARS = 3, 100
"""Rows that a table is shown by, and characters of each of their cells."""

RowSource = Callable[[], Iterator[Sequence[str]]]
"""The rows of a table, from the first on at every call."""


@dataclass(frozen=True)
class TypedRows:
    """The rows of a table, typed: its `columns` (those of the file, then those that were added), `sample`, `notes`."""

    columns: tuple[Column, ...]
    sample: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    _rows: RowSource
    _types: Sequence[ColumnType]
    _has_totals: bool

    def write(self, target: Path) -> tuple[int, tuple[Column, ...]]:
        """Write the rows as CSV; returns how many bytes the longest line takes, and the columns with their values."""
        counter = ValueCounter(self.columns)
        with target.open("w", encoding="utf-8", newline="") as file:
            lines = _Lines(file)
            writer = csv.writer(lines, lineterminator="\n", quoting=csv.QUOTE_ALL)
            for row in self._rows():
                filled = list(self._filled(row))
                counter.add(filled)
                writer.writerow(filled)
        return lines.longest, counter.columns()

    def _filled(self, row: Sequence[str]) -> Iterator[str]:
        cells = [cell.strip() for cell in row] + [""] * (len(self._types) - len(row))
        pairs = list(zip(self._types, cells, strict=False))
        kept = (kind.convert(cell) if cell and kind.convert else cell for kind, cell in pairs)
        raw = (cell for kind, cell in pairs if kind.convert)
        return chain(kept, raw, [str(layout.is_total(row)).lower()] if self._has_totals else [])


def typed(header: Sequence[str], rows: RowSource, notes: Sequence[str] = ()) -> TypedRows:
    """The rows with the types that all of their values have. Raises `Unreadable` when there is no column."""
    types = column_types.decided(list(row) for row in rows())
    named = layout.column_names(header, len(types))
    if not named:
        raise Unreadable("it is empty")
    if len(named) > MAX_COLUMNS:
        raise Unreadable(f"{len(named)} columns, more than {MAX_COLUMNS}")
    types += [ColumnType()] * (len(named) - len(types))
    totals = sum(map(layout.is_total, rows())) if any(type_.type != TEXT for type_ in types) else 0
    sample = tuple(tuple(cell.strip()[:SAMPLE_CHARS] for cell in row) for row in islice(rows(), SAMPLE_ROWS))
    columns = _columns(named, types, has_totals=totals > 0)
    said = [f"{name}: {type_.note}" for name, type_ in zip(named, types, strict=True) if type_.note]
    if totals:
        said.append(f"rows of totals: {totals}, marked in {columns[-1].name}")
    return TypedRows(tuple(columns), sample, (*notes, *said), rows, types, totals > 0)


def _columns(named: Sequence[str], types: Sequence[ColumnType], *, has_totals: bool) -> list[Column]:
    taken = {name.lower() for name in named}
    raw = {name: layout.free(f"{name}_text", taken) for name, type_ in zip(named, types, strict=True) if type_.convert}
    columns = [
        Column(name, kind.type, raw.get(name), kind.read_as, unread=kind.unread)
        for name, kind in zip(named, types, strict=True)
    ]
    columns += [Column(name, TEXT, read_as=RAW) for name in raw.values()]
    return [*columns, Column(layout.free("is_total", taken), "BOOLEAN", read_as=TOTALS)] if has_totals else columns


class _Lines:
    """Where CSV is written to; `longest` is how many bytes the longest line takes."""

    def __init__(self, file: TextIO) -> None:
        self.longest = 0
        self._file = file

    def write(self, line: str) -> None:
        """Write a line."""
        self.longest = max(self.longest, len(line) if line.isascii() else len(line.encode()))
        self._file.write(line)
