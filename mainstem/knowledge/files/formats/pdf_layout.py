"""How the words of a PDF's page lie: the size of each line, and columns in the order in which they are read.

What PDFium gives follows the order in which a program wrote the page, which is the order of reading for most of them.
Only where lines of prose go on across a gap in the middle of the page, one column is put behind the other.
"""

from collections.abc import Iterator, Sequence
from ctypes import byref, c_double
from dataclasses import dataclass, replace
from itertools import pairwise
from math import hypot
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

_GAP = 1.5
"""Widths of a letter's size from which on a gap within a line may be one between columns."""

_MIN_LINES = 6
_MIN_CHARS = 20  # of a line of prose in a column, by the median: cells of a table are shorter
_BREAKS = "\r\n"
_Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Line:
    """Words in one line: their size, their box (from the page's lower left corner), and whether they go on a line."""

    text: str
    size: float
    left: float
    right: float
    bottom: float
    top: float
    goes_on: bool = False


def lines(words: "PdfTextPage") -> list[Line]:
    """The lines of a page in the order of reading; a column ends with a line of no words."""
    found = list(_pieces(words))
    gutter = _gutter(found)
    return _joined(found) if gutter is None else _by_column(found, gutter)


def _pieces(words: "PdfTextPage") -> Iterator[Line]:
    """The stretches of each line that no wide gap is in."""
    from pypdfium2 import raw

    text: list[str] = []
    box: _Box | None = None
    size, goes_on = 0.0, False
    for at in range(words.count_chars()):
        char = chr(raw.FPDFText_GetUnicode(words.raw, at) or 32)
        here = None if char.isspace() else _box(words, at)
        apart = here is not None and box is not None and here[0] - box[1] > _GAP * max(size, 1.0)
        if char == "\n" or apart:
            yield _line(text, size, box, goes_on=goes_on)
            text, box, goes_on = [], None, apart
        if char in _BREAKS:
            continue
        if here is not None:
            size = size if box else _size(words, at)
            box = _around(box, here) if box else here
        text.append(char)
    yield _line(text, size, box, goes_on=goes_on)


def _box(words: "PdfTextPage", at: int) -> _Box:
    from pypdfium2 import raw

    left, right, bottom, top = c_double(), c_double(), c_double(), c_double()
    raw.FPDFText_GetCharBox(words.raw, at, byref(left), byref(right), byref(bottom), byref(top))
    return left.value, right.value, bottom.value, top.value


def _around(box: _Box, here: _Box) -> _Box:
    return min(box[0], here[0]), max(box[1], here[1]), min(box[2], here[2]), max(box[3], here[3])


def _size(words: "PdfTextPage", at: int) -> float:
    """How large a letter is on the page: its font's size, as the page scales it."""
    from pypdfium2 import raw

    matrix = raw.FS_MATRIX()
    scale = hypot(matrix.c, matrix.d) if raw.FPDFText_GetMatrix(words.raw, at, byref(matrix)) else 1.0
    return round(raw.FPDFText_GetFontSize(words.raw, at) * scale, 1)


def _line(text: Sequence[str], size: float, box: _Box | None, *, goes_on: bool) -> Line:
    # U+FFFE is how PDFium marks a hyphen at a line's end.
    return Line("".join(text).replace("\ufffe", "-"), size, *(box or (0.0, 0.0, 0.0, 0.0)), goes_on=goes_on)


def _joined(pieces: Sequence[Line]) -> list[Line]:
    whole: list[Line] = []
    for piece in pieces:
        if piece.goes_on and whole:
            last = whole[-1]
            whole[-1] = replace(last, text=last.text + piece.text, right=piece.right)
        else:
            whole.append(piece)
    return whole


def _gutter(pieces: Sequence[Line]) -> float | None:
    """Where the gap between two columns is, when the lines of the one go on in the other; else None."""
    across = [(a, b) for a, b in pairwise(pieces) if b.goes_on and a.right < b.left]
    if len(across) < _MIN_LINES or median(min(len(a.text), len(b.text)) for a, b in across) < _MIN_CHARS:
        return None
    left, right = max(a.right for a, _ in across), min(b.left for _, b in across)
    return (left + right) / 2 if left < right else None


def _by_column(pieces: Sequence[Line], gutter: float) -> list[Line]:
    """What is left of the gutter before what is right of it, between the lines that go over both."""
    ordered: list[Line] = []
    columns: tuple[list[Line], list[Line]] = ([], [])

    def close() -> None:
        for column in columns:
            ordered.extend(column)
            ordered.extend([Line("", 0, 0, 0, 0, 0)] if column else [])
            column.clear()

    for piece in pieces:
        if piece.left < gutter < piece.right:
            close()
            ordered.append(piece)
        else:
            columns[int(piece.left > gutter)].append(replace(piece, goes_on=False))
    close()
    return ordered
