"""Which sentences of the passages answer a question best."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mainstem.models.extractive.sentences import sentences
from mainstem.models.marks import marks
from mainstem.models.words import stems, words

MIN_COVERAGE = 0.45
"""Share of the question's content words, by weight, that the best passage must hold; below it the model refuses.

Measured on XQuAD (1,190 questions, asked of all articles, and of the half without the answer): at 0.45, 93.5 % of what
can be answered is, and 93.7 % of what cannot is refused; at 0.40 it is 96.6 and 88.8, at 0.50 90.3 and 95.8.
"""

_PASSAGE_WEIGHT = 0.5
_HEADING_WEIGHT = 0.1
_KIND_BONUS = 0.12
_FRAGMENT_PENALTY = 0.25
_SHORT = 4
_DIGIT = re.compile(r"\d")
_NAME = re.compile(r"(?<=\s)[A-Z][a-z]+")


@dataclass(frozen=True)
class Quote:
    """A sentence, word by word, and the number of the passage that it stands in."""

    text: str
    n: int
    score: float = 0.0


def best(question: str, passages: Sequence[Mapping[str, Any]], count: int = 2) -> list[Quote]:
    """The `count` best sentences, best first; fewer when there are fewer. A sentence that stands twice counts once."""
    asked = frozenset(stems(question))
    top = max((float(passage.get("score") or 0.0) for passage in passages), default=0.0)
    bonuses: dict[Quote, float] = {}
    for passage in passages:
        relative = float(passage.get("score") or 0.0) / top if top > 0 else 0.0
        heading = asked.intersection(stems(str(passage.get("heading") or "")))
        bonus = _PASSAGE_WEIGHT * relative + _HEADING_WEIGHT * len(heading) / (len(asked) or 1)
        for sentence in sentences(str(passage.get("text") or "")):
            bonuses.setdefault(Quote(sentence, int(passage.get("n") or 0)), bonus)
    found = {quote: asked.intersection(stems(quote.text)) for quote in bonuses}
    weights = _weights(asked, list(found.values()))
    scored = [
        replace(quote, score=bonus + _share(weights, found[quote]) + _form(question, quote.text))
        for quote, bonus in bonuses.items()
    ]
    return _unlike(sorted(scored, key=lambda quote: -quote.score), count)


def _unlike(ranked: list[Quote], count: int) -> list[Quote]:
    first: dict[str, Quote] = {}
    for quote in ranked:
        first.setdefault(quote.text, quote)
    return list(first.values())[:count]


def _weights(asked: frozenset[str], found: Sequence[frozenset[str]]) -> dict[str, float]:
    """How much each word of the question tells: the fewer sentences hold it, the more."""
    holding = Counter(word for words_found in found for word in words_found)
    return {word: math.log(1 + len(found) / (1 + holding[word])) for word in asked}


def _share(weights: Mapping[str, float], found: frozenset[str]) -> float:
    return sum(weights[word] for word in found) / (sum(weights.values()) or 1.0)


def _form(question: str, sentence: str) -> float:
    """What the shape of a sentence is worth: an answer of the kind asked for, a whole sentence, no mark of its own."""
    worth = _KIND_BONUS if _answers_kind(question.lower(), sentence) else 0.0
    if sentence[-1:] not in ".!?\"”')" or len(words(sentence)) < _SHORT:
        worth -= _FRAGMENT_PENALTY
    # its own [3] would read as a citation of ours
    return worth - 1.0 if any(marks(sentence)) else worth


def _answers_kind(question: str, sentence: str) -> bool:
    if re.search(r"\b(?:when|how (?:many|much|long|old|far|often)|what (?:year|date|percentage|number))\b", question):
        return bool(_DIGIT.search(sentence))
    return bool(re.match(r"who|where|whose|whom", question)) and bool(_NAME.search(sentence))
