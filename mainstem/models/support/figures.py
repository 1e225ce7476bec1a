"""The numbers and dates that a text names, whatever way they are written in English."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from .vocabulary import listed

_NUMBERS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen"""
_SMALL = {word: value for value, word in enumerate(_NUMBERS.split())}
_ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = {word: 10 * value for value, word in enumerate(_ROUND.split(), start=2)}
_ORDINALS = {
    **{f"{word}th": value for word, value in _SMALL.items()},
    **{f"{word[:-1]}ieth": value for word, value in _TENS.items()},
} | {"first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12}
_SCALES = {"dozen": 12, "hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_SHORT_SCALES = {"k": 1_000, "bn": 10**9, "mn": 10**6}
_IMPLIED = {"twice": 2, "double": 2, "both": 2, "couple": 2, "pair": 2, "thrice": 3, "triple": 3, "half": 0.5}
"""Words that hold a number for a sentence that writes it out, but ask for none themselves."""
_MONTHS = """january february march april may june july august september october november december"""
_MONTH = {name: number for number, full in enumerate(_MONTHS.split(), start=1) for name in (full, full[:3])} | {
    "sept": 9
}
_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_YEARS = re.compile(r"\b(\d\d)(\d\d)[–-](\d\d)\b(?!-)")
_CLOCK = re.compile(r"\b(\d{1,2})(?::(\d{2}))?\s*([ap])\.?m\b\.?|\b(\d{1,2}):(\d{2})\b", re.IGNORECASE)
_MONEY = re.compile(r"([$€£]\s?\d[\d.,]*)\s?m\b")  # `5m` alone is as often a length
_TOKEN = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?:st|nd|rd|th|s|k|m|bn|mn)?\b|\d+(?:[.,]\d+)*|[A-Za-z]+")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z")
_ROUGH = listed("about around roughly approximately nearly almost some over under above below circa")
_COMPARED = frozenset({"more", "less", "fewer", "greater", "higher", "lower"})
_HOURS, _HALF_DAY = 24, 12 * 60
_NEAR = 0.05
"""How far from a passage's number a rough one may be, as a share of it."""


WORDS = frozenset(_SMALL) | _TENS.keys() | _ORDINALS.keys() | _SCALES.keys() | _MONTH.keys()
"""Words that are numbers or months, and so are compared by what they mean."""


class Figure(NamedTuple):
    """A number of a text; `kind` keeps months and times of day apart from plain numbers."""

    value: float
    kind: str = ""
    asks: bool = True
    """Whether a sentence that says it must find it in its passage: *one* and *both* say too little."""
    rough: bool = False
    """Said to be about so much."""


def figures(text: str) -> list[Figure]:
    """The numbers, dates and times of `text` in order."""
    found: list[Figure] = []
    text = _MONEY.sub(r"\1 million", text)
    text = _DATE.sub(lambda date: _dated(date, found), text)
    text = _YEARS.sub(r"\1\2 \1\3", text)
    text = _CLOCK.sub(lambda clock: _timed(clock, found), text)
    tokens = _TOKEN.findall(text.replace("-", " ").replace("½", ".5"))
    return found + list(_read(tokens))


def held(figure: Figure, by: list[Figure]) -> bool:
    """Whether one of `by` is this number, or near it where it is said to be rough."""
    same = [other for other in by if other.kind == figure.kind or {other.kind, figure.kind} <= {"", "th", "s"}]
    if any(other.value == figure.value for other in same):
        return True
    if figure.kind == "time":
        return any(60 * other.value == figure.value for other in by if not other.kind)
    if not figure.kind and figure.value <= _HOURS:
        at = 60 * figure.value
        return any(at % _HALF_DAY == other.value % _HALF_DAY for other in by if other.kind == "time")
    return figure.rough and any(_rounds(figure.value, other.value) for other in same)


def _rounds(rough: float, exact: float) -> bool:
    """Whether `rough` is `exact` said with fewer digits."""
    return abs(exact - rough) <= _NEAR * abs(exact) and _digits(rough) < _digits(exact)


def _digits(value: float) -> int:
    return len(f"{value:.9f}".rstrip("0").replace(".", "").strip("0"))


