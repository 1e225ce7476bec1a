"""A question as spans, each with what it means for one table: a name, a value, a number, a day, or a phrase."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from mainstem.models.extractive import days, lexicon
from mainstem.models.extractive.lexicon import EXTREME, GROUP, IGNORED, NOT, PEOPLE, ROW, UNITS, VERB
from mainstem.models.extractive.schema import YEAR_NAME, ColumnSchema, TableSchema, name_stems
from mainstem.models.stemming import stem

TABLE, COLUMN, VALUE, NUMBER, DAYS, PART, UNKNOWN = "table", "column", "value", "number", "days", "part", "unknown"

_TOKEN = re.compile(
    r"[<>]=?|[$€£]?\d+(?:,\d{3})*(?:\.\d+)?(?:st|nd|rd|th)?(?:\s?[%€$£]|(?![^\W_]))|[^\W_]+(?:['’][^\W_]+)?",
    re.IGNORECASE,
)
_JOINT = re.compile(r",|\b(?:and|or|nor)\b", re.IGNORECASE)
_NEGATED = re.compile(r"(?:un|in|non-?)(\w{3,})", re.IGNORECASE)
_TIMES = frozenset("in on at before after since until between during from".split())  # noqa: SIM905
_AKIN = 5
"""Letters with which a word and the name of a column must begin alike: *departed* and *departure*."""


_ADDED = "date time day name id unit level number".split()  # noqa: SIM905
_GENERIC = frozenset(map(stem, [*UNITS, *_ADDED]))
"""What a name of a column may add to the words that stand for it."""


@dataclass(frozen=True)
class Span:
    """Some words (`text`) and what they mean: `label`, and `value` and `column` by it.

    `is_joined` by *and*, *or* or a comma to what is before; `unit` of a number that says one.
    """

    text: str
    label: str
    value: Any = None
    column: ColumnSchema | None = None
    is_joined: bool = False
    unit: str = ""


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower().replace("’", "'")


def spans(question: str, table: TableSchema) -> list[Span]:
    """The spans of a question, in order, without those that change nothing; what means nothing here is `UNKNOWN`."""
    tokens = [_Token(match[0].strip(), *match.span()) for match in _TOKEN.finditer(question)]
    names = _Names(table)
    found: list[Span] = []
    at = 0
    while at < len(tokens):
        options = (
            names.longest(tokens, at),
            _when(question, tokens, at),
            _phrase(tokens, at, table),
            _number(tokens[at]),
        )
        length, span = max(options, key=lambda each: each[0])
        before = question[tokens[at - 1].start : tokens[at].start] if at else ""
        text = question[tokens[at].start : tokens[at + max(length, 1) - 1].end]
        found.append(replace(span, text=text, is_joined=bool(_JOINT.search(before))))
        at += max(length, 1)
    telling: list[Span] = []
    is_joined = False
    for span in found:
        is_joined = is_joined or span.is_joined
        if span.label not in (IGNORED, VERB):
            telling.append(replace(span, is_joined=is_joined))
            is_joined = False
    return [span for span in _completed(telling, table) if span.label != IGNORED]


_Found = tuple[int, Span]
_NOTHING: _Found = (0, Span("", UNKNOWN))


class _Names:
    """The names of a table, its columns and its values, by their stems."""

    def __init__(self, table: TableSchema) -> None:
        self._names: dict[tuple[str, ...], list[Span]] = {}
        several = [column for column in table.columns if column.distinct and column.distinct < table.rows]
        self._add(table.stems, Span("", TABLE), unless=any(column.stems == table.stems for column in several))
        for column in table.columns:
            said = Span("", TABLE) if table.names_rows(column) else Span("", COLUMN, column=column)
            self._add(column.stems, said)
            self._add(_without_units(column.stems), said)
        for column in table.columns:
            for value in column.values:
                self._add(name_stems(value), Span("", VALUE, value, column))
        self._longest = max(map(len, self._names), default=1)
        self._years = {
            year: [column for column in table.columns if year in column.name]
            for column in table.columns for year in YEAR_NAME.findall(column.name)
        }  # fmt: skip

    def _add(self, stems: tuple[str, ...], span: Span, *, unless: bool = False) -> None:
        if stems and len("".join(stems)) > 1 and not unless:
            self._names.setdefault(stems, []).append(span)

    def longest(self, tokens: list[_Token], at: int) -> _Found:
        """The longest name that begins with a token."""
        stems = [stem(token.lower) for token in tokens[at : at + self._longest]]
        for length in range(len(stems), 0, -1):
            if meant := self._names.get(tuple(stems[:length])):
                if length == 1 and self._is_no_name(meant[0], tokens, at):
                    return _NOTHING
                return length, _one(meant, tokens, at, at + length)
        columns = self._years.get(tokens[at].text, [])
        return (1, Span("", COLUMN, column=columns[0])) if len(columns) == 1 else _NOTHING

    def _is_no_name(self, span: Span, tokens: list[_Token], at: int) -> bool:
        """Whether a word of the lexicon only happens to be a name, too: a value is written as one."""
        label = lexicon.PHRASES.get((tokens[at].lower,), (VERB, ""))[0]
        if label == VERB:
            return False
        return label == IGNORED or (span.label == VALUE and (at == 0 or tokens[at].text.islower()))


def _without_units(stems: tuple[str, ...]) -> tuple[str, ...]:
    """The stems of *max temp °C* without the last one."""
    while stems and stems[-1] in UNITS:
        stems = stems[:-1]
    return stems


def _one(meant: list[Span], tokens: list[_Token], at: int, end: int) -> Span:
    """What a name means; a value of several columns is of the one that is named just before it: *from* Rome."""
    said = " ".join(token.lower for token in tokens[at:end])
    values = [span for span in meant if span.label == VALUE]
    # a ticket is *closed*, and it was *closed in* May
    is_time = end < len(tokens) and tokens[end].lower in _TIMES
    if values and len(values) < len(meant) and (is_time or all(span.value.lower() != said for span in values)):
        return next(span for span in meant if span.label != VALUE)
    if len({span.column for span in values}) > 1:
        before = (stem(tokens[at - 1].lower),) if at else ()
        values = [span for span in values if span.column and span.column.stems == before]
        return values[0] if values else replace(meant[0], label=UNKNOWN)
    return values[0] if values else meant[0]


def _phrase(tokens: list[_Token], at: int, table: TableSchema) -> _Found:
    for length in range(lexicon.LONGEST, 0, -1):
        words = tuple(token.lower for token in tokens[at : at + length])
        if len(words) == length and (meaning := lexicon.PHRASES.get(words)):
            return length, Span("", *meaning)
    word = tokens[at].lower
    if word in lexicon.NUMBERS:
        return 1, Span("", NUMBER, float(lexicon.NUMBERS[word]))
    return (1, span) if word in lexicon.MEASURES and (span := _measure(word, table)) else _NOTHING


def _measure(word: str, table: TableSchema) -> Span | None:
    """What *old*, *older than* and *oldest* speak of: a column by its name, what is compared with, or an extreme."""
    is_most = word.endswith("est")
    for wanted, less in lexicon.MEASURES[word]:
        fits = [column for column in table.columns if _is_measured(column, wanted)]
        if len(fits) == 1:
            if is_most:
                return Span("", EXTREME, "MIN" if less else "MAX", fits[0])
            is_degree = word in ("expensive", "costly", "dear", "cheap")
            return Span("", COLUMN, "<" if less else ">" if is_degree or word.endswith("er") else "", fits[0])
        if len(fits) > 1 and word in ("pay", "paid", "spend", "spent"):
            return Span("", VERB)  # which of them is said by its name, or nothing is computed
    return Span("", EXTREME, "MIN" if lexicon.MEASURES[word][0][1] else "MAX") if is_most else None


def _is_measured(column: ColumnSchema, wanted: str) -> bool:
    if wanted == "$":
        return column.is_money
    return wanted in column.units or (wanted in column.stems and (column.is_number or wanted == "author"))


def _number(token: _Token) -> _Found:
    unit = "".join(sign for sign in token.text if sign in "$€£%")
    bare = re.sub(r"[$€£,%\s]|(?:st|nd|rd|th)$", "", token.text)
    return (1, Span("", NUMBER, float(bare), unit=unit)) if re.fullmatch(r"\d+(?:\.\d+)?", bare) else _NOTHING


def _when(question: str, tokens: list[_Token], at: int) -> _Found:
    """A day, a month or a quarter of a year, as its first and last day; or a month or day of the week of any year."""
    for find, label in ((days.days, DAYS), (days.each_year, PART)):
        if found := find(question, tokens[at].start):
            return sum(tokens[at].start <= token.start < found[0] for token in tokens), Span("", label, found[1])
    return _NOTHING


def _completed(found: list[Span], table: TableSchema) -> Iterable[Span]:
    """The spans, with units at their numbers, negated truths (*unpaid*), and parts of names as these names."""
    at = 0
    while at < len(found):
        span, rest = found[at], found[at + 1 :]
        if span.label == NUMBER and rest and (unit := UNITS.get(rest[0].text.lower())) and rest[0].label != COLUMN:
            span, at = replace(span, unit=unit), at + 1
        elif span.label == UNKNOWN and rest and rest[0].column and UNITS.get(span.text.lower()) in rest[0].column.units:
            span = replace(span, label=IGNORED)  # percentage, before the column *% change*
        elif span.label == PEOPLE and at and found[at - 1].label == NUMBER and not table.people:
            span = replace(span, label=IGNORED)  # it serves 6 people
        elif span.label == PEOPLE:
            is_of_people = bool(table.people) or (table.key is not None and table.key.name.lower() == "name")
            span = replace(span, label=ROW if is_of_people else UNKNOWN)
        elif span.label == GROUP and span.text.lower() == "by" and rest and rest[0].label == VALUE:
            span = replace(span, label=IGNORED)  # a book by somebody
        elif span.label == UNKNOWN and not span.value:
            parts, length = _parts(found[at:], table)
            yield from parts
            at += length
            continue
        yield span
        at += 1


def _parts(found: list[Span], table: TableSchema) -> tuple[list[Span], int]:
    """What unknown words are part of, and how many of them."""
    words: list[str] = []
    for span in found:
        if span.label != UNKNOWN or span.value:
            break
        words.append(stem(span.text))
    for length in range(len(words), 0, -1):
        fits = [column for column in table.columns if _stands_for(words[:length], column)]
        if len(fits) == 1:
            label = TABLE if table.names_rows(fits[0]) else COLUMN
            text = " ".join(span.text for span in found[:length])
            return [replace(found[0], text=text, label=label, column=fits[0])], length
    if words[0] in table.stems:
        return [replace(found[0], label=TABLE)], 1
    negated = _NEGATED.fullmatch(found[0].text)
    truths = [column for column in table.columns if negated and column.is_truth and column.stems == (stem(negated[1]),)]
    if truths:
        return [Span(found[0].text, NOT), replace(found[0], label=COLUMN, column=truths[0])], 1
    akin = [
        column
        for column in table.columns
        if any(_are_akin(words[0], name) and _stands_for([name], column) for name in column.stems)
    ]
    return [replace(found[0], label=COLUMN, column=akin[0]) if len(akin) == 1 else found[0]], 1


def _stands_for(words: list[str], column: ColumnSchema) -> bool:
    """Whether words of a column's name are enough: *price* of a price per unit, *permit* of a boat permit."""
    content = [each for each in column.stems if lexicon.PHRASES.get((each,), ("", ""))[0] not in (IGNORED, GROUP)]
    left = set(content) - set(words)
    if len(left) + len(set(words)) > len(set(content)) or len(left) > len(set(words)):
        return False
    return column.is_truth or content[-1] in words or left <= _GENERIC


def _are_akin(word: str, name: str) -> bool:
    """Whether a word and a name begin alike: *departed* and *departure*, *satisfaction* and *satisfied*."""
    shared = next(
        (at for at, (one, two) in enumerate(zip(word, name, strict=False)) if one != two), min(len(word), len(name))
    )
    return shared >= _AKIN and 3 * shared >= 2 * max(len(word), len(name))
