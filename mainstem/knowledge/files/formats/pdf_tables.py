"""Tables of a PDF that have lines around their cells, by pdfplumber: only pages with lines in them are looked at."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from time import process_time
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from mainstem.knowledge.files.formats.grid import Grid, grid

if TYPE_CHECKING:
    from pypdfium2 import PdfPage

_MIN_LINES = 4


@dataclass(frozen=True)
class TableLimits:
    """What may be looked through for tables; where there is more, they are plain text."""

    seconds: float = 15.0
    """Seconds of the processor's time for the tables of one document."""
    max_lines: int = 3_000
    """Lines on a page."""
    max_chars: int = 20_000
    """Characters on a page."""


class PlacedTable(NamedTuple):
    """A table and its box, from the page's lower left corner."""

    grid: Grid
    left: float
    right: float
    bottom: float
    top: float


class TableFinder:
    """Finds the tables of one document, page by page, within `limits`."""

    def __init__(self, data: bytes, limits: TableLimits) -> None:
        self._data = data
        self._limits = limits
        self._document: Any = None
        self._spent = 0.0

    def tables(self, page: "PdfPage", number: int, chars: int) -> list[PlacedTable]:
        """The tables of a page, from top to bottom; none where it holds no lines, or too many to be those of tables."""
        from pypdfium2 import raw

        if self._spent > self._limits.seconds or not 0 < chars <= self._limits.max_chars:
            return []
        drawn = 0
        for _ in cast("Iterator[Any]", page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3)):
            drawn += 1
            if drawn > self._limits.max_lines:
                return []
        return self._found(number) if drawn >= _MIN_LINES else []

    def close(self) -> None:
        """Close the document."""
        if self._document is not None:
            with suppress(Exception):  # it is a parser's, of a file that may be broken
                self._document.close()

    def _found(self, number: int) -> list[PlacedTable]:
        began = process_time()
        try:
            if self._document is None:
                import pdfplumber

                self._document = pdfplumber.open(BytesIO(self._data))
            page = self._document.pages[number]
            found = [_placed(table, page) for table in page.find_tables()]
            page.close()
        except Exception:  # noqa: BLE001 (another parser than the one that reads the text: it may fail in any way)
            return []
        finally:
            self._spent += process_time() - began
        return [table for table in found if len(table.grid.rows) > 0 and max(map(len, table.grid.rows)) > 1]


def _placed(table: Any, page: Any) -> PlacedTable:
    left, top, right, bottom = table.bbox
    height = page.bbox[3] + page.bbox[1]
    rows = [[cell or "" for cell in row] for row in table.extract()]
    return PlacedTable(grid(rows), left, right, height - bottom, height - top)
