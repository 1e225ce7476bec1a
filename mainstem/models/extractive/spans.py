"""A question as spans, each with what it means for one table: a name, a value, a number, a day, or a phrase."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from mainstem.models.extractive import days, lexicon
from mainstem.models.extractive.lexicon import EXTREME, GROUP, IGNORED, PEOPLE, ROW, UNITS, VERB
from mainstem.models.extractive.schema import ColumnSchema, TableSchema
from mainstem.models.extractive.span import COLUMN, DAYS, NUMBER, PART, UNKNOWN, VALUE, Span, Token
from mainstem.models.extractive.table_names import NOTHING, Found, TableNames, parts
from mainstem.models.stemming import stem

_TOKEN = re.compile(
    r"[<>]=?|(?:(?<=\s)[-\u2212])?[$€£]?\d+(?:,\d{3})*(?:\.\d+)?(?:st|nd|rd|th)?(?:\s?[%€$£]|(?![^\W_]))|[^\W_]+(?:['’][^\W_]+)?",
    re.IGNORECASE,
)
_DO = ("do", "does", "did")
_JOINT = re.compile(r",|\b(?:and|or|nor)\b", re.IGNORECASE)


def spans(question: str, table: TableSchema) -> list[Span]:
    """The spans of a question, in order, without those that change nothing; what means nothing here is `UNKNOWN`."""
    tokens = [Token(match[0].strip(), *match.span()) for match in _TOKEN.finditer(question)]
    names = TableNames(table)
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
    is_joined = is_subject = False
    for span in found:
        is_joined = is_joined or span.is_joined
        is_subject = is_subject or span.text.lower() in _DO
        if span.label not in (IGNORED, VERB):
            telling.append(replace(span, is_joined=is_joined, is_subject=is_subject))
            is_joined = is_subject = False
    named = [span for span in _completed(telling, table) if span.label != IGNORED]
    done = {span.column.stems[-1] for span in named if span.column and span.column.told != span.column.stems}
    return [span for span in named if span.label != UNKNOWN or stem(span.text) not in done]  # songs *sung*


def _phrase(tokens: list[Token], at: int, table: TableSchema) -> Found:
    for length in range(lexicon.LONGEST, 0, -1):
        words = tuple(token.lower for token in tokens[at : at + length])
        if len(words) == length and (meaning := lexicon.PHRASES.get(words)):
            return length, Span("", *meaning)
    word = tokens[at].lower
    if word in lexicon.NUMBERS:
        return 1, Span("", NUMBER, float(lexicon.NUMBERS[word]))
    return (1, span) if word in lexicon.MEASURES and (span := _measure(word, table)) else NOTHING


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
        if len(fits) > 1 and word in ("pay", "paid", "spend", "spent", "cost", "costs"):
            return Span("", VERB)  # which of them is said by its name, or nothing is computed
    return Span("", EXTREME, "MIN" if lexicon.MEASURES[word][0][1] else "MAX") if is_most else None


def _is_measured(column: ColumnSchema, wanted: str) -> bool:
    if wanted == "$":
        return column.is_money
    return wanted in column.units or (wanted in column.stems and (column.is_number or wanted == "author"))


def _number(token: Token) -> Found:
    unit = "".join(sign for sign in token.text if sign in "$€£%")
    bare = re.sub(r"[$€£,%\s]|(?:st|nd|rd|th)$", "", token.text).replace("\u2212", "-")
    return (1, Span("", NUMBER, float(bare), unit=unit)) if re.fullmatch(r"-?\d+(?:\.\d+)?", bare) else NOTHING


def _when(question: str, tokens: list[Token], at: int) -> Found:
    """A day, a month or a quarter of a year, as its first and last day; or a month or day of the week of any year."""
    for find, label in ((days.days, DAYS), (days.each_year, PART)):
        if found := find(question, tokens[at].start):
            return sum(tokens[at].start <= token.start < found[0] for token in tokens), Span("", label, found[1])
    return NOTHING


def _in_unit(span: Span, of: Span) -> ColumnSchema | None:
    """The only one of several columns with one name that is in the unit that a span is the word of."""
    unit = UNITS.get(span.text.lower())
    several = cast("list[Span]", of.value) if of.label == UNKNOWN and isinstance(of.value, list) else []
    fits = {each.column for each in several if each.column and unit in each.column.units}
    return fits.pop() if unit and len(fits) == 1 else None


def _completed(found: list[Span], table: TableSchema) -> Iterable[Span]:
    """The spans, with units at their numbers, negated truths (*unpaid*), and parts of names as these names."""
    at = 0
    while at < len(found):
        span, rest = found[at], found[at + 1 :]
        if span.label == NUMBER and rest and (unit := UNITS.get(rest[0].text.lower())) and rest[0].label != COLUMN:
            span, at = replace(span, unit=unit), at + 1
        elif span.label == UNKNOWN and rest and rest[0].column and UNITS.get(span.text.lower()) in rest[0].column.units:
            span = replace(span, label=IGNORED)  # percentage, before the column *% change*
        elif span.label == UNKNOWN and rest and (column := _in_unit(span, rest[0])):
            yield replace(rest[0], label=COLUMN, value=None, column=column)  # percentage change, beside one in $
            at += 2
            continue
        elif span.label == PEOPLE and at and found[at - 1].label == NUMBER and not table.people:
            span = replace(span, label=IGNORED)  # it serves 6 people
        elif span.label == PEOPLE:
            is_of_people = bool(table.people) or (table.key is not None and table.key.name.lower() == "name")
            span = replace(span, label=ROW if is_of_people else UNKNOWN)
        elif span.label == GROUP and span.text.lower() == "by" and rest and rest[0].label == VALUE:
            span = replace(span, label=IGNORED)  # a book by somebody
        elif span.label == UNKNOWN and not span.value:
            said, length = parts(found[at:], table)
            yield from said
            at += length
            continue
        yield span
        at += 1
