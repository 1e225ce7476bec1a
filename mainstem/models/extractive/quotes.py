"""Which sentences of the passages answer a question best."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

from mainstem.models.citation_marks import marks
from mainstem.models.extractive.candidates import Candidate, candidates
from mainstem.models.extractive.expected import asking_words, expected
from mainstem.models.extractive.kinds import holds
from mainstem.models.extractive.steps import steps, steps_named
from mainstem.models.stemming import stem, stems, words

MIN_COVERAGE = 0.41
"""Share of a short question's content words, by weight, that the best passage must hold to be quoted as an answer.

Where it is not reached, what comes nearest is not shown either, and tables are asked first.
"""

FEW, MORE = 300, 0.08
"""Among more passages one holds more of any question by chance: from so many on, each tenfold asks for so much more.

Measured over the 3,338 files of docs-corpora: of what they answer, passages hold 0.63 and more (15 of 16 questions), of
what nothing there answers, less than 0.62 (18 of 20).
"""

MIN_SHARE = 0.15
"""Share of the question's words, by how much they tell, that the first sentence and its headings must hold.

A passage may hold the words in its code or in a list of names, and none of its sentences be about them.
"""

MIN_NEAR, MIN_FAR = (0.5, 0.05), (0.65, 0.15)
"""Of a further sentence, its score as a share of the first one's, and its share of the question, below which it is left
out: where it stands in the same passage, and where in another.

Measured on XQuAD: of what is not refused, the quotes hold the answer in 93.7 %, with 0.65 and 0.15 for both in 92.2 %.
"""

LATEST = 1.5
"""What the words of a follow-up count against what it takes over: *What about guests?* is not about staff again."""

NEXT = 2
"""How many sentences further on a number, a name or a day is looked for that none of the best ones names."""

MIN_LEAD = 0.5
"""Share of the question that a heading must hold for the first sentence below it to count as if it said these words.

A heading names what that sentence answers, so that it need not say it again; a title that shares one word does not.
"""

_PASSAGE_WEIGHT = 0.5
_HEADING_WEIGHT = 0.1
_LEAD_WEIGHT = 0.1
_AROUND_WEIGHT = 0.2
_KIND_BONUS = 0.12
_FRAGMENT_PENALTY = 0.25
_SHORT = 4
_YES_OR_NO = re.compile(
    r"\s*(?:is|are|was|were|do|does|did|can|could|may|must|should|will|has|have|had)\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"\(?https?://[^\s)>]+\)?")
_WHO_OF = re.compile(
    r"\W*who\s+(?:is|was|are|were)\s+the\s+(?:[\w-]+\s+)??(?P<name>[\w-]+)\s+of\b(?P<of>.*)", re.IGNORECASE
)


@dataclass(frozen=True)
class Quote:
    """A sentence, word by word, and the number of the passage that it stands in."""

    text: str
    n: int
    score: float = 0.0
    share: float = 0.0
    """How much of the question it and its headings hold."""
    at: int = 0
    """Which sentence of its passage it is."""
    heading: str = ""
    """The heading right above it."""
    above: str = ""
    """All that stands above it: headings and the document's name."""
    around: str = ""
    """What stands right before and after it."""

    @property
    def about(self) -> str:
        """All that stands above and around it."""
        return f"{self.above} {self.around}"


def min_coverage(among: int) -> float:
    """The share of the question that the best of `among` passages must hold."""
    return MIN_COVERAGE + MORE * math.log10(max(among, FEW) / FEW)


def best(question: str, passages: Sequence[Mapping[str, Any]], count: int = 3, latest: str = "") -> list[Quote]:
    """The `count` best sentences, best first; fewer when the others have too little to do with the question.

    `latest` is what of the question was asked last, where the rest is taken over from what was asked before.

    Where none of them names the kind of thing that is asked for, a sentence next to them that does is the last of them.
    """
    every = frozenset(stems(question))
    asked = every - asking_words(question) or every
    found: dict[str, Candidate] = {}
    for candidate in candidates(asked, passages):
        # "Is it free?" is answered by "It is free.", "What is free?" is not
        if _YES_OR_NO.match(question) or not asked.issuperset(stems(candidate.text)):
            found.setdefault(candidate.text, candidate)
    if not _holds_the_name(question, found.values()):
        return []
    weights = _weights(asked, [asked.intersection(stems(text)) for text in found])
    # what nothing here says tells none of them apart
    new = {word for word in stems(latest) if any(word in stems(text) for text in found)}
    weights = _with_latest(weights, weights.keys() & new)
    quotes = [_scored(question, weights, each) for each in found.values() if not new or _speaks_of(new, each)]
    said = _worth_saying(sorted(quotes, key=lambda quote: -quote.score))[:count]
    return _steps(question, said, passages) or _completed(question, said, quotes, count)


def _speaks_of(new: Set[str], candidate: Candidate) -> bool:
    """Whether it has to do with what a follow-up asks of now, and not only with what was asked of before."""
    return not new.isdisjoint(stems(f"{candidate.document} {candidate.headings} {candidate.around} {candidate.text}"))


