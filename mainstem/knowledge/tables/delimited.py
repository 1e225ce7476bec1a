"""CSV and TSV as they really come: any delimiter, either way of escaping quotes, rows of any length."""

import csv
import re
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice
from typing import Any

_SAMPLE_ROWS = 50
_SAMPLE_CHARS = 1_000_000
_NUMBER = re.compile(r"\s*[-+]?[\d.,]+%?\s*")
# A quote within a field is doubled, or has a backslash before it; at a field's border both mean something else.
_BACKSLASHED = re.compile(r'\\"(?=[^,;\t|\n])')
_DOUBLED = re.compile(r'(?<=[^,;\t|\n])""(?=[^,;\t|\n])')


class Delimited:
    """The rows of a delimited text; `kind` is csv or tsv."""

    def __init__(self, text: str, kind: str) -> None:
        csv.field_size_limit(2**31 - 1)  # what bounds a field is the size of its file
        self._text = text
        self._dialect = _dialect(text, kind)
        self.has_header = _is_header(next(self._every(), ()))

    def header(self) -> list[str]:
        """The first row, when it is one of names."""
        return next(self._every()) if self.has_header else []

    def rows(self) -> Iterator[list[str]]:
        """The rows of data, empty ones left out."""
        return islice(self._every(), int(self.has_header), None)

    def _every(self) -> Iterator[list[str]]:
        for row in csv.reader(StringIO(self._text), **self._dialect):
            if any(row):
                yield row


def names(header: Sequence[str], width: int) -> list[str]:
    """Names for `width` columns at least: one that is empty is numbered, and so is one that comes again."""
    taken: set[str] = set()
    result: list[str] = []
    for number in range(max(width, len(header))):
        plain = " ".join(header[number].split()) if number < len(header) else ""
        name = base = plain or f"column{number + 1}"
        count = 2
        while name.lower() in taken:
            name, count = f"{base}_{count}", count + 1
        taken.add(name.lower())
        result.append(name)
    return result


def _is_header(first: Sequence[str]) -> bool:
    """A first row of nothing but numbers is data; with a cell left empty they are the years of a header."""
    return not all(map(_NUMBER.fullmatch, first))


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
