"""Whether the sentences that come nearest to a question answer it: one may hold its words, and say something else."""

import re
from collections.abc import Mapping, Sequence, Set
from itertools import takewhile
from typing import Any

from mainstem.models.extractive.expected import expected
from mainstem.models.extractive.kinds import holds
from mainstem.models.extractive.labels import another_is_meant
from mainstem.models.extractive.quotes import Quote
from mainstem.models.extractive.unsaid import lacks, says
from mainstem.models.stemming import stem, stems, words
from mainstem.stores.knowledge.stop_words import STOP_WORDS

FITS = 0.6
"""How much of the question, against the best sentence, one from elsewhere must hold for its number or name to count."""

_FIELD = re.compile(r"\bwhat(?:'s| is| was| are| were)\b.*(?:['’]s? (\w+)|\bthe (\w+) of\b.*)\W*\Z", re.IGNORECASE)
_ROW = re.compile(r"\w: \S.* \| \w")
_MANY = re.compile(r"\bhow many ((?:[\w-]+ ?){1,3})", re.IGNORECASE)
_POINTS = re.compile(r"\b(?:them|they|these|those|it|its|which|such)\b", re.IGNORECASE)
_ANYBODY = frozenset(map(stem, ("people", "persons", "times", "ones")))


def answers(question: str, said: Sequence[Quote], passages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether one of `said`, the nearest first, names what the question asks for, and of the thing that it asks of."""
    kind = expected(question)
    least = FITS * max(quote.share for quote in said)
    fitting = [each for each in said if holds(kind, question, each.text) and _fits(each, said, least)]
    if kind == "number" and (counted := _counted(question)):
        fitting = [each for each in fitting if _any_of(counted, set(stems(_meant(each))))]
    if not fitting or _is_of_another(question, said) or _lacks_the_field(question, said):
        return False
    return not lacks(question, said, passages)


def _counted(question: str) -> frozenset[str]:
    """The stems of what is counted: *How many boats …?* is answered by no number of cabins; *people* has many names."""
    found = _MANY.search(question)
    named = takewhile(lambda word: word.lower() not in STOP_WORDS, words(found[1]) if found else [])
    counted = frozenset(map(stem, named))
    return frozenset() if counted & _ANYBODY else counted


def _meant(quote: Quote) -> str:
    """A sentence with the headings above it, and with what is around it where it only points at what it counts."""
    return f"{quote.text} {quote.about if _POINTS.search(quote.text) else quote.heading}"


def _fits(quote: Quote, said: Sequence[Quote], least: float) -> bool:
    """Whether it has to do with the question: by its own words, or because it stands next to what has."""
    near = (each for each in said if each.n == quote.n and each.heading == quote.heading)
    return quote.share >= least or any(each.share >= least for each in near)


def _is_of_another(question: str, said: Sequence[Quote]) -> bool:
    around = " ".join(f"{each.text} {each.about}" for each in said)
    return another_is_meant(question, said[0].text) or another_is_meant(question, said[0].text, around)


def _lacks_the_field(question: str, said: Sequence[Quote]) -> bool:
    """Whether rows of a table are asked for a field or a number that they have not: *What is Ada's salary?*"""
    if not any(_ROW.search(quote.text) for quote in said):
        return False
    asked, there = _FIELD.search(question), set(stems(" ".join(f"{quote.text} {quote.about}" for quote in said)))
    numbers = {word for word in words(question) if word.isdigit()}
    return not numbers <= there or (bool(asked) and not _any_of({stem(asked[1] or asked[2])}, there))


def _any_of(wanted: Set[str], there: Set[str]) -> bool:
    return any(says(word, there) for word in wanted)