def _completed(question: str, said: list[Quote], quotes: Sequence[Quote], count: int) -> list[Quote]:
    """With the sentence that names a thing of the kind asked for, where only one next to these does."""
    kind = expected(question)
    if any(holds(kind, question, quote.text) for quote in said):
        return said
    beside = (each for each in quotes if any(_next_to(each, quote) for quote in said))
    fitting = (each for each in beside if holds(kind, question, each.text))
    nearest = max(fitting, key=lambda quote: quote.score, default=None)
    return [*said[: count - 1], nearest] if nearest else said


def _next_to(one: Quote, other: Quote) -> bool:
    return one.n == other.n and one.heading == other.heading and 0 < abs(one.at - other.at) <= NEXT


def _holds_the_name(question: str, found: Iterable[Candidate]) -> bool:
    """Whether anything speaks of a treasurer, where *Who is the treasurer of …?* is asked."""
    asked = _WHO_OF.match(question)
    if not asked:
        return True
    name, of = stem(asked["name"]), frozenset(stems(asked["of"]))
    there = (frozenset(stems(f"{each.document} {each.headings} {each.around} {each.text}")) for each in found)
    return any(name in each and (not of or of & each) for each in there)


def _steps(question: str, said: Sequence[Quote], passages: Sequence[Mapping[str, Any]]) -> list[Quote]:
    """All steps of the list that the best sentence is of, each a quote; none where it is of no list."""
    if not said:
        return []
    text = next((str(each.get("text") or "") for each in passages if each.get("n") == said[0].n), "")
    if found := steps(question, said[0].text, text):
        return [replace(said[0], text=line) for line in found]
    for each in passages:
        name = f"{each.get('document') or ''} {each.get('heading') or ''}"
        if found := steps_named(question, name, str(each.get("text") or "")):
            return [replace(said[0], text=line, n=int(each["n"]), above=name) for line in found]
    return []


def _scored(question: str, weights: Mapping[str, float], candidate: Candidate) -> Quote:
    said = weights.keys() & set(stems(candidate.text))
    headed = weights.keys() & set(stems(candidate.headings))
    lead = set(stems(candidate.lead))
    # what is no sentence, as below the title of a slide, need not be about the heading above it
    led = weights.keys() & lead if _is_closed(candidate.text) else set[str]()
    score = _PASSAGE_WEIGHT * candidate.rank + _HEADING_WEIGHT * len(headed) / (len(weights) or 1)
    if _share(weights, led) >= MIN_LEAD:
        score += _LEAD_WEIGHT * len(led) / len(lead)
        said |= led
    around = (weights.keys() & set(stems(candidate.around))) - said
    score += _share(weights, said) + _AROUND_WEIGHT * _share(weights, around) + _form(question, candidate.text)
    above = f"{candidate.document} {candidate.headings}"
    share = _share(weights, said | headed)
    return Quote(candidate.text, candidate.n, score, share, candidate.at, candidate.heading, above, candidate.around)


def _worth_saying(ranked: list[Quote]) -> list[Quote]:
    first = next((each for each in ranked if each.share >= MIN_SHARE), None)
    if first is None:
        return []
    return [first, *(each for each in ranked if each is not first and _adds(each, first))]


def _adds(other: Quote, first: Quote) -> bool:
    """Whether another one is worth saying beside the first; less is asked of a sentence from the same passage."""
    score, share = MIN_NEAR if other.n == first.n and _is_closed(other.text) else MIN_FAR
    return other.score >= score * first.score and other.share >= share


def _weights(asked: frozenset[str], found: Sequence[frozenset[str]]) -> dict[str, float]:
    """How much each word of the question tells: the fewer sentences hold it, the more."""
    holding = Counter(word for words_found in found for word in words_found)
    return {word: math.log(1 + len(found) / (1 + holding[word])) for word in asked}


def _with_latest(weights: dict[str, float], latest: Set[str]) -> dict[str, float]:
    new = sum(weights[word] for word in latest)
    old = sum(weights.values()) - new
    more = max(LATEST * old / new, 1.0) if new else 1.0
    return {word: weight * more if word in latest else weight for word, weight in weights.items()}


def _share(weights: Mapping[str, float], found: Set[str]) -> float:
    return sum(weights[word] for word in found) / (sum(weights.values()) or 1.0)


def _form(question: str, sentence: str) -> float:
    """What the shape of a sentence is worth: an answer of the kind asked for, a whole sentence, no mark of its own."""
    kind = expected(question)
    worth = _KIND_BONUS if kind and holds(kind, question, sentence) else 0.0
    if not _is_sentence(sentence):
        worth -= _FRAGMENT_PENALTY
    # its own [3] would read as a citation of ours
    return worth - 1.0 if any(marks(sentence)) else worth


def _is_sentence(text: str) -> bool:
    said = _ADDRESS.sub("", text)
    return _is_closed(text) and len(words(said)) >= _SHORT and 2 * len(said) >= len(text)


def _is_closed(text: str) -> bool:
    return text[-1:] in ".!?\"”')"
