"""Word files: headers, paragraphs, headings, lists and tables in the order of the document, then the footers."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any

from mainstem.knowledge.files.formats import archive, grid
from mainstem.knowledge.files.formats.extract import Extract, TextBuilder

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table
    from docx.text.paragraph import Paragraph

_LABEL = 200  # characters of a cell that are said again in the further rows that it spans
_MAX_SPAN = 100  # columns that a cell can be believed to span
_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
_MARKED = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}tblHeader"


def read(data: bytes, max_bytes: int) -> Extract:
    """The text of a .docx file. Raises `Unreadable` when it is broken, or would unpack to twice `max_bytes`."""
    archive.open_archive(data, "docx", 2 * max_bytes).close()
    from docx import Document

    document = Document(BytesIO(data))
    builder = TextBuilder()
    _add_margins(builder, document, "header")
    for block in document.iter_inner_content():
        _add(builder, block)
    _add_margins(builder, document, "footer")
    return builder.extract()


def _add_margins(builder: TextBuilder, document: "Document", name: str) -> None:
    """The words of the headers or footers, each once however many sections repeat them."""
    said = set[str]()
    for section in document.sections:
        for variant in (name, f"first_page_{name}", f"even_page_{name}"):
            part: Any = getattr(section, variant)
            if part.is_linked_to_previous:  # there is none of its own, and asking for one would make it
                continue
            for block in part.iter_inner_content():
                words = _words(block)
                if words not in said:
                    said.add(words)
                    builder.add(words)


def _words(block: "Paragraph | Table") -> str:
    from docx.text.paragraph import Paragraph

    return block.text.strip() if isinstance(block, Paragraph) else "\n".join(_grid(block).lines())


def _add(builder: TextBuilder, block: "Paragraph | Table") -> None:
    from docx.text.paragraph import Paragraph

    if not isinstance(block, Paragraph):
        grid.append_table(builder, _grid(block))
        return
    style = (block.style and block.style.name) or ""
    text, level = block.text.strip(), _level(style)
    if level is not None:
        builder.heading(level, text)
    elif text:
        builder.add(("- " if style.startswith("List") else "") + text)


def _level(style: str) -> int | None:
    if style == "Title":
        return 0
    match = _HEADING.match(style)
    return int(match[1]) if match else None


def _grid(table: "Table") -> grid.Grid:
    marked = 0
    for row in table._tbl.tr_lst:  # pyright: ignore[reportPrivateUsage] (whether a row is marked as a header)
        if row.trPr is None or row.trPr.find(_MARKED) is None:
            break
        marked += 1
    return grid.grid(list(_rows(table)), marked or None)


def _rows(table: "Table") -> Iterator[list[str]]:
    """The words of each row: of a cell over several columns in the first, of one over several rows in each of them.

    python-docx repeats a cell for every column that it claims to span, and climbs the rows for one that spans them.
    """
    from docx.table import _Cell  # pyright: ignore[reportPrivateUsage] (its text, for a cell that we find ourselves)

    above: dict[int, str] = {}
    for row in table._tbl.tr_lst:  # pyright: ignore[reportPrivateUsage] (the rows that the public ones expand)
        column = row.grid_before
        words = [""] * min(column, _MAX_SPAN)
        for cell in row.tc_lst:
            goes_on = cell.vMerge == "continue" and column in above
            if not goes_on:
                above[column] = _Cell(cell, table).text.strip().replace("\n", " ")
            words.append(above[column][:_LABEL] if goes_on else above[column])
            words += [""] * (cell.grid_span - 1 if cell.grid_span <= _MAX_SPAN else 0)
            column += cell.grid_span
        yield words
