"""How the pages read: a heading names a thing, and what stands below it does not say the heading again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mainstem.models.extractive.sentences import sentences
from mainstem.models.stemming import stems, words

from .pages import DOCS, MANUAL, sections

MORE = 4
"""Words after as many as the heading has: up to there a sentence that holds all of the heading repeats it."""

LONGEST = 300
"""Characters of a section's first sentence."""


def repeated(heading: str, first: str) -> bool:
    """Whether the sentence begins by saying the heading again. A term of one word may open its own definition."""
    named = set(stems(heading))
    opening = " ".join(words(first)[: len(words(heading)) + MORE])
    return len(named) > 1 and named <= set(stems(opening))


def firsts(text: str) -> Iterator[tuple[str, str]]:
    """Each heading that has a sentence of its own below it, and that sentence."""
    for heading, below in sections(text):
        if found := sentences(below):
            yield heading, found[0]


@pytest.mark.parametrize("page", MANUAL, ids=lambda page: str(page.relative_to(DOCS)))
def test_no_section_says_its_heading_again(page: Path):
    text = page.read_text(encoding="utf-8")
    assert [found for found in firsts(text) if repeated(*found)] == []
    assert [heading for heading, _ in sections(text) if heading.endswith("?")] == []


@pytest.mark.parametrize("page", MANUAL, ids=lambda page: str(page.relative_to(DOCS)))
def test_a_section_begins_with_a_whole_sentence(page: Path):
    for heading, first in firsts(page.read_text(encoding="utf-8")):
        assert first[-1] in ".:)", (heading, first)
        assert len(first) < LONGEST, (heading, first)


@pytest.mark.parametrize(
    ("heading", "first", "expected"),
    [
        ("How do I add a tool?", "To add a tool, write a module in `tools/`.", True),
        ("Add a tool", "To add a tool, write a module.", True),
        ("Skipped files", "A file is skipped when it cannot be read.", True),
        ("Add a tool", "Write a module in `tools/` with one function.", False),
        ("Thread", "A thread is a conversation.", False),
    ],
)
def test_what_counts_as_saying_a_heading_again(heading: str, first: str, expected: bool):
    assert repeated(heading, first) is expected
