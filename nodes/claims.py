"""An answer cut into what it claims: sentences, each with where it stands and the marks that cite for it."""

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from mainstem.models.citation_marks import Mark, fences, marks
from mainstem.models.extractive.sentences import split
from mainstem.models.stemming import stems

_NO_PROSE = re.compile(r"^[ \t]*(?:#{1,6}[ \t].*|\|[-:| ]+\||\[\^?\d{1,4}\]:.*|[-*_=~ \t]{3,})$", re.MULTILINE)
_HEADING = re.compile(r"^[ \t]*(#{1,6}[ \t].*)$", re.MULTILINE)
_HEADING_MARK = re.compile(r"#{1,6}[ \t]+")
_BLOCK = re.compile(r"\n[ \t]*(?:\n|(?=\||(?:[-*+•]|\d{1,3}[.)])[ \t]))|\Z")
_LIST_MARK = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+")
_ABOUT_ITSELF = re.compile(
    r"\b(?:I|we) (?:found nothing|could not|couldn't|cannot|can't|do not|don't|am not|did not|didn't)\b|"
    r"\b(?:I am|I was|I'm|we are) unable\b|"
    r"\b(?:documents|passages|sources|text|excerpts?) (?:do|does|did)(?: not|n't)\b|\bno (?:information|mention)\b|"
    r"\bnot (?:mentioned|stated|specified|found|available|provided|covered) in\b|"
    r"\AName another folder with --docs\b|"  # what the default model says behind a refusal
    r"\A\W*(?:hello|hi|sorry|thanks?|sure|please|let me)\b|\A\(Taken “",
    re.IGNORECASE,
)
_LEAD = re.compile(r"[?:]\W*\Z|\A\|")
_FEWEST = 3
"""Content words of a sentence that claims something: *Yes, that is right* does not."""


class Claim(NamedTuple):
    """Words of an answer that stand or fall together, and the marks behind them; `end` is behind the last mark."""

    text: str
    start: int
    end: int
    marks: tuple[Mark, ...]
    heading: bool = False

    def moved(self, by: int) -> "Claim":
        """The same claim, so many characters further on."""
        moved = tuple(mark.moved(by) for mark in self.marks)
        return self._replace(start=self.start + by, end=self.end + by, marks=moved)

    @property
    def claims(self) -> bool:
        """Whether it says something that a source could say: no question, no lead, no refusal, no table."""
        long = len(set(stems(self.text))) >= _FEWEST
        return long and not _LEAD.search(self.text) and not _ABOUT_ITSELF.search(self.text)


class Sentence(NamedTuple):
    """Where a sentence begins, behind the mark of a list, and what it claims."""

    start: int
    claims: list[Claim]


def claims(text: str) -> list[Claim]:
    """The sentences of an answer in order, cut again behind each mark within one; no tables or code.

    Nor a heading, unless it cites: then it is a sentence.
    A mark belongs to the words before it, also when it stands behind the full stop or in a line of its own.
    """
    return [claim for sentence in claims_of(text, list(marks(text))) for claim in sentence.claims]


def claims_of(text: str, found: list[Mark]) -> list[Sentence]:
    """The sentences of `text` in order; `found`: its marks."""
    places = list(_sentences(_blanked(text, found)))
    ends = [start for start, _ in places[1:]] + [len(text)]
    said: list[Sentence] = []
    rest = deque(found)
    for (start, stop), limit in zip(places, ends, strict=False):
        own: list[Mark] = []
        while rest and rest[0].start < limit:
            own.append(rest.popleft())
        said.append(Sentence(start, list(_parts(text, start, stop, own))))
    return said


def _parts(text: str, start: int, stop: int, found: list[Mark]) -> Iterator[Claim]:
    """A sentence, in as many parts as it has groups of marks; what follows the last group belongs to it."""
    heading = _HEADING_MARK.match(text, start)
    begin = min([heading.end() if heading else start, *(mark.start for mark in found)])
    groups = list(_groups(text, stop, found))
    for group in groups[:-1]:
        yield _claim(text, begin, group[-1].end, stop, group)._replace(heading=heading is not None)
        begin = group[-1].end
    last = groups[-1] if groups else []
    whole = _claim(text, begin, max([stop, *(mark.end for mark in last)]), stop, last)
    yield whole._replace(heading=heading is not None)


def _groups(text: str, stop: int, found: list[Mark]) -> Iterator[list[Mark]]:
    """Marks that stand together, or all behind the sentence."""
    group: list[Mark] = []
    for mark in found:
        if group and group[-1].end < stop and text[group[-1].end : mark.start].strip(" \t\n,;.!?"):
            yield group
            group = []
        group.append(mark)
    if group:
        yield group


def _claim(text: str, start: int, end: int, stop: int, found: list[Mark]) -> Claim:
    start += len(text[start:end]) - len(text[start:end].lstrip(" \t\n,;"))
    said = without(text[start : min(stop, end)], [mark.moved(-start) for mark in found])
    return Claim(re.sub(r" +(?=[.,;!?])", "", " ".join(said.split())), start, end, tuple(found))


def _sentences(prose: str) -> Iterator[tuple[int, int]]:
    """Where each sentence of blanked text begins and ends."""
    begin = 0
    for stop in _BLOCK.finditer(prose):
        at = begin
        for heading in _HEADING.finditer(prose, begin, stop.start()):
            yield from _split(prose, at, heading.start())
            yield heading.start(1), heading.end()
            at = heading.end()
        yield from _split(prose, at, stop.start())
        begin = stop.end()


def _split(prose: str, at: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences between two places of a block that is none of a heading."""
    at = found.end() if (found := _LIST_MARK.match(prose, at, end)) else at
    for sentence in split(prose[at:end]):
        at = prose.index(sentence, at)
        yield at, at + len(sentence)
        at += len(sentence)


def _blanked(text: str, found: list[Mark]) -> str:
    """`text` with spaces for marks and for what is no prose, every other character in its place."""
    prose = without(text, found)
    for start, end in fences(text):
        prose = f"{prose[:start]}{_blank(prose[start:end])}{prose[end:]}"
    cited = {text.rfind("\n", 0, mark.start) + 1 for mark in found}
    return _NO_PROSE.sub(lambda line: line[0] if _cites(line, cited) else _blank(line[0]), prose)


def _cites(line: re.Match[str], cited: set[int]) -> bool:
    return line.start() in cited and bool(_HEADING.match(line[0]))


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def without(text: str, found: list[Mark]) -> str:
    """`text` with spaces for these marks."""
    kept: list[str] = []
    at = 0
    for mark in found:
        kept += [text[at : mark.start], " " * (min(mark.end, len(text)) - min(mark.start, len(text)))]
        at = mark.end
    return "".join([*kept, text[at:]])
