"""Words that nothing holds, read as what they may be misspellings of: one letter more, less, other or misplaced."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from string import ascii_lowercase

from .query_terms import Terms, count, look_up, stems
from .scope import Scope
from .stop_words import STOP_WORDS

SHORTEST, LONGEST = 4, 24
"""Letters of a word that is read as another one: shorter ones are near too many, longer ones are no words."""

MOST = 6
"""Words of a question that may be misspelt: with more it is in another language."""


_READ = 20
"""Passages in which it is looked how a word is written: the index has only its stem."""

_WORD = re.compile(r"[^\W_]+")


def respelled(connection: sqlite3.Connection, query: str, scope: Scope, max_scored: int) -> dict[str, str]:
    """For words of `query` that nothing in `scope` holds, the commonest word of the index that is one slip away."""
    terms = look_up(connection, query, scope, max_scored)
    unknown = [word for word in _unknown(terms) if not _is_in_a_table(connection, word, scope)]
    found = {word: _nearest(connection, word) for word in unknown} if len(unknown) <= MOST else {}
    return {word: other for word, other in found.items() if other}


def _unknown(terms: Terms) -> list[str]:
    return [
        word
        for stem, word in terms.words.items()
        if not terms.hits.get(stem) and stem not in terms.common and SHORTEST <= len(word) <= LONGEST and word.isalpha()
    ]


def _is_in_a_table(connection: sqlite3.Connection, word: str, scope: Scope) -> bool:
    row = connection.execute(
        "SELECT 1 FROM data_words JOIN data_table ON data_table.id = data_words.rowid "  # noqa: S608
        f"JOIN file ON file.id = data_table.file WHERE data_words MATCH ? AND {scope.condition} LIMIT 1",
        (f'"{word}"', *scope.arguments),
    ).fetchone()
    return row is not None


def _nearest(connection: sqlite3.Connection, word: str) -> str:
    """The slip of the commonest stem, as it is written there: *vacation*, and not the *vacatin* of the same stem.

    Where there is none, a word that says nothing of a text by itself: *many*, for *manny*.
    """
    slips = sorted(set(_slips(word)) - {word})
    by_stem: dict[str, list[str]] = {}
    for slip, each in zip(slips, stems(connection, slips), strict=True):
        for stem in each:
            by_stem.setdefault(stem, []).append(slip)
    counts = {stem: found for stem in by_stem if (found := count(connection, stem))}
    ranked = sorted(counts, key=lambda stem: (counts[stem], stem), reverse=True)
    said = (said for stem in ranked if (said := _written(connection, by_stem[stem])))
    return next(said, None) or next((slip for slip in slips if slip in STOP_WORDS), "")


def _written(connection: sqlite3.Connection, slips: Sequence[str]) -> str:
    """Which of the slips, all of one stem, the passages that hold it write most."""
    rows = connection.execute("SELECT heading, text FROM passage WHERE passage MATCH ? LIMIT ?", (slips[0], _READ))
    held = Counter(word for row in rows for word in _WORD.findall(" ".join(row).lower()))
    said = max(slips, key=lambda slip: (held[slip], slip))
    return said if held[said] else ""


def _slips(word: str) -> Iterator[str]:
    """What is one slip away; the first letter is seldom wrong, and nothing is gained by doubting it.

    Of the shortest words, another letter or one less makes another word as good: *list* is no *lost*.
    """
    is_short = len(word) == SHORTEST
    for at in range(1, len(word) + 1):
        before, after = word[:at], word[at:]
        for letter in ascii_lowercase:
            yield before + letter + after
            if after and not is_short:
                yield before + letter + after[1:]
        if after and not is_short:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
