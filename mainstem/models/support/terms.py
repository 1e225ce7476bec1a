"""A text laid out as its words, each with the sentence and the clause that it stands in, and the terms among them.

A term is a name, a date, a percentage, a sum of money or another number: what can be put in the place of another of
its kind without the sentence sounding wrong.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from mainstem.stores.knowledge.stop_words import STOP_WORDS

from ..extractive.sentences import split
from ..stemming import stem
from .figures import WORDS
from .vocabulary import listed

_WORD = re.compile(r"[$€£]?\d[\d.,]*\d%?|[$€£]?\d%?|[^\W_]+(?:['’.-][^\W_]+)*|[.,;:!?()–—]")
_STOP = frozenset(".,;:!?()–—")
_YEAR = re.compile(r"(?:1\d{3}|20\d\d)s?\Z")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th)\Z")
_MONTHS = listed("january february march april may june july august september october november december")
_VAGUE = listed("one first second")
"""Numbers that are said without counting: *the first*, *one of them*."""
_LINKS = listed("of the de von van al")
"""Small words within a name: *Bank of Ireland*."""
_PREFIX = 5
"""Letters in which two longer stems must agree to be taken for forms of one word."""


class Term(NamedTuple):
    """The words `begin` up to `end` of a text: one name, date or number."""

    kind: str
    begin: int
    end: int
    stems: frozenset[str]


class Layout:
    """The words of a text by their places, counted from 0."""

    def __init__(self, text: str) -> None:
        self.words: list[str] = []
        self.sentence: list[int] = []
        self._clause: list[int] = []
        self._lay(text)
        self.lower = [word.lower() for word in self.words]
        self.stems = ["" if word in STOP_WORDS else stem(word) for word in self.lower]
        """Empty where the word carries no content."""
        self.places: dict[str, list[int]] = {}
        for place, each in enumerate(self.stems):
            if each:
                self.places.setdefault(each, []).append(place)
        self._forms = {each[:_PREFIX]: each for each in reversed(self.places) if len(each) >= _PREFIX}
        self._kinds = [self._kind(place) for place in range(len(self.words))]
        self.terms = list(self._terms())

    def form(self, word: str) -> str:
        """The stem that stands here for `word`, perhaps with another ending; empty if none does."""
        if word in self.places:
            return word
        return self._forms.get(word[:_PREFIX], "") if len(word) >= _PREFIX else ""

    def content(self, begin: int, end: int) -> frozenset[str]:
        """The stems of the words from `begin` up to `end`."""
        return frozenset(filter(None, self.stems[begin:end]))

    def kinds(self, begin: int, end: int) -> frozenset[str]:
        """The kinds of the terms among these words."""
        return frozenset(filter(None, self._kinds[begin:end]))

    def describes(self, term: Term) -> bool:
        """Whether a name only says of which kind the next word's thing is: *the French throne*."""
        after = term.end
        if term.kind != "name" or after == len(self.words) or self._clause[after] != self._clause[term.begin]:
            return False
        word = self.words[after]
        return word.islower() and word not in STOP_WORDS and not word.endswith(("ed", "s"))

    def _kind(self, place: int) -> str:
        """What kind of term a word belongs to; empty for ordinary words."""
        word, lower = self.words[place], self.lower[place]
        beside = {*self.lower[max(0, place - 1) : place], *self.lower[place + 1 : place + 2]}
        if lower in _MONTHS and word[0].isupper():
            return "date"
        if word[0] in "$€£":
            return "money"
        if word[0].isdigit():
            return _number(lower, beside)
        if lower in WORDS - _VAGUE:
            return "number"
        return "name" if word[0].isupper() and lower not in STOP_WORDS and not self._only_begins(place) else ""

    def _lay(self, text: str) -> None:
        clause = 0
        for number, each in enumerate(split(" ".join(text.split()))):
            clause += 1
            for word in _WORD.findall(each):
                if word in _STOP:
                    clause += 1
                    continue
                self.words.append(word)
                self.sentence.append(number)
                self._clause.append(clause)

    def _only_begins(self, place: int) -> bool:
        """Whether a word has its capital perhaps only because a sentence begins with it."""
        if place and self.sentence[place - 1] == self.sentence[place]:
            return False
        return place + 1 == len(self.words) or not self.words[place + 1][0].isupper()

    def _terms(self) -> Iterator[Term]:
        kinds = self._kinds
        begin = 0
        while begin < len(kinds):
            end = begin + 1
            while kinds[begin] and self._goes_on(begin, end):
                end += 1
            if kinds[begin]:
                yield Term(kinds[begin], begin, end, self.content(begin, end))
            begin = end

    def _goes_on(self, begin: int, end: int) -> bool:
        kinds, kind, clause = self._kinds, self._kinds[begin], self._clause[begin]
        if end == len(kinds) or self._clause[end] != clause:
            return False
        if kinds[end] == kind:
            return True
        links = kind == "name" and self.lower[end] in _LINKS and end + 1 < len(kinds)
        return links and kinds[end + 1] == kind and self._clause[end + 1] == clause


lay_out = lru_cache(maxsize=256)(Layout)
"""The layout of a text. An answer cites a few passages many times."""


def _number(word: str, beside: set[str]) -> str:
    if word.endswith("%") or beside & {"percent", "per"}:
        return "percent"
    if _YEAR.match(word) or beside & _MONTHS:
        return "date"
    if _ORDINAL.match(word):
        return "date" if any(each.startswith("centur") for each in beside) else "ordinal"
    return "number"
