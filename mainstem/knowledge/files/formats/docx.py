"""Word files: paragraphs, headings, lists and tables in the order of the document."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats.extract import Extract, Heading, storable

if TYPE_CHECKING:
    from docx.table import Table

_LABEL = 200  # characters of a cell that are said again in the further rows that it spans
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)


def read(data: bytes, max_bytes: int) -> Extract:
    """The text of a .docx file. Raises `Unreadable` when it is broken, or would unpack to twice `max_bytes`."""
    _check_size(data, 2 * max_bytes)
    from docx import Document
    from docx.text.paragraph import Paragraph

    texts: list[str] = []
    headings: list[Heading] = []
    length = 0
    for block in Document(BytesIO(data)).iter_inner_content():
        text = storable(block.text if isinstance(block, Paragraph) else _table(block)).strip()
        if not text:
            continue
        style = (block.style and block.style.name) or ""
        level = _level(style)
        if level is not None:
            headings.append(Heading(length, level, text.replace("\n", " ")))
        text = ("- " if style.startswith("List") else "") + text + "\n\n"
        texts.append(text)
        length += len(text)
    return Extract("".join(texts), headings)


def _check_size(data: bytes, limit: int) -> None:
    """Raise `Unreadable` for what is no archive, or would unpack to more than `limit` bytes."""
    try:
        with ZipFile(BytesIO(data)) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
    except BadZipFile as error:
        raise Unreadable("a broken .docx file, or one with a password") from error
    if size > limit:
        raise Unreadable(f"it would unpack to {size / 1e6:.0f} MB, more than {limit / 1e6:g} MB")


def _level(style: str) -> int | None:
    if style == "Title":
        return 0
    match = _HEADING.match(style)
    return int(match[1]) if match else None


def _table(table: "Table") -> str:
    return "\n".join(" | ".join(row) for row in _rows(table))


def _rows(table: "Table") -> Iterator[list[str]]:
    """The words of each row, a cell over several columns once, one over several rows in each of them.

    python-docx repeats a cell for every column that it claims to span, and climbs the rows for one that spans them.
    """
    from docx.table import _Cell  # pyright: ignore[reportPrivateUsage] (its text, for a cell that we find ourselves)

    above: dict[int, str] = {}
    for row in table._tbl.tr_lst:  # pyright: ignore[reportPrivateUsage] (the rows that the public ones expand)
        column, words = row.grid_before, list[str]()
        for cell in row.tc_lst:
            goes_on = cell.vMerge == "continue" and column in above
            if not goes_on:
                above[column] = _Cell(cell, table).text.strip().replace("\n", " ")
            words.append(above[column][:_LABEL] if goes_on else above[column])
            column += cell.grid_span
        yield words