def _dated(date: re.Match[str], found: list[Figure]) -> str:
    year, month, day = map(int, date.groups())
    found += [Figure(year), Figure(month, "month"), Figure(day)]
    return " "


def _timed(clock: re.Match[str], found: list[Figure]) -> str:
    hour, minute = int(clock[1] or clock[4]), int(clock[2] or clock[5] or 0)
    if hour >= _HOURS or minute > 59:
        return clock[0]
    if clock[3]:
        hour = hour % 12 + (12 if clock[3] in "pP" else 0)
    found.append(Figure(60 * hour + minute, "time"))
    return " "


def _read(tokens: list[str]) -> Iterator[Figure]:
    place = 0
    while place < len(tokens):
        figure, after = _figure(tokens, place)
        if figure:
            yield figure
        place = after


def _figure(tokens: list[str], place: int) -> tuple[Figure | None, int]:
    token = tokens[place]
    word = token.lower()
    rough = any(before.lower() in _ROUGH | _COMPARED for before in tokens[max(0, place - 2) : place])
    if token[0].isdigit():
        return _written(tokens, place, rough)
    if word in _MONTH:
        return (Figure(_MONTH[word], "month") if token[0].isupper() else None), place + 1
    if word in _IMPLIED:
        return Figure(_IMPLIED[word], asks=False), place + 1
    if word in _ORDINALS:
        return Figure(_ORDINALS[word], "th", asks=word != "first"), place + 1
    if word in _SMALL or word in _TENS or (word in _SCALES and place and tokens[place - 1].lower() == "a"):
        return _spelled(tokens, place, rough)
    return None, place + 1


def _written(tokens: list[str], place: int, rough: bool) -> tuple[Figure, int]:
    token = tokens[place].lower()
    digits = _DIGITS.match(token)
    number, ending = (digits[0], token[digits.end() :]) if digits else (token, "")
    value = _value(number)
    if ending in ("st", "nd", "rd", "th"):
        return Figure(value, "th"), place + 1
    if ending == "s":
        return Figure(value, "s"), place + 1
    value *= _SHORT_SCALES.get(ending, 1)
    after = place + 1
    while after < len(tokens) and tokens[after].lower() in _SCALES:
        value *= _SCALES[tokens[after].lower()]
        after += 1
    return Figure(round(value, 9), rough=rough), after


def _value(number: str) -> float:
    if _GROUPED.match(number):
        return float(number.replace(",", ""))
    number = number.replace(",", ".") if number.count(",") == 1 and "." not in number else number.replace(",", "")
    whole, _, rest = number.partition(".")
    return float(f"{whole}.{rest.replace('.', '')}") if rest else float(whole)


def _spelled(tokens: list[str], place: int, rough: bool) -> tuple[Figure, int]:
    """`two hundred and five thousand`, from its first word."""
    total, begin, bare = 0.0, place, tokens[place].lower() == "one"
    current = 1.0 if tokens[place].lower() in _SCALES else 0.0
    last = ""
    while place < len(tokens):
        word = tokens[place].lower()
        after = tokens[place + 1].lower() if place + 1 < len(tokens) else ""
        if word == "and" and last in _SCALES and after in _SMALL | _TENS:
            place += 1
            continue
        if not _continues(last, word):
            break
        if word in _SCALES:
            current = (current or 1.0) * _SCALES[word]
            if word not in ("dozen", "hundred"):
                total, current = total + current, 0.0
        elif word in _ORDINALS:
            return Figure(total + current + _ORDINALS[word], "th"), place + 1
        else:
            current += _SMALL.get(word, 0) + _TENS.get(word, 0)
        last = word
        place += 1
    return Figure(total + current, asks=not (bare and place == begin + 1), rough=rough), place


def _continues(last: str, word: str) -> bool:
    """Whether `word` goes on with the number whose last word is `last`."""
    if not last:
        return True
    if last in _TENS:
        return word in _SCALES or 0 < _SMALL.get(word, 99) < 10 or 0 < _ORDINALS.get(word, 99) < 10
    if last in _SCALES:
        return word in _SMALL or word in _TENS or word in _SCALES or word in _ORDINALS
    return word in _SCALES
