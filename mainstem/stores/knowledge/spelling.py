"""Words that no passage holds, read as what they may be misspellings of: one letter more, less, other or misplaced."""

import sqlite3
from collections.abc import Iterator
from string import ascii_lowercase

from .asked import Terms, count, look_up, stems
from .scope import Scope

SHORTEST, LONGEST = 4, 24
"""Letters of a word that is read as another one: shorter ones are near too many, longer ones are no words."""

MOST = 6
"""Words of a question that may be misspelt: with more it is in another language."""


def respelled(connection: sqlite3.Connection, query: str, scope: Scope, max_scored: int) -> dict[str, str]:
    """For words of `query` that nothing in `scope` holds, the commonest word of the index that is one slip away."""
    terms = look_up(connection, query, scope, max_scored)
    unknown = _unknown(terms)
    found = {word: _nearest(connection, word) for word in unknown} if len(unknown) <= MOST else {}
    return {word: other for word, other in found.items() if other}


def _unknown(terms: Terms) -> list[str]:
    return [
        word
        for stem, word in terms.words.items()
        if not terms.hits.get(stem) and stem not in terms.common and SHORTEST <= len(word) <= LONGEST and word.isalpha()
    ]


def _nearest(connection: sqlite3.Connection, word: str) -> str:
    slips = sorted(set(_slips(word)) - {word})
    by_stem: dict[str, str] = {}
    for slip, each in zip(slips, stems(connection, slips), strict=True):
        for stem in each:
            # of words of one stem the one that is spelt out: *vacation* before *vacatin*
            by_stem[stem] = max(by_stem.get(stem, ""), slip, key=len)
    counts = {stem: count(connection, stem) for stem in by_stem}
    best = max(counts, key=lambda stem: (counts[stem], stem), default="")
    return by_stem[best] if counts.get(best) else ""


def _slips(word: str) -> Iterator[str]:
    """What is one slip away; the first letter is seldom wrong, and nothing is gained by doubting it."""
    for at in range(1, len(word) + 1):
        before, after = word[:at], word[at:]
        for letter in ascii_lowercase:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
