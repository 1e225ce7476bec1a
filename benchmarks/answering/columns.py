"""Which columns of a CSV are numbers to a reader, and whether the library reads them as numbers."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.answering.numbers import number
from mainstem.knowledge import Library

NUMERIC = 0.9
"""Share of a column's cells, those aside that say that nothing is known, that are numbers where the column is."""

_UNKNOWN = {"", "-", "–", "—", "na", "n/a", "none", "null", "?", "tba", "tbd"}
_TEXT = ("VARCHAR", "TEXT", "STRING")


def of_numbers(rows: Sequence[Sequence[str]]) -> list[int]:
    """The columns, by place, whose cells below the first row are numbers."""
    width = len(rows[0]) if rows else 0
    return [at for at in range(width) if _numeric([row[at].strip() for row in rows[1:] if at < len(row)])]


async def read_as_numbers(library: Library, folder: Path) -> dict[str, bool]:
    """For each column of numbers of the CSV files in `folder`, by file and place: whether its type is a number's."""
    tables = {Path(table.document).name: table for table in await library.tables(paths=[folder])}
    found: dict[str, bool] = {}
    for name, rows in _files(folder):
        columns = tables[name].columns if name in tables else ()
        for at in of_numbers(rows):
            # A column that the library adds (the raw text beside it, say) comes behind those of the file.
            found[f"{name}:{at}"] = at < len(columns) and columns[at].type.upper() not in _TEXT
    return found


def _files(folder: Path) -> Iterator[tuple[str, list[list[str]]]]:
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as lines:
            yield path.name, list(csv.reader(lines, doublequote=False, escapechar="\\"))


def _numeric(cells: Sequence[str]) -> bool:
    known = [cell for cell in cells if cell.lower() not in _UNKNOWN]
    return bool(known) and sum(number(cell) is not None for cell in known) >= NUMERIC * len(known)
