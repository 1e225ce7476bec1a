"""Which sentences of the passages answer a question best."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from mainstem.models.citation_marks import marks
from mainstem.models.extractive.sentences import split, units
from mainstem.models.extractive.steps import steps
from mainstem.models.stemming import stem, stems, words

MIN_COVERAGE = 0.42
"""Share of the question's content words, by weight, that the best passage must hold; below it the model refuses.

Measured on 500 questions of XQuAD, asked where the paragraph is and where only it is gone: at 0.42, 96.5 % of the first
are answered and 81.7 % of the others refused; at 0.40 it is 96.9 and 77.1, at 0.45 95.8 and 83.3.
"""

FEW, MORE = 300, 0.08
"""Among more passages one holds more of any question by chance: from so many on, each tenfold asks for so much more.

Measured over the 3,338 files of docs-corpora: of what they answer, passages hold 0.63 and more (15 of 16 questions), of
what nothing there answers, less than 0.62 (18 of 20).
"""

MIN_SHARE = 0.2
"""Share of the question's words, by how much they tell, that the first sentence and its headings must hold.

A passage may hold the words in its code or in a list of names, and none of its sentences be about them.
"""

MIN_SECOND, MIN_SECOND_SHARE = 0.65, 0.15
"""The second sentence's score, as a share of the first one's, and its share of the question: below, it is left out.

Measured on XQuAD: four of ten second sentences are left out, and with them 3 of 29 that alone hold the answer. Of the
same questions, two sentences hold the answer in 85.0 %, three in 89.6 %.
"""

MIN_LEAD = 0.5
"""Share of the question that a heading must hold for the first sentence below it to count as if it said these words.

