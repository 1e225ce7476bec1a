"""The sentences of the passages that were found, each with what stands above and around it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mainstem.models.extractive.sentences import split, title, units
from mainstem.models.stemming import stems

_PAIR = re.compile(r"\w\W*:\W*\s\W*\w")


NEAR_BEST = 0.65
"""Share of the best score that a passage must have to be quoted: search gives more, for models that read it all."""


@dataclass(frozen=True)
class Candidate:
    """A sentence that may be quoted."""

    text: str
    n: int
    """The number of its passage."""
    at: int
    """Which sentence of its passage it is."""
    document: str
    """The document's name, and the heading that its passage begins with: its title, where it is short."""
    path: str
    """The headings that its passage stands under."""
    heading: str
    """The heading right above it."""
    lead: str
    """The same, if it is the first sentence there: a heading names what that sentence answers."""
    around: str
    """The sentences before and after it: *It is 52 metres long* says of what in the one before."""
    rank: float
    """Its passage's score, as a share of the best one's."""

    @property
    def headings(self) -> str:
        """All headings above it."""
        return f"{self.path} {self.heading}"


def near_best(passages: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that score enough beside the best one to be quoted."""
    least = NEAR_BEST * max((float(passage.get("score") or 0.0) for passage in passages), default=0.0)
    return [passage for passage in passages if float(passage.get("score") or 0.0) >= least]


def candidates(asked: frozenset[str], passages: Sequence[Mapping[str, Any]]) -> Iterator[Candidate]:
    """The sentences of `passages` in order; `asked` are the stems of the question."""
    top = max((float(passage.get("score") or 0.0) for passage in passages), default=0.0)
    for passage in passages:
        rank = float(passage.get("score") or 0.0) / top if top > 0 else 0.0
        n, document, path = int(passage.get("n") or 0), passage.get("document") or "", str(passage.get("heading") or "")
        text = str(passage.get("text") or "")
        found = list(_sentences(text, path, asked))
        for at, (heading, lead, sentence) in enumerate(found):
            around = " ".join(other for _, _, other in (*found[max(at - 1, 0) : at], *found[at + 1 : at + 2]))
            yield Candidate(sentence, n, at, f"{document} {title(text)}", path, heading, lead, around, rank)


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
