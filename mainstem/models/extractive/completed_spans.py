"""What spans become beside each other: units behind numbers, negated truths (*unpaid*), parts of a column's name."""

import re
from collections.abc import Iterable
from itertools import takewhile

from mainstem.models.extractive.lexicon import NOT
from mainstem.models.extractive.schema import TableSchema
from mainstem.models.extractive.spans import COLUMN, NUMBER, UNKNOWN, Span
from mainstem.models.stemming import stem

_NEGATED = re.compile(r"(?:un|in|non-?)(\w{3,})", re.IGNORECASE)


def completed(found: list[Span], table: TableSchema) -> Iterable[Span]:
    """The spans, with units behind numbers, negated names of truths (*unpaid*) and parts of names as what they are."""
    taken = 0
    for at, span in enumerate(found):
        if span.label != UNKNOWN or at < taken:
            yield from [span] if at >= taken else []
            continue
        if (parts := _parts(found[at:], table)) is not None:
            taken = at + len(parts.text.split())
            yield parts
        elif not _is_of_its_name(found[at:], table):
            yield from _read_apart(found, at, table)


def _is_of_its_name(found: list[Span], table: TableSchema) -> bool:
    """Whether a word before the name of a column only says again which table it is: *volunteer roles*."""
    return stem(found[0].text) in table.stems and len(found) > 1 and found[1].label == COLUMN


def _read_apart(found: list[Span], at: int, table: TableSchema) -> Iterable[Span]:
    """A word as the unit of the number before it, or as the negation of a truth."""
    span = found[at]
    of_unit = [column for column in table.columns if column.is_number and stem(span.text) in column.stems]
    negated = _NEGATED.fullmatch(span.text)
    truths = [column for column in table.columns if negated and column.is_truth and column.stems == (stem(negated[1]),)]
    if at and found[at - 1].label == NUMBER and len(of_unit) == 1:
        yield Span(span.text, COLUMN, of_unit[0])
    elif truths:
        yield Span(span.text, NOT)
        yield Span(span.text, COLUMN, truths[0])
    else:
        yield span


def _parts(found: list[Span], table: TableSchema) -> Span | None:
    """Unknown words that are part of the name of one column: a word of a truth's (*free*: *Free entry*), or two."""
    unknown = [stem(span.text) for span in takewhile(lambda span: span.label == UNKNOWN and not span.value, found)]
    for length in range(len(unknown), 0, -1):
        named = set(unknown[:length])
        among = [
            column
            for column in table.columns
            if named.issubset(column.stems) and (column.is_truth or len(named) > 1) and 2 * length >= len(column.stems)
        ]
        if len(among) == 1:
            return Span(" ".join(span.text for span in found[:length]), COLUMN, among[0])
    return None
