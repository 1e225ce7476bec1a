"""A question as the index sees it: which of its stems are looked up, and how much each of them tells within a scope."""

import math
import re
import sqlite3
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from .scope import Scope
from .stop_words import STOP_WORDS

MAX_WORDS = 64
"""Words of a question that are searched for; more would not find more."""

HEADING_WEIGHT = 1.5
"""How much a word of the heading path counts, against one of the text."""

_WORD = re.compile(r"[^\W_]+")
_MEASURED = re.compile(r"\bhow (?:old|far|high|tall|deep|wide|thick|heavy|long|often|soon|early|late)\b")
"""Words that ask for a measure: *23 kilograms* says how heavy it is without that word."""
_LEAST_IDF = 1e-6  # FTS5's own, for a term in more than half of all passages


def words(query: str) -> list[str]:
    """The words to search for, each once, in order: without stop words unless there are no others."""
    every = dict.fromkeys(_WORD.findall(_MEASURED.sub("how", query.lower())))
    return ([word for word in every if word not in STOP_WORDS] or list(every))[:MAX_WORDS]


@dataclass
class Terms:
    """The stems of a question, and what was found of each within a scope.

    `sought` are looked up; `common` are left out there because scoring every passage that holds one would take too
    long: they only help to order what the others find.
    """

    words: Mapping[str, str]
    """The word that was asked, by its stem."""
    counts: Mapping[str, int]
    """How many passages of the whole index hold each stem."""
    sought: list[str]
    common: set[str]
    hits: dict[str, dict[int, float]] = field(default_factory=dict[str, dict[int, float]])
    """For each stem that was looked up, the passages of the scope that hold it, and how strongly: BM25 without idf."""
    weights: dict[str, float] = field(default_factory=dict[str, float])
    """How much each stem tells within the scope (BM25's idf, never below nought)."""

    def coverage(self, held: Mapping[str, float]) -> float:
        """The share of the question, by weight, that is held; `held` says of each stem how much of it counts."""
        whole = sum(self.weights.values())
        return sum(weight * held.get(stem, 0.0) for stem, weight in self.weights.items()) / whole if whole else 0.0

    def beyond_best(self, passages: Sequence[int]) -> float:
        """How much more the passages score together, each stem where it is strongest, than the best of them alone."""
        strengths = [
            [weight * self.hits[stem].get(number, 0.0) for number in passages]
            for stem, weight in self.weights.items()
            if stem in self.hits
        ]
        alone = map(sum, zip(*strengths, strict=True))
        return sum(map(max, strengths)) - max(alone, default=0.0)

    def scores(self) -> dict[int, float]:
        """BM25 of the passages that hold a stem that was looked up."""
        total: dict[int, float] = {}
        for stem, hits in self.hits.items():
            weight = self.weights[stem]
            for number, strength in hits.items():
                total[number] = total.get(number, 0.0) + weight * strength
        return total


def look_up(connection: sqlite3.Connection, query: str, scope: Scope, max_scored: int, *, every: bool = False) -> Terms:
    """The terms of `query` with their passages; common ones are left out beyond `max_scored` unless `every` is true."""
    asked = words(query)
    # By its stem each is counted and weighed; sought it is as it was, for stemming a stem again can change it.
    known = {stem: word for word, each in zip(asked, stems(connection, asked), strict=True) for stem in each}
    counts = {stem: count(connection, stem) for stem in known}
    (total,) = connection.execute("SELECT coalesce(sum(passages), 0) FROM file").fetchone()
    share = min(scope.passages / max(total, 1), 1.0)
    terms = Terms(known, counts, *_split(counts, share, None if every else max_scored))
    within = _within(connection, scope)
    for stem in terms.sought:
        terms.hits[stem] = _hits(connection, known[stem], _idf(total, counts[stem]), scope, within)
    held = {stem: len(terms.hits[stem]) if stem in terms.hits else count * share for stem, count in counts.items()}
    terms.weights.update({stem: _weight(scope.passages, count) for stem, count in held.items()})
    return terms


def _split(counts: Mapping[str, int], share: float, max_scored: int | None) -> tuple[list[str], set[str]]:
    sought: list[str] = []
    common: set[str] = set()
    scored = 0.0
    for stem, count in sorted(counts.items(), key=lambda each: each[1]):
        scored += count * share
        if max_scored is not None and scored > max_scored and sought:
            common.add(stem)
        elif count:
            sought.append(stem)
    return sought, common


def _hits(
    connection: sqlite3.Connection, word: str, idf: float, scope: Scope, within: Callable[[int], bool] | None
) -> dict[int, float]:
    rows = connection.execute(
        "SELECT rowid, -rank FROM passage WHERE passage MATCH ? AND rank MATCH ? AND rowid BETWEEN ? AND ?",
        (f'"{word}"', f"bm25({HEADING_WEIGHT}, 1.0)", scope.low, scope.high),
    )
    # Reading the file of each would cost more than all else: a passage is known to be within by its id.
    return {number: rank / idf for number, rank in rows if within is None or within(number)}


def _within(connection: sqlite3.Connection, scope: Scope) -> Callable[[int], bool] | None:
    """Whether the passage of an id is within the scope; None where all between its ends are."""
    if scope.whole:
        return None
    spans = connection.execute(
        f"SELECT first, first + passages FROM file WHERE {scope.condition} AND passages > 0 ORDER BY first",  # noqa: S608
        scope.arguments,
    ).fetchall()
    starts = [first for first, _ in spans]
    return lambda number: (at := bisect_right(starts, number)) > 0 and number < spans[at - 1][1]


def _idf(total: int, count: int) -> float:
    """The idf that FTS5 has multiplied by: of the whole index."""
    idf = math.log((total - count + 0.5) / (count + 0.5))
    return idf if idf > 0 else _LEAST_IDF


def _weight(total: int, count: float) -> float:
    """The idf within the scope; a stem that all of few passages hold still tells something."""
    return math.log(1 + (max(total - count, 0) + 0.5) / (count + 0.5))


def stems(connection: sqlite3.Connection, texts: Sequence[str]) -> list[set[str]]:
    """The stems in each of the texts, as the index has them."""
    connection.executemany("INSERT INTO temp.scratch (rowid, text) VALUES (?, ?)", enumerate(texts))
    found: list[set[str]] = [set() for _ in texts]
    for number, stem in connection.execute("SELECT doc, term FROM temp.scratch_words"):
        found[number].add(stem)
    connection.execute("DELETE FROM temp.scratch")
    return found


def count(connection: sqlite3.Connection, stem: str) -> int:
    """How many passages of the whole index hold a stem."""
    row = connection.execute("SELECT doc FROM temp.passage_words WHERE term = ?", (stem,)).fetchone()
    return row[0] if row else 0
