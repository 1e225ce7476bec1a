"""XLSX: every sheet as a table, and all of them as text."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from itertools import islice

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats import archive
from mainstem.knowledge.files.formats.extract import Extract, Heading, storable
from mainstem.knowledge.tables.layout import LOOKED_AT, column_names, layout

MAX_TEXT_ROWS = 2_000
"""Rows of a sheet that are found as text; all of them are in its table."""

Sheets = list[tuple[str, list[list[str]]]]
"""The name and the rows of each sheet."""


def sheets(data: bytes, max_bytes: int) -> Sheets:
    """The sheets of a workbook that hold anything, every cell as text. Raises `Unreadable`."""
    from python_calamine import CalamineError, CalamineWorkbook

    archive.open_archive(data, "xlsx", 2 * max_bytes).close()
    try:
        with CalamineWorkbook.from_filelike(BytesIO(data)) as book:
            read = [(name, _rows(book.get_sheet_by_name(name).to_python())) for name in book.sheet_names]
    except CalamineError as error:
        raise Unreadable(f"not an XLSX file that can be read ({str(error)[:200]})") from error
    if not (filled := [(name, rows) for name, rows in read if rows]):
        raise Unreadable("it is empty")
    return filled


def text(data: bytes, max_bytes: int) -> Extract:
    """The sheets as text: a heading each, and a line a row that says its columns beside the cells."""
    parts: list[str] = []
    headings: list[Heading] = []
    length = 0
    for name, rows in sheets(data, max_bytes):
        headings.append(Heading(length, 1, storable(name)))
        for line in (name, *_lines(rows)):
            parts.append(f"{storable(line)}\n\n")
            length += len(parts[-1])
    return Extract("".join(parts), headings)


def _rows(cells: Iterable[Iterable[object]]) -> list[list[str]]:
    return [row for each in cells if any(row := [_said(cell) for cell in each])]


def _said(cell: object) -> str:
    match cell:
        case bool():
            return str(cell).lower()
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            return cell.isoformat(" ") if cell.time() != time() else cell.date().isoformat()
        case date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
        case _:
            return str(cell).strip()


def _lines(rows: list[list[str]]) -> Iterator[str]:
    found = layout(rows[:LOOKED_AT])
    heads = column_names(found.header, 0)
    yield from (" ".join(filter(None, row)) for row in rows[: found.first - 1 if found.header else 0])
    for row in islice(rows, found.first, found.first + MAX_TEXT_ROWS):
        cells = (f"{heads[at]}: {cell}" if at < len(heads) else cell for at, cell in enumerate(row) if cell)
        yield " | ".join(cells)
