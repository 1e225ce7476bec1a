"""A summary made of sentences of the text: central ones, from each main section, none that says the same again.

How central a sentence is follows from how often the text says its words, and how unevenly; a word that the summary has
already said counts half, so that the next sentence is about something else.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from mainstem.models.citation_marks import marks
from mainstem.models.extractive.quotes import Quote
from mainstem.models.extractive.sentences import split, units
from mainstem.models.stemming import stems, words

MAX_WORDS, MAX_WORDS_ABOUT = 130, 80
"""Words of a summary, marks and list signs apart: of the whole, and of what is said about something."""

SLICES = 6
"""Parts that a text without headings is taken to have."""

MIN_FOCUS = 0.3
"""Share of what is asked about that a passage must hold, each word by how rare it is, or else nothing is said."""

_SAID_AGAIN, _SAME_SECTION = 0.5, 0.1
"""What a word counts each time that it is said again, and a sentence for each one of its section before it."""

_SAME = 0.6
"""Share of the shorter sentence's words from which on two say the same."""

_LEAD = 1.5
"""What the first sentence below a heading is worth, against the others: it says what the section is about."""
_FEWEST, _SHORT, _LONG = 3, 6, 45
"""Words that a sentence needs, and those between which it is neither a scrap nor a paragraph."""

_WHOLE = re.compile(r"[.!?][\"'”’)\]*_]*$")
_ANNOTATED = re.compile(r"[{}<>|]|https?://|\]\(")
_POINTS_BACK = re.compile(
    r"\W*(?:it|its|they|their|them|this|that|these|those|he|she|his|her|such|so|and|but|or|yeah|yes|no|okay|well)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class _Candidate:
    text: str
    n: int
    at: int
    """Its position among all sentences."""
    section: str
    length: int
    stems: frozenset[str]
    worth: float
    """What its shape, its place and what is asked about make of it, as a factor."""


def summary(passages: Sequence[Mapping[str, Any]], focus: str = "") -> list[Quote]:
    """The sentences that say most of `passages`, in their order; with a `focus`, most of what they say about that.

    Each passage has `n`, `document`, `heading` and `text`, and they stand in the order of their documents. Empty when
    they hold no whole sentence, or nothing about the focus.
    """
    shares = _shares(passages, focus)
    if max(shares, default=0.0) < MIN_FOCUS:
        return []
    sections = [""] * len(passages) if focus else _sections(passages)
    return _chosen(list(_candidates(passages, sections, shares)), MAX_WORDS_ABOUT if focus else MAX_WORDS)


def _chosen(candidates: list[_Candidate], left: int) -> list[Quote]:
    weights = _salience(candidates)
    chosen: list[_Candidate] = []
    said, sections = Counter[str](), Counter[str]()
    while best := _best(candidates, weights, said, sections, left):
        chosen.append(best)
        said.update(best.stems)
        sections[best.section] += bool(best.section)  # where all of it is about one thing, none is covered
        left -= best.length
        candidates = [each for each in candidates if not _same(each, best)]
    return [Quote(each.text, each.n) for each in sorted(chosen, key=lambda each: each.at)]


def _best(
    candidates: Sequence[_Candidate],
    weights: Mapping[str, float],
    said: Mapping[str, int],
    sections: Mapping[str, int],
    left: int,
) -> _Candidate | None:
    def worth(each: _Candidate) -> float:
        new = sum(weights[word] * _SAID_AGAIN ** said[word] for word in each.stems)
        return each.worth * new / math.sqrt(each.length) * _SAME_SECTION ** sections[each.section]

    return max((each for each in candidates if each.length <= left), key=worth, default=None)


def _salience(candidates: Sequence[_Candidate]) -> dict[str, float]:
    """What each word is worth: more the more sentences hold it, and nothing where all do."""
    holding = Counter(word for each in candidates for word in each.stems)
    return {word: math.log(1 + count) * math.log((1 + len(candidates)) / count) for word, count in holding.items()}


def _same(one: _Candidate, other: _Candidate) -> bool:
    return len(one.stems & other.stems) >= _SAME * min(len(one.stems), len(other.stems))


def _candidates(
    passages: Sequence[Mapping[str, Any]], sections: Sequence[str], shares: Sequence[float]
) -> Iterator[_Candidate]:
    at, above = 0, ("", "")
    for passage, section, share in zip(passages, sections, shares, strict=True):
        lead = _LEAD if (str(passage["document"]), str(passage.get("heading"))) != above else 1.0
        above = str(passage["document"]), str(passage.get("heading"))
        if not share:
            continue
        for sentence in _sentences(passage):
            at += 1
            found, length = frozenset(stems(sentence)), len(words(sentence))
            if worth := _form(sentence, length):
                yield _Candidate(sentence, int(passage["n"]), at, section, length, found, worth * lead * share**2)
                lead = 1.0


def _sentences(passage: Mapping[str, Any]) -> Iterator[str]:
    headings = str(passage.get("heading") or "").split(" > ")
    for unit in units(str(passage["text"]), headings):
        yield from split(unit.text)


def _form(sentence: str, length: int) -> float:
    """What the shape of a sentence is worth in a summary, 0 to 1; its own [3] would read as a citation of ours."""
    if length < _FEWEST or any(marks(sentence)):
        return 0.0
    worth = (1.0 if _WHOLE.search(sentence) else 0.5) * (0.7 if _POINTS_BACK.match(sentence) else 1.0)
    worth *= 1.0 if _SHORT <= length <= _LONG else 0.3
    return worth * (0.5 if _ANNOTATED.search(sentence) or sentence.endswith("?") else 1.0)


def _sections(passages: Sequence[Mapping[str, Any]]) -> list[str]:
    """What each passage is a part of: its document, or its main section where there is only one document."""
    paths: dict[str, list[list[str]]] = defaultdict(list)
    for passage in passages:
        paths[str(passage["document"])].append(str(passage.get("heading") or "").split(" > "))
    if len(paths) > 1:
        return [str(passage["document"]) for passage in passages]
    return [f"section {section}" for own in paths.values() for section in _main(own)]


def _main(paths: Sequence[Sequence[str]]) -> list[str]:
    """The first heading of each path that not all of them have; equal slices where there is none."""
    above = len(list(takewhile(lambda level: len(set(level)) == 1, zip(*paths, strict=False))))
    named = [path[above] if len(path) > above else "" for path in paths]
    if len(set(named)) > 1:
        return named
    return [str(at * SLICES // len(paths)) for at in range(len(paths))]


def _shares(passages: Sequence[Mapping[str, Any]], focus: str) -> list[float]:
    """How much of what is asked about each passage holds, up to twice as much where its headings or its document's
    name do; 1 for all where nothing is asked about.
    """
    asked = frozenset(stems(focus))
    if not asked:
        return [1.0] * len(passages)
    headed = [asked.intersection(stems(f"{_spaced(passage)} {passage.get('heading') or ''}")) for passage in passages]
    held = [
        over.union(asked.intersection(stems(str(each["text"])))) for over, each in zip(headed, passages, strict=True)
    ]
    holding = Counter(word for found in held for word in found)
    weights = {word: math.log(1 + len(passages) / (1 + holding[word])) for word in asked}
    whole = sum(weights.values()) or 1.0

    def share(found: frozenset[str]) -> float:
        return sum(weights[word] for word in found) / whole

    return [share(found) * (1 + share(over)) for found, over in zip(held, headed, strict=True)]


def _spaced(passage: Mapping[str, Any]) -> str:
    return re.sub(r"[\W_]+", " ", str(passage["document"]))