A heading names what that sentence answers, so that it need not say it again; a title that shares one word does not.
"""

_PASSAGE_WEIGHT = 0.5
_HEADING_WEIGHT = 0.1
_LEAD_WEIGHT = 0.1
_KIND_BONUS = 0.12
_FRAGMENT_PENALTY = 0.25
_SHORT = 4
_YES_OR_NO = re.compile(
    r"\s*(?:is|are|was|were|do|does|did|can|could|may|must|should|will|has|have|had)\b", re.IGNORECASE
)
_WHO_OF = re.compile(r"\W*who\s+(?:is|was|are|were)\s+the\s+(?:[\w-]+\s+)??(?P<name>[\w-]+)\s+of\b", re.IGNORECASE)
_PAIR = re.compile(r"\w\W*:\W*\s\W*\w")
_DIGIT = re.compile(r"\d")
_NAME = re.compile(r"(?<=\s)[A-Z][a-z]+")


@dataclass(frozen=True)
class Quote:
    """A sentence, word by word, and the number of the passage that it stands in."""

    text: str
    n: int
    score: float = 0.0
    share: float = 0.0
    """How much of the question it and its headings hold."""


@dataclass(frozen=True)
class _Candidate:
    text: str
    n: int
    headings: str
    rank: float
    """Its passage's score, as a share of the best one's."""
    lead: str = ""
    """The heading right above it, if it is the first sentence there: a heading names what that sentence answers."""


def min_coverage(among: int) -> float:
    """The share of the question that the best of `among` passages must hold."""
    return MIN_COVERAGE + MORE * math.log10(max(among, FEW) / FEW)


def best(question: str, passages: Sequence[Mapping[str, Any]], count: int = 3) -> list[Quote]:
    """The `count` best sentences, best first; fewer when the others have too little to do with the question."""
    asked = frozenset(stems(question))
    found: dict[str, _Candidate] = {}
    for candidate in _candidates(asked, passages):
        # "Is it free?" is answered by "It is free.", "What is free?" is not
        if _YES_OR_NO.match(question) or not asked.issuperset(stems(candidate.text)):
            found.setdefault(candidate.text, candidate)
    if not _holds_the_name(question, found.values()):
        return []
    weights = _weights(asked, [asked.intersection(stems(text)) for text in found])
    quotes = [_scored(question, weights, candidate) for candidate in found.values()]
    said = _worth_saying(sorted(quotes, key=lambda quote: -quote.score))[:count]
    return _steps(question, said, passages) or said


def _holds_the_name(question: str, found: Iterable[_Candidate]) -> bool:
    """Whether anything speaks of a treasurer, where *Who is the treasurer of …?* is asked."""
    asked = _WHO_OF.match(question)
    if not asked:
        return True
    name = stem(asked["name"])
    return any(name in stems(f"{each.headings} {each.lead} {each.text}") for each in found)


def _steps(question: str, said: Sequence[Quote], passages: Sequence[Mapping[str, Any]]) -> list[Quote]:
    """All steps of the list that the best sentence is of, each a quote; none where it is of no list."""
    if not said:
        return []
    text = next((str(each.get("text") or "") for each in passages if each.get("n") == said[0].n), "")
    return [replace(said[0], text=line) for line in steps(question, said[0].text, text)]


def _candidates(asked: frozenset[str], passages: Sequence[Mapping[str, Any]]) -> Iterator[_Candidate]:
    top = max((float(passage.get("score") or 0.0) for passage in passages), default=0.0)
    for passage in passages:
        rank = float(passage.get("score") or 0.0) / top if top > 0 else 0.0
        path = str(passage.get("heading") or "")
        for heading, lead, sentence in _sentences(str(passage.get("text") or ""), path, asked):
            yield _Candidate(sentence, int(passage.get("n") or 0), f"{path} {heading}", rank, lead)


def _sentences(text: str, path: str, asked: frozenset[str]) -> Iterator[tuple[str, str, str]]:
    """Each sentence after the heading above it, and the same again if it is the first there.

    A paragraph that only asks, or names what is asked, heads the next.
    """
    over = lead = above = ""
    for unit in units(text, path.split(" > ")):
        if unit.heading != above:
            lead = above = unit.heading
        found = split(unit.text)
        if len(found) == 1 and (found[0].endswith("?") or _is_label(found[0], asked)):
            over = found[0]
            continue
        for sentence in found:
            yield f"{unit.heading} {over}", lead, sentence
            lead = ""
        over = ""


def _is_label(text: str, asked: frozenset[str]) -> bool:
    """Whether it only names what is asked; *Chair: Ada Bell* says something of it, and not of what comes next."""
    named = stems(text)
    return bool(named) and text[-1] not in ".!" and not _PAIR.search(text) and asked.issuperset(named)


def _scored(question: str, weights: Mapping[str, float], candidate: _Candidate) -> Quote:
    said = weights.keys() & set(stems(candidate.text))
    headed = weights.keys() & set(stems(candidate.headings))
    lead = set(stems(candidate.lead))
    # what is no sentence, as below the title of a slide, need not be about the heading above it
    led = weights.keys() & lead if _is_closed(candidate.text) else set[str]()
    score = _PASSAGE_WEIGHT * candidate.rank + _HEADING_WEIGHT * len(headed) / (len(weights) or 1)
    if _share(weights, led) >= MIN_LEAD:
        score += _LEAD_WEIGHT * len(led) / len(lead)
        said |= led
    score += _share(weights, said) + _form(question, candidate.text)
    return Quote(candidate.text, candidate.n, score, _share(weights, said | headed))


def _worth_saying(ranked: list[Quote]) -> list[Quote]:
    first = next((each for each in ranked if each.share >= MIN_SHARE), None)
    if first is None:
        return []
    others = (each for each in ranked if each is not first)
    least = MIN_SECOND * first.score
    return [first, *(each for each in others if each.score >= least and each.share >= MIN_SECOND_SHARE)]


def _weights(asked: frozenset[str], found: Sequence[frozenset[str]]) -> dict[str, float]:
    """How much each word of the question tells: the fewer sentences hold it, the more."""
    holding = Counter(word for words_found in found for word in words_found)
    return {word: math.log(1 + len(found) / (1 + holding[word])) for word in asked}


def _share(weights: Mapping[str, float], found: Set[str]) -> float:
    return sum(weights[word] for word in found) / (sum(weights.values()) or 1.0)


def _form(question: str, sentence: str) -> float:
    """What the shape of a sentence is worth: an answer of the kind asked for, a whole sentence, no mark of its own."""
    worth = _KIND_BONUS if _answers_kind(question.lower(), sentence) else 0.0
    if not _is_sentence(sentence):
        worth -= _FRAGMENT_PENALTY
    # its own [3] would read as a citation of ours
    return worth - 1.0 if any(marks(sentence)) else worth


def _is_sentence(text: str) -> bool:
    return _is_closed(text) and len(words(text)) >= _SHORT


def _is_closed(text: str) -> bool:
    return text[-1:] in ".!?\"”')"


def _answers_kind(question: str, sentence: str) -> bool:
    if re.search(r"\b(?:when|how (?:many|much|long|old|far|often)|what (?:year|date|percentage|number))\b", question):
        return bool(_DIGIT.search(sentence))
    asks_for_name = re.match(r"who|where|whose|whom", question)
    # a name that the question holds is not what it asks for
    return bool(asks_for_name) and any(name.lower() not in question for name in _NAME.findall(sentence))
