"""PDF files, page by page: headings by their size and the bookmarks, tables, and scans by the extra `ocr`."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, cast

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats import grid, ocr, pdf_layout
from mainstem.knowledge.files.formats.extract import Extract, Heading, TextBuilder, storable
from mainstem.knowledge.files.formats.pdf_layout import Line
from mainstem.knowledge.files.formats.pdf_tables import PlacedTable, TableFinder, TableLimits

if TYPE_CHECKING:
    from pypdfium2 import PdfBookmark, PdfDocument

_LARGER = 1.15
"""Times the size of most of the words: a line of that size or more may be a heading."""

_MAX_HEADING = 150
_LETTERS = re.compile(r"[^\W\d_].*[^\W\d_]")
_ENDS_SENTENCE = re.compile(r"[.;,]$")


class _Page:
    """What is on a page: its lines in the order of reading, and its tables; or a `scan` that was not read."""

    def __init__(self, lines: list[Line], tables: list[PlacedTable], *, scan: bool = False) -> None:
        self.lines = lines
        self.tables = tables
        self.scan = scan


def read(data: bytes, limits: TableLimits | None = None) -> Extract:
    """The text of a PDF, and its tables within `limits` (None: the usual ones).

    Raises `Unreadable` when it is broken or wants a password, or a scan that cannot be read.
    """
    from pypdfium2 import PdfDocument, PdfiumError

    try:
        document = PdfDocument(data)
    except PdfiumError as error:
        reason = "it is encrypted; save a copy without a password" if "assword" in str(error) else "a broken PDF"
        raise Unreadable(reason) from error
    finder = TableFinder(data, limits or TableLimits())
    try:
        return _extract(document, finder)
    except PdfiumError as error:
        raise Unreadable(f"a broken PDF ({error})") from error
    finally:
        finder.close()
        document.close()


def _extract(document: "PdfDocument", finder: TableFinder) -> Extract:
    pages = [_page(document, number, finder) for number in range(len(document))]
    if pages and not any(line.text.strip() for page in pages for line in page.lines):
        raise Unreadable(ocr.NEEDED if not ocr.is_installed() else "no text in it, and none that could be made out")
    levels = _levels(pages)
    builder = TextBuilder()
    starts: list[int] = []
    for page in pages:
        builder.page()
        starts.append(builder.length)
        _add(builder, page, levels)
        if page.scan:
            builder.add(ocr.MISSING_PAGE)
    scans = [number for number, page in enumerate(pages, 1) if page.scan]
    extract = builder.extract()
    marks = _bookmarks(document, extract.text, starts)
    missing = ocr.missing(scans) if scans else ""
    # Where there are bookmarks, they say what the headings are.
    return Extract(extract.text, marks or extract.headings, starts, tables=extract.tables, missing=missing)


def _page(document: "PdfDocument", number: int, finder: TableFinder) -> _Page:
    page = document[number]
    try:
        words = page.get_textpage()
        try:
            lines = pdf_layout.lines(words)
            tables = finder.tables(page, number, words.count_chars())
        finally:
            words.close()
        if not any(line.text.strip() for line in lines):
            lines = [Line(text, 0, 0, 0, 0, 0) for text in ocr.lines(page)]
        return _Page(lines, tables, scan=not lines and ocr.is_scan(page))
    finally:
        page.close()


def _levels(pages: Sequence[_Page]) -> dict[float, int]:
    """The levels of headings by the size of their words: the larger, the higher."""
    sizes = Counter[float]()
    for page in pages:
        for line in page.lines:
            sizes[line.size] += len(line.text)
    if not sizes:
        return {}
    body = sizes.most_common(1)[0][0]
    larger = sorted((size for size in sizes if body > 0 and size >= _LARGER * body), reverse=True)
    return {size: min(level, 6) for level, size in enumerate(larger, 1)}


def _add(builder: TextBuilder, page: _Page, levels: dict[float, int]) -> None:
    """Append a page: headings apart from what follows them, and tables in the place of their words."""
    left = list(page.tables)
    held: list[Line] = []
    for line in page.lines:
        if (table := next((each for each in page.tables if _lies_in(line, each)), None)) is not None:
            if table in left:
                left.remove(table)
                _close(builder, held, levels)
                grid.append_table(builder, table.grid)
            continue
        if held and (held[-1].size in levels or line.size in levels) and held[-1].size != line.size:
            _close(builder, held, levels)
        held.append(line)
    _close(builder, held, levels)


def _lies_in(line: Line, table: PlacedTable) -> bool:
    across, up = (line.left + line.right) / 2, (line.bottom + line.top) / 2
    return bool(line.text.strip()) and table.left <= across <= table.right and table.bottom <= up <= table.top


def _close(builder: TextBuilder, held: list[Line], levels: dict[float, int]) -> None:
    """Append lines of one size: as a heading, if they are one, or as they are."""
    text = storable("\n".join(line.text.rstrip() for line in held)).strip("\n")
    size = held[0].size if held else 0.0
    held.clear()
    if size in levels and len(text) <= _MAX_HEADING and _LETTERS.search(text) and not _ENDS_SENTENCE.search(text):
        builder.heading(levels[size], text)
    else:
        builder.add(text)


def _bookmarks(document: "PdfDocument", text: str, starts: Sequence[int]) -> list[Heading]:
    """The bookmarks, each where its words stand on its page, else at the top of that page."""
    headings: list[Heading] = []
    marks = cast("Iterator[PdfBookmark]", document.get_toc(max_depth=6))
    for mark in marks:
        target = mark.get_dest()
        number = cast("int | None", target.get_index()) if target else None
        title = storable(" ".join(mark.get_title().split()))
        if number is None or number >= len(starts) or not title:
            continue
        end = starts[number + 1] if number + 1 < len(starts) else len(text)
        at = text.find(title, starts[number], end)
        headings.append(Heading(at if at >= 0 else starts[number], mark.level + 1, title))
    return sorted(headings, key=lambda heading: heading.start)
