"""The names of a table, of its columns and of its values, as questions say them: whole, or enough of them."""

import re
from dataclasses import replace

from mainstem.models.extractive import lexicon
from mainstem.models.extractive.lexicon import ASK, GROUP, IGNORED, NOT, ROW, UNITS, VERB
from mainstem.models.extractive.schema import YEAR_NAME, ColumnSchema, TableSchema, name_stems
from mainstem.models.extractive.span import COLUMN, TABLE, UNKNOWN, VALUE, Span, Token
from mainstem.models.stemming import stem

_NEGATED = re.compile(r"(?:un|in|non-?)(\w{3,})", re.IGNORECASE)
_TIMES = frozenset("in on at before after since until between during from".split())  # noqa: SIM905
_SHORT = 4
"""Words of a table's name up to which one of them stands for it; a longer one is a heading of a document."""

_AKIN = 5
"""Letters with which a word and the name of a column must begin alike: *departed* and *departure*."""

_ADDED = "date time day name id unit level number".split()  # noqa: SIM905
_GENERIC = frozenset(map(stem, [*UNITS, *_ADDED]))
"""What a name of a column may add to the words that stand for it."""

Found = tuple[int, Span]
"""How many tokens mean something, and what."""

NOTHING: Found = (0, Span("", UNKNOWN))


class TableNames:
    """The names of a table, its columns and its values, by their stems."""

    def __init__(self, table: TableSchema) -> None:
        self._names: dict[tuple[str, ...], list[Span]] = {}
        several = [column for column in table.columns if column.distinct and column.distinct < table.rows]
        self._add(table.stems, Span("", TABLE), unless=any(column.stems == table.stems for column in several))
        for column in table.columns:
            said = Span("", ROW if table.names_rows(column) else COLUMN, column=column)
            self._add(column.stems, said)
            self._add(_without_units(column.stems), said)
        for column in table.columns:
            for value in column.values:
                for stems in {name_stems(value), name_stems(value, whole=True)}:
                    self._add(stems, Span("", VALUE, value, column))
        self._add(name_stems(table.file), Span("", IGNORED))
        self._longest = max(map(len, self._names), default=1)
        self._years = {
            year: [column for column in table.columns if year in column.name]
            for column in table.columns for year in YEAR_NAME.findall(column.name)
        }  # fmt: skip

    def _add(self, stems: tuple[str, ...], span: Span, *, unless: bool = False) -> None:
        if stems and len("".join(stems)) > 1 and not unless:
            self._names.setdefault(stems, []).append(span)

    def longest(self, tokens: list[Token], at: int) -> Found:
        """The longest name that begins with a token."""
        stems = [stem(token.lower) for token in tokens[at : at + self._longest]]
        for length in range(len(stems), 0, -1):
            if meant := self._names.get(tuple(stems[:length])):
                if length == 1 and self._is_no_name(meant[0], tokens, at):
                    return NOTHING
                return length, _one(meant, tokens, at, at + length)
        columns = self._years.get(tokens[at].text, [])
        return (1, Span("", COLUMN, column=columns[0])) if len(columns) == 1 else NOTHING

    def _is_no_name(self, span: Span, tokens: list[Token], at: int) -> bool:
        """Whether a word of the lexicon only happens to be a name, too: a value is written as one."""
        label = lexicon.PHRASES.get((tokens[at].lower,), (VERB, ""))[0]
        if label == VERB:
            return False
        if label == ASK and at == 0:
            return True  # *What did it cost?*, of a table with a column *What*
        return label == IGNORED or (span.label == VALUE and (at == 0 or tokens[at].text.islower()))


def _without_units(stems: tuple[str, ...]) -> tuple[str, ...]:
    """The stems of *max temp °C* without the last one."""
    while stems and stems[-1] in UNITS:
        stems = stems[:-1]
    return stems


def _one(meant: list[Span], tokens: list[Token], at: int, end: int) -> Span:
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
    if not values and len({span.column for span in meant if span.label == meant[0].label}) > 1:
        return Span("", UNKNOWN, meant)  # a price in € or in $
    return values[0] if values else meant[0]


def parts(found: list[Span], table: TableSchema) -> tuple[list[Span], int]:
    """What unknown words are part of, and how many of them."""
    words: list[str] = []
    for span in found:
        if span.label != UNKNOWN or span.value:
            break
        words.append(stem(span.text))
    for length in range(len(words), 0, -1):
        fits = [column for column in table.columns if _stands_for(words[:length], column)]
        if len(fits) == 1:
            label = ROW if table.names_rows(fits[0]) else COLUMN
            text = " ".join(span.text for span in found[:length])
            return [replace(found[0], text=text, label=label, column=fits[0])], length
    if words[0] in table.stems and len(table.stems) <= _SHORT:
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
    name = column.stems if column.is_truth else column.told
    content = [each for each in name if lexicon.PHRASES.get((each,), ("", ""))[0] not in (IGNORED, GROUP)]
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
