"""Lists: who asks how something is done is answered by all of its steps, in order."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mainstem.models.extractive.expected import asking_words
from mainstem.models.stemming import stems

MAX_STEPS = 30
"""Items of a list that are quoted whole; of a longer one only the sentence that fits is."""

LEAST_STEPS = 3
"""Items that make steps of a list whose name alone says what it is about."""

NAMED, LEAST_NAMED = 0.75, 2
"""Share of the question's words, and how many, that the name of steps must hold."""

_HOW_TO = re.compile(
    r"\bhow\s+(?:do|does|did|can|could|should|must|may|would|to|is|are|was|were)\b|\bsteps?\b|\bprocedures?\b|\binstructions?\b"
    r"|\bwhat\s+(?:do|does|should|must|can|shall)\s+\w+\s+do\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?P<indent>[ \t]*)(?P<mark>[-*+•]|\d{1,3}[.)])[ \t]+(?P<words>\S.*)")
_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})")


@dataclass
class _List:
    lead: str
    indent: int = 0
    items: list[str] = field(default_factory=list[str])
    marks: list[str] = field(default_factory=list[str])

    def lines(self) -> list[str]:
        items = [f"{mark} {words}" for mark, words in zip(self.marks, self.items, strict=True)]
        return [self.lead, *items] if self.lead else items

    def is_numbered(self) -> bool:
        return all(mark[0].isdigit() for mark in self.marks)

    def holds(self, sentence: str) -> bool:
        return any(sentence in " ".join(words.split()) for words in (self.lead, *self.items))


def steps(question: str, sentence: str, text: str) -> list[str]:
    """The list in `text` that `sentence` is of, or leads to, lead-in first; none where nobody asks how to do it.

    A sentence that ends in a colon says nothing without its list, whatever is asked.
    """
    if not (_HOW_TO.search(question) or sentence.endswith(":")):
        return []
    found = (each for each in _lists(text) if 1 < len(each.items) <= MAX_STEPS and each.holds(sentence))
    return next((each.lines() for each in found), list[str]())


def steps_named(question: str, name: str, text: str) -> list[str]:
    """The steps in `text`, where somebody asks how to do what they are called: by `name`, their headings and file."""
    if not _HOW_TO.search(question):
        return []
    asked = frozenset(stems(question)) - asking_words(question)
    if len(asked & frozenset(stems(name))) < max(NAMED * len(asked), LEAST_NAMED):
        return []
    found = (each for each in _lists(text) if LEAST_STEPS <= len(each.items) <= MAX_STEPS and each.is_numbered())
    return next((each.lines() for each in found), list[str]())


def _lists(text: str) -> Iterator[_List]:
    """The lists, each with the paragraph above it; what is indented below an item belongs to it, and so does code."""
    paragraph, current, after_blank = "", _List(""), True
    for line in _unfenced(text.splitlines()):
        item = _ITEM.match(line)
        if not line.strip():
            after_blank = True
            continue
        if item and not (current.items and len(item["indent"]) > current.indent + 1):
            if not current.items:
                current.lead, current.indent = paragraph, len(item["indent"])
            current.items.append(item["words"].strip())
            current.marks.append(item["mark"])
        elif current.items and (line[0] in " \t`" or not after_blank):
            current.items[-1] += " " + (f"({item['words']})" if item else line.strip())
        else:
            if current.items:
                yield current
                current, paragraph = _List(""), ""
            paragraph = line.strip() if after_blank else f"{paragraph} {line.strip()}"
        after_blank = False
    yield current


def _unfenced(lines: Sequence[str]) -> Iterator[str]:
    """The lines; those of fenced code as code of the line above."""
    fenced = False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced or line.strip():
            yield f"`{line.strip()}`" if fenced else line
