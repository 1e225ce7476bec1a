"""Which sentences of the passages answer a question best."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mainstem.models.extractive.sentences import sentences
from mainstem.models.words import stems, words

MIN_COVERAGE = 0.5
"""Share of the question's content words that the best passage must hold; below it the default model refuses."""

_PASSAGE_WEIGHT = 0.35
_HEADING_WEIGHT = 0.1
_KIND_BONUS = 0.12
_FRAGMENT_PENALTY = 0.25
_SHORT, _LONG = 4, 60
_MARKER = re.compile(r"\[\d{1,3}\]")
_DIGIT = re.compile(r"\d")
_NAME = re.compile(r"(?<=\s)[A-Z][a-z]+")


@dataclass(frozen=True)
class Quote:
    """A sentence, word by word, and the number of the passage that it stands in."""

    text: str
    n: int
    score: float


def best(question: str, passages: Sequence[Mapping[str, Any]], count: int = 2) -> list[Quote]:
    """The `count` best sentences, best first; fewer when there are fewer. A sentence that stands twice counts once."""
    asked = set(stems(question))
    top = max((float(passage.get("score") or 0.0) for passage in passages), default=0.0)
    quotes: dict[str, Quote] = {}
    for passage in passages:
        relative = float(passage.get("score") or 0.0) / top if top > 0 else 0.0
        heading = set(stems(str(passage.get("heading") or "")))
        bonus = _PASSAGE_WEIGHT * relative + _HEADING_WEIGHT * _share(asked, heading)
        for sentence in sentences(str(passage.get("text") or "")):
            quote = Quote(sentence, int(passage.get("n") or 0), bonus + _fit(question, asked, sentence))
            if sentence not in quotes or quotes[sentence].score < quote.score:
                quotes[sentence] = quote
    return sorted(quotes.values(), key=lambda quote: -quote.score)[:count]


def _fit(question: str, asked: set[str], sentence: str) -> float:
    length = len(words(sentence))
    score = _share(asked, set(stems(sentence)))
    if _answers_kind(question.lower(), sentence):
        score += _KIND_BONUS
    if sentence[-1:] not in ".!?\"”')" or length < _SHORT:
        score -= _FRAGMENT_PENALTY
    if _MARKER.search(sentence):
        score -= 1.0  # its own [3] would read as a citation of ours
    return score - 0.1 * max(0, length - _LONG) / _LONG


def _answers_kind(question: str, sentence: str) -> bool:
    if re.search(r"\b(?:when|how (?:many|much|long|old|far|often)|what (?:year|date|percentage|number))\b", question):
        return bool(_DIGIT.search(sentence))
    return bool(re.match(r"who|where|whose|whom", question)) and bool(_NAME.search(sentence))


def _share(asked: set[str], found: set[str]) -> float:
    return len(asked & found) / len(asked) if asked else 0.0
