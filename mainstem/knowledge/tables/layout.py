"""Where a table begins: lines above it, the rows that name its columns, and the rows of totals in it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

LOOKED_AT = 30
"""Rows at the beginning that are looked at."""

_MAX_TITLES = 12
_MAX_FURTHER = 3
_NUMBER = re.compile(r"\s*[-+]?[\d.,]+%?\s*")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_TOTAL = re.compile(r"(?:grand |sub-?|career )?totals?:?|(?:sum|altogether|overall|career)[*:]?", re.IGNORECASE)
_TOTAL_PLACES = 2

Row = Sequence[str]


@dataclass(frozen=True)
class Layout:
    """The names of the columns (empty: there are none), how many rows stand before the data, and notes on these."""

    header: tuple[str, ...]
    first: int
    notes: tuple[str, ...] = ()


def layout(rows: Sequence[Row]) -> Layout:
    """How the table is laid out that begins with these rows (`LOOKED_AT` of them are enough)."""
    titles = _titles(rows)
    notes = tuple(f"above the table: {_said(row)}" for row in rows[:titles])
    below = rows[titles:]
    if not below or all(map(_NUMBER.fullmatch, below[0])):
        return Layout((), titles, notes)
    further = list(_further(below))
    named = [row for row in further if len(_filled(row)) > 1]
    notes += tuple(f"below the header: {_said(row)}" for row in further if len(_filled(row)) <= 1)
    return Layout(tuple(_joined(below[0], named)), titles + 1 + len(further), notes)


def is_total(row: Row) -> bool:
    """Whether a row says of itself that it adds up others."""
    return any(_TOTAL.fullmatch(cell.strip()) for cell in row[:_TOTAL_PLACES])


def column_names(header: Sequence[str], width: int) -> list[str]:
    """Names for `width` columns at least: one that is empty is numbered, and so is one that comes again."""
    taken: set[str] = set()
    result: list[str] = []
    for number in range(max(width, len(header))):
        plain = " ".join(header[number].split()) if number < len(header) else ""
        result.append(free(plain or f"column{number + 1}", taken))
    return result


def free(base: str, taken: set[str]) -> str:
    """`base`, with a number behind it while it is taken, and taken from now on."""
    name, count = base, 2
    while name.lower() in taken:
        name, count = f"{base}_{count}", count + 1
    taken.add(name.lower())
    return name


def _filled(row: Row) -> list[str]:
    return [cell for cell in row if cell.strip()]


def _said(row: Row) -> str:
    return " ".join(_filled(row))[:80]


def _titles(rows: Sequence[Row]) -> int:
    """How many rows of one filled cell stand above a table of three columns at least."""
    widths = [len(_filled(row)) for row in rows[:LOOKED_AT]]
    common = max(set(widths), key=widths.count, default=0)
    count = next((at for at, width in enumerate(widths[: _MAX_TITLES + 1]) if width > 1), 0)
    return count if common > 2 else 0


def _further(rows: Sequence[Row]) -> Iterator[Row]:
    """The rows below the first that go on naming columns: no label before them, and no amounts in them."""
    if rows[0] and rows[0][0].strip() and not rows[0][0].strip().startswith("("):
        return
    for row in rows[1 : 1 + _MAX_FURTHER]:
        label, *cells = row
        if label.strip() or not _filled(cells) or not all(map(_is_name, _filled(cells))):
            return
        yield row


def _is_name(cell: str) -> bool:
    cell = cell.strip()
    return bool(_YEAR.fullmatch(cell)) or not any(map(str.isdigit, cell)) or any(map(_YEAR.search, cell.split()))


def _joined(first: Row, further: Sequence[Row]) -> Iterator[str]:
    """The names one below the other; one that stands over several columns is said again in each."""
    spread = list(first)
    if further and len(first) > 1 and first[1].strip():
        for at in range(2, len(spread)):
            spread[at] = spread[at].strip() or spread[at - 1]
    for cells in zip_longest(spread, *further, fillvalue=""):
        yield " ".join(dict.fromkeys(cell.strip() for cell in cells if cell.strip()))
