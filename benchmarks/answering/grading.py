"""The grader of answers in free form: right, wrong or refused.

An answer of words is right when it holds each part of the gold answer. One that shows a table is right when a column of
it *is* the gold answer, or its only row holds it: a table that has the answer somewhere among its rows leaves the work
to its reader. Queries and code count for nothing, and numbers are compared as numbers.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from benchmarks.answering import numbers, refusals, shown

Verdict = Literal["right", "wrong", "refused"]

_ARTICLES = {"a", "an", "the"}


@dataclass(frozen=True)
class Gold:
    """What a right answer holds: each of `parts`, in one of its spellings, and nothing of `never`.

    With `none`, nothing answers the question: to say so is right, and all else is wrong.
    """

    parts: Sequence[Sequence[str]] = ()
    never: Sequence[str] = ()
    none: bool = False


def gold(*parts: str | Sequence[str], never: Sequence[str] = ()) -> Gold:
    """Gold of these parts; one that has several spellings is a list of them."""
    return Gold(tuple((part,) if isinstance(part, str) else tuple(part) for part in parts), tuple(never))


def grade(text: str, right: Gold) -> Verdict:
    """How the answer `text` stands to what is right."""
    if refusals.refused(text):
        return "right" if right.none else "refused"
    if right.none:
        return "right" if refusals.empty(text) else "wrong"
    if any(holds(shown.said(text), word) for word in right.never):
        return "wrong"
    heads, rows = shown.table(text)
    found = _is_table(heads, rows, right.parts) if rows else _says(shown.prose(text), right.parts)
    return "right" if found else "wrong"


def holds(text: str, part: str) -> bool:
    """Whether `text` says `part`: the number, wherever it is written so, or the words in their order."""
    wanted = numbers.number(part)
    if wanted is not None:
        return any(numbers.equal(wanted, value) for value in numbers.numbers(text))
    return _phrase(text, part)


def same(cell: str, part: str) -> bool:
    """Whether a cell is `part`: as numbers where both are, else as words."""
    one, other = numbers.number(cell), numbers.number(part)
    return numbers.equal(one, other) if one is not None and other is not None else words(cell) == words(part)


def words(text: str) -> list[str]:
    """Lower-case words without accents, articles and punctuation."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    return [word for word in re.findall(r"\w+(?:[.,]\d+)*", plain) if word not in _ARTICLES]


def _phrase(text: str, part: str) -> bool:
    wanted = " ".join(words(part))
    return bool(wanted) and f" {wanted} " in f" {' '.join(words(text))} "


def _says(text: str, parts: Sequence[Sequence[str]]) -> bool:
    return all(any(holds(text, spelling) for spelling in part) for part in parts)


def _is_table(heads: list[str], rows: list[list[str]], parts: Sequence[Sequence[str]]) -> bool:
    if len(rows) == 1:
        return _among(rows[0], parts)
    columns = [[row[at] for row in rows if at < len(row)] for at in range(len(heads))]
    return any(len(column) == len(parts) and _among(column, parts) for column in columns)


def _among(cells: Sequence[str], parts: Sequence[Sequence[str]]) -> bool:
    return all(any(same(cell, spelling) for cell in cells for spelling in part) for part in parts)
