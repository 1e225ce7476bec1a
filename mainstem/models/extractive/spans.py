"""A question as spans, each with what it means for one table: a name, a value, a number, a day, or a phrase."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mainstem.models.extractive import lexicon
from mainstem.models.extractive.schema import ColumnSchema, TableSchema, name_stems
from mainstem.models.stemming import stem

COLUMN, VALUE, NUMBER, DAYS, UNKNOWN, YEAR = "column", "value", "number", "days", "unknown", "year"

_TOKEN = re.compile(
    r"[<>]=?|[$€£]?\d[\d,]*(?:\.\d+)?(?:st|nd|rd|th)?(?:\s?%|(?![^\W_]))|[^\W_]+(?:['’][^\W_]+)?", re.IGNORECASE
)
_JOINT = re.compile(r",|\b(?:and|or)\b", re.IGNORECASE)
_MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)}|{'|'.join(month[:3] for month in _MONTHS)})\.?"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
_DAY = r"(?P<day>\d\d?)(?:st|nd|rd|th)?"
_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": 4}
_WHEN = [
    re.compile(pattern + r"\b", re.IGNORECASE)
    for pattern in (
        rf"(?P<year>\d{{4}})-(?P<digits>\d\d)-{_DAY}", rf"{_DAY}\s+(?:of\s+)?{_MONTH}\s+{_YEAR}",
        rf"{_MONTH}\s+{_DAY},?\s+{_YEAR}", rf"{_MONTH},?\s+(?:of\s+)?{_YEAR}",
        rf"(?:the\s+)?(?P<quarter>first|second|third|fourth|last)\s+quarter\s+(?:of\s+)?{_YEAR}",
        rf"q(?P<q>[1-4])\s+(?:of\s+)?{_YEAR}",
    )
]  # fmt: skip


@dataclass(frozen=True)
class Span:
    """Some words (`text`) and what they mean: `label`, and `value` by it; `is_joined` by *and*, *or* or a comma."""

    text: str
    label: str
    value: Any = None
    is_joined: bool = False

    def column(self) -> ColumnSchema | None:
        """The column that is named, or that the value is of."""
        return self.value if self.label == COLUMN else self.value[0] if self.label == VALUE else None


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower().replace("’", "'")


def spans(question: str, table: TableSchema) -> list[Span]:
    """The spans of a question, in order; words that mean nothing here are `UNKNOWN`."""
    tokens = [_Token(match[0].strip(), *match.span()) for match in _TOKEN.finditer(question)]
    linked = _Names(table)
    found: list[Span] = []
    at = 0
    while at < len(tokens):
        length, label, value = max(
            (_days(question, tokens, at), linked.longest(tokens, at), _phrase(tokens, at), _number(tokens[at])),
            key=lambda each: each[0],
        )
        text = question[tokens[at].start : tokens[at + max(length, 1) - 1].end]
        before = question[tokens[at - 1].start : tokens[at].start] if at else ""
        found.append(Span(text, label, value, is_joined=bool(_JOINT.search(before))))
        at += max(length, 1)
    return found


_Found = tuple[int, str, Any]
_NOTHING: _Found = (0, UNKNOWN, None)


class _Names:
    """The names of a table, its columns and its values, by their stems."""

    def __init__(self, table: TableSchema) -> None:
        self._names: dict[tuple[str, ...], list[tuple[str, Any]]] = {}
        self._longest = 1
        self._add(table.stems, lexicon.TABLE, table)
        for column in table.columns:
            self._add(column.stems, COLUMN, column)
        for column in table.columns:
            for value in column.values:
                self._add(name_stems(value), VALUE, (column, value))
        self._years = {
            year: [column for column in table.columns if year in column.name]
            for column in table.columns for year in re.findall(r"\b(?:19|20)\d\d\b", column.name)
        }  # fmt: skip

    def _add(self, stems: tuple[str, ...], label: str, value: Any) -> None:
        if stems and len("".join(stems)) > 1:
            self._names.setdefault(stems, []).append((label, value))
            self._longest = max(self._longest, len(stems))

    def longest(self, tokens: list[_Token], at: int) -> _Found:
        """The longest name that begins with a token."""
        stems = [stem(token.lower) for token in tokens[at : at + self._longest]]
        for length in range(len(stems), 0, -1):
            if meant := self._names.get(tuple(stems[:length])):
                phrase = lexicon.PHRASES.get((tokens[at].lower,)) if length == 1 else None
                # A word of the lexicon that is a value, too, is that value only where it is written as a name.
                if phrase and meant[0][0] == VALUE and (at == 0 or tokens[at].text.islower()):
                    return _NOTHING
                return (length, *_one(meant))
        columns = self._years.get(tokens[at].text, [])
        return (1, COLUMN, columns[0]) if len(columns) == 1 else _NOTHING


def _one(meant: list[tuple[str, Any]]) -> tuple[str, Any]:
    """What a name means; of a value in several columns, all of them."""
    label = meant[0][0]
    same = [value for one, value in meant if one == label]
    if label == VALUE:
        columns = {value[0].name for value in same}
        return (VALUE, same[0]) if len(columns) == 1 else (UNKNOWN, same)
    return label, same[0]


def _phrase(tokens: list[_Token], at: int) -> _Found:
    for length in range(lexicon.LONGEST, 0, -1):
        words = tuple(token.lower for token in tokens[at : at + length])
        if len(words) == length and (meaning := lexicon.PHRASES.get(words)):
            return (length, *meaning)
    word = tokens[at].lower
    if word in lexicon.NUMBERS:
        return 1, NUMBER, float(lexicon.NUMBERS[word])
    return (1, lexicon.MEASURE, lexicon.MEASURES[word]) if word in lexicon.MEASURES else _NOTHING


def _number(token: _Token) -> _Found:
    bare = re.sub(r"[$€£,%\s]|(?:st|nd|rd|th)$", "", token.text)
    return (1, NUMBER, float(bare)) if re.fullmatch(r"\d+(?:\.\d+)?", bare) else _NOTHING


def _days(question: str, tokens: list[_Token], at: int) -> _Found:
    """A day, a month or a quarter of a year, as its first and last day."""
    for pattern in _WHEN:
        if (match := pattern.match(question, tokens[at].start)) and (days := _between(match.groupdict())):
            return sum(match.start() <= token.start < match.end() for token in tokens), DAYS, days
    return _NOTHING


def _between(said: dict[str, str | None]) -> tuple[date, date] | None:
    year = int(said["year"] or 0)
    try:
        if name := said.get("quarter") or said.get("q"):
            first = 3 * (_QUARTERS[name.lower()] if said.get("quarter") else int(name)) - 2
            return date(year, first, 1), _end(year, first + 2)
        number = int(said.get("digits") or 0) or _month(said.get("month") or "")
        if day := said.get("day"):
            return date(year, number, int(day)), date(year, number, int(day))
        return date(year, number, 1), _end(year, number)
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(at for at, full in enumerate(_MONTHS, 1) if full.startswith(name.lower()[:3]))


def _end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def year(value: float) -> tuple[date, date] | None:
    """The first and the last day of a year, where a number can be one."""
    return (date(int(value), 1, 1), date(int(value), 12, 31)) if value == int(value) and 1500 <= value < 2100 else None


def content(found: list[Span]) -> Iterator[Span]:
    """The spans without those that change nothing."""
    return (span for span in found if span.label != lexicon.IGNORED)
