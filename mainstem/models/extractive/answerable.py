"""Whether the sentences that come nearest to a question answer it: one may hold its words, and say something else."""

import re
from collections.abc import Mapping, Sequence, Set
from itertools import takewhile
from typing import Any

from mainstem.models.extractive.evidence import CERTAIN, LEAST, evidence
from mainstem.models.extractive.expected import expected
from mainstem.models.extractive.kinds import NAMING, holds
from mainstem.models.extractive.labels import another_is_meant, speaks_of_it
from mainstem.models.extractive.quotes import Quote, min_coverage
from mainstem.models.extractive.unsaid import (
    NEARLY_ALL,
    SHORT,
    best_coverage,
    capitals,
    content,
    is_of_something_else,
    is_scattered,
    lacks_a_denial,
    lacks_a_word,
    lacks_a_year,
    own,
    says,
    shares_one_word,
)
from mainstem.models.stemming import stem, stems, words
from mainstem.models.support.figures import WORDS
from mainstem.models.support.names import names
from mainstem.stores.knowledge.stop_words import STOP_WORDS

FITS = 0.6
"""How much of the question, against the best sentence, one from elsewhere must hold for its number or name to count."""

_FIELD = re.compile(r"\bwhat(?:'s| is| was| are| were)\b.*(?:['’]s? (\w+)|\bthe (\w+) of\b.*)\W*\Z", re.IGNORECASE)
_ROW = re.compile(r"\w: \S.* \| \w")
_MANY = re.compile(r"\bhow many ((?:[\w-]+ ?){1,3})", re.IGNORECASE)
_NUMBERED = re.compile(
    rf"(?<![\w.:,$€£])(?!(?:1\d|20)\d\d\b)(?:\d[\d,.]*(?![:\w%])|\b(?:{'|'.join(sorted(WORDS))})\b)"
    r"(?P<behind>(?: [^\W\d][\w'-]*){0,3})",
    re.IGNORECASE,
)
"""A number that is no year and no sum of money, and the words behind it."""

_ANYBODY = frozenset(map(stem, ("people", "persons", "times", "ones")))


def answers(question: str, said: Sequence[Quote], passages: Sequence[Mapping[str, Any]], among: int = 0) -> bool:
    """Whether one of `said`, the nearest first, names what the question asks for, and of the thing that it asks of.

    `among`: of how many passages those are the best.
    """
    found, is_short = evidence(question, said, passages, among), len(content(question)) <= SHORT
    if found < LEAST or (is_short and best_coverage(passages) < min_coverage(among)):
        return False
    kind = expected(question)
    least = FITS * max(quote.share for quote in said)
    fitting = [each for each in said if holds(kind, question, each.text) and _fits(each, said, least)]
    if kind == "number" and (counted := _counted(question)):
        fitting = [each for each in fitting if _counts(counted, each)]
    if kind and (found < CERTAIN or is_short):
        fitting = [each for each in fitting if not _names_others(question, each)]
    if not fitting or _is_of_another(question, said) or _lacks_the_field(question, said):
        return False
    unsure = found < CERTAIN or best_coverage(passages) >= NEARLY_ALL
    if (
        lacks_a_denial(question, said)
        or lacks_a_year(question, said)
        or shares_one_word(question, said)
        or (unsure and is_of_something_else(question, said))
    ):
        return False
    if found < CERTAIN and lacks_a_word(question, said):
        return False
    return not (kind and is_scattered(question, fitting, passages))


def _counted(question: str) -> frozenset[str]:
    """The stems of what is counted: *How many boats …?* is answered by no number of cabins; *people* has many names."""
    found = _MANY.search(question)
    named = list(takewhile(lambda word: word.lower() not in STOP_WORDS, words(found[1]) if found else []))
    plural = next((at for at, word in enumerate(named, 1) if word.endswith("s")), len(named))
    counted = frozenset(map(stem, named[:plural]))  # sopranos, of *How many sopranos sing …?*
    return frozenset() if counted & _ANYBODY else counted


def _counts(counted: Set[str], quote: Quote) -> bool:
    """Whether a sentence speaks of what is counted, and one of its numbers is not of something else that it names."""
    if not _any_of(counted, set(stems(own(quote, quote.heading)))):
        return False
    if _ROW.search(quote.text):
        return True
    behind = [found["behind"] for found in _NUMBERED.finditer(NAMING.sub(" ", quote.text))]
    if not behind:  # half of them, hundreds: no year
        return not any(map(str.isdigit, quote.text))
    return any(_is_open(each) or _any_of(counted, set(stems(each))) for each in behind)


def _is_open(behind: str) -> bool:
    """Whether a number is said of nothing: what is behind it is no noun."""
    return not behind.strip() or behind.split()[0].lower() in STOP_WORDS


def _names_others(question: str, quote: Quote) -> bool:
    """Whether the question is about a name, and the sentence about other ones: it only stands beside the name."""
    asked = set(map(stem, capitals(question)))
    if not asked or _any_of(asked, set(stems(own(quote)))):
        return False
    return any(name.sure and stem(name.text) not in asked for name in names(quote.text))


def _fits(quote: Quote, said: Sequence[Quote], least: float) -> bool:
    """Whether it has to do with the question: by its own words, or because it stands next to what has."""
    near = (each for each in said if each.n == quote.n and each.heading == quote.heading)
    return quote.share >= least or any(each.share >= least for each in near)


def _is_of_another(question: str, said: Sequence[Quote]) -> bool:
    if any(speaks_of_it(question, each.text) for each in said):
        return False
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
