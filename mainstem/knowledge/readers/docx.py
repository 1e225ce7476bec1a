"""Word files: paragraphs, headings, lists and tables in the order of the document."""

import re
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.readers.extract import Extract, Heading, storable
from mainstem.knowledge.work import Stop

if TYPE_CHECKING:
    from docx.table import Table

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)


def read(data: bytes, max_bytes: int, stop: Stop) -> Extract:
    """The text of a .docx file. Raises `Unreadable` when it is broken, or would unpack to twice `max_bytes`."""
    check_size(data, 2 * max_bytes)
    from docx import Document
    from docx.text.paragraph import Paragraph

    texts: list[str] = []
    headings: list[Heading] = []
    length = 0
    for block in Document(BytesIO(data)).iter_inner_content():
        stop.check()
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


def check_size(data: bytes, limit: int) -> None:
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
    return "\n".join(" | ".join(cell.text.strip().replace("\n", " ") for cell in row.cells) for row in table.rows)
