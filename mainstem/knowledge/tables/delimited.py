"""CSV and TSV as they really come: any delimiter, either way of escaping quotes, rows of any length, stray quotes."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import Any

_SAMPLE_ROWS = 50
_SAMPLE_CHARS = 1_000_000
_QUOTED_LINES = 200  # that a cell may go on for, in a file where a quote is not closed
_NOTED = 5
_EMPTY = list[str]()
# A quote within a field is doubled, or has a backslash before it; at a field's border both mean something else.
_BACKSLASHED = re.compile(r'\\"(?=[^,;\t|\n])')
_DOUBLED = re.compile(r'(?<=[^,;\t|\n])""(?=[^,;\t|\n])')


class Delimited:
    """The rows of a delimited text; `kind` is csv or tsv.

    A quote that nothing closes would take all lines up to the next one into its cell. Where the quotes of a text do not
    add up, it is read line by line, and `notes` says which lines were not certain.
    """

    def __init__(self, text: str, kind: str) -> None:
        csv.field_size_limit(2**31 - 1)  # what bounds a field is the size of its file
        self._text = text
        self._dialect = _dialect(text, kind)
        self._is_sound, self._width = _checked(text, self._dialect) if '"' in text else (True, 0)
        self._odd: dict[int, None] = {}

    def rows(self) -> Iterator[list[str]]:
        """The rows, empty ones left out."""
        read = csv.reader(StringIO(self._text), **self._dialect) if self._is_sound else self._by_line()
        return (row for row in read if any(row))

    @property
    def notes(self) -> tuple[str, ...]:
        """What was not certain, once the rows have been read."""
        if not self._odd:
            return ()
        lines = ", ".join(map(str, list(self._odd)[:_NOTED])) + (" …" if len(self._odd) > _NOTED else "")
        return (f"a quote is not closed in {len(self._odd)} of its lines ({lines}): it was read as a character",)

    def _by_line(self) -> Iterator[list[str]]:
        lines = self._text.split("\n")
        at = 0
        while at < len(lines):
            row, count = self._strict(lines, at)
            if row is None or (count > 1 and len(row) != self._width):
                row, count = self._lenient(lines[at], at + 1), 1
            yield row
            at += count

    def _strict(self, lines: Sequence[str], at: int) -> tuple[list[str] | None, int]:
        """The row that begins with a line, and how many it takes; None where its quotes do not add up."""
        reader = csv.reader(
            (f"{lines[number]}\n" for number in range(at, min(at + _QUOTED_LINES, len(lines)))),
            strict=True, **self._dialect,
        )  # fmt: skip
        try:
            row = next(reader, _EMPTY)
            return row, max(reader.line_num, 1)
        except csv.Error:
            return None, 1

    def _lenient(self, line: str, number: int) -> list[str]:
        quoted = next(csv.reader([line], **self._dialect), _EMPTY)
        if line.count('"') % 2 == 0 and len(quoted) == self._width:
            return quoted
        self._odd[number] = None
        bare = next(csv.reader([line], quoting=csv.QUOTE_NONE, **self._dialect), _EMPTY)
        return min(bare, quoted, key=lambda row: abs(len(row) - self._width))


def _checked(text: str, dialect: dict[str, Any]) -> tuple[bool, int]:
    """Whether all quotes are closed before a border, and rows over several lines are as wide as most; and how wide."""
    reader, before = csv.reader(StringIO(text), strict=True, **dialect), 0
    widths, of_several = Counter[int](), set[int]()
    sound = True
    try:
        for row in reader:
            widths[len(row)] += 1
            if reader.line_num - before > 1:
                of_several.add(len(row))
            before = reader.line_num
    except csv.Error:
        sound = False
    width = widths.most_common(1)[0][0] if widths else 0
    return sound and of_several <= {width}, width


def _dialect(text: str, kind: str) -> dict[str, Any]:
    sample = text[:_SAMPLE_CHARS]
    escape: dict[str, Any] = {}
    if len(_BACKSLASHED.findall(sample)) > len(_DOUBLED.findall(sample)):
        escape = {"doublequote": False, "escapechar": "\\"}
    if kind == "tsv":
        return {"delimiter": "\t", **escape}

    def regularity(delimiter: str) -> float:
        reader = csv.reader(StringIO(sample), delimiter=delimiter, **escape)
        widths = [len(row) for row in islice(reader, _SAMPLE_ROWS) if row]
        common = max(set(widths), key=widths.count, default=1)
        return widths.count(common) / len(widths) if common > 1 else 0.0

    return {"delimiter": max(",;\t|", key=regularity), **escape}
