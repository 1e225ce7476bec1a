"""Search: the passages that fit a question best, by BM25 over stemmed words within the scope that is searched.

Where passages have vectors, the share of the best BM25 score and the nearness of the vectors are mixed by weight: ranks
say nothing of how much better one passage is than the next.
"""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import nlargest
from itertools import repeat
from typing import Protocol

from .inflection import has_form_of
from .query_terms import Terms, look_up, stems, words
from .records import Passage, span
from .scope import Scope

__all__ = ["MAX_SCORED", "Near", "match", "passages", "stems", "words"]

MAX_SCORED = 8_000
"""Passages that a search scores, about (1 ms a thousand), before it leaves out the most common words."""

CANDIDATES = 48
"""Passages from which the results are chosen."""

SHARE = 0.68
"""Share of the best score that a further passage of a document has at least.

Measured on 472 questions with marked excerpts, each over one document, at most eight passages: at 0.60 they hold 91.0 %
of the excerpts, and 8.9 % of what both hold is common to both (IoU); at 0.65 it is 90.2 and 9.9, at 0.68 88.5 and 10.2.
"""

SHARE_OF_ANOTHER = 0.5
"""Share of the best score that the first passage of a document has at least.

Measured on SciFact's 300 claims over 5,183 abstracts, at most eight passages: nDCG@10 is 0.662 with 0.65, 0.680 with
0.5, 0.680 with 0.4.
"""

OF_DOCUMENT = 0.4
"""What else a document says of the question counts so much where documents are put in order.

Measured on 211 questions over 3,338 pages of documentation: recall among the first three pages is .668 with 0, .701
with 0.4.
"""

SAME = 0.85
"""Share of their words that two passages have in common of which only the better one is a result."""

OF_A_SECTION = 3
"""Results from one section, before others that fit have had their turn."""

OTHER_WORD = 0.5
"""What a word of the same stem counts that is no form of the one asked for: *production*, where *product* is asked."""

NEARNESS = 0.2
"""Weight of the vectors in the mix, against the words."""

_WORD = re.compile(r"[^\W_]+")

_Row = tuple[str, str, str, str, int, int | None, int | None]


class Near(Protocol):
    """How near passages are to a question by their vectors."""

    def nearest(self, count: int) -> list[int]:
        """The ids of the nearest passages."""
        ...

    def share(self, passage: int) -> float:
        """How near a passage is, 0 to 1."""
        ...


def passages(
    connection: sqlite3.Connection,
    query: str,
    scope: Scope,
    limit: int,
    max_scored: int = MAX_SCORED,
    there: Callable[[str], bool] = lambda _: True,
    near: Near | None = None,
) -> tuple[Passage, ...]:
    """The passages within `scope` that fit `query` best, at most `limit`, best first; `near` finds some, too.

    Common words are not sought beyond `max_scored`. None scores less than a share of the best; of passages that say the
    same only one is given; none is of a file, by its path, that is not `there`.
    """
    if limit < 1:
        return ()
    terms = look_up(connection, query, scope, max_scored)
    scores = terms.scores()
    if terms.common and len(scores) < limit:
        terms = look_up(connection, query, scope, max_scored, every=True)
        scores = terms.scores()
    found = _candidates(connection, _best(scores, max(limit, CANDIDATES), near), terms, there)
    found = _with_documents(found, terms)
    if near is not None:
        found = _with_nearness(found, near, sum(terms.weights.values()))
    worth = sorted(_worth(found), key=lambda each: -(each.score + each.more))
    return tuple(_passage(each, terms) for each in _mixed(_apart(worth), limit))


def match(terms: Iterable[str]) -> str:
    """An FTS5 query for what holds any of the terms."""
    # Quoted, each is a word to FTS5 and never an operator.
    return " OR ".join(f'"{term}"' for term in terms)


def _best(scores: Mapping[int, float], count: int, near: Near | None) -> list[tuple[int, float]]:
    """The ids and the scores by words of the passages that have the best, and of those that are nearest."""
    best = nlargest(count, scores.items(), key=lambda each: (each[1], -each[0]))
    if near is not None:
        known = {number for number, _ in best}
        best += [(number, scores.get(number, 0.0)) for number in near.nearest(count) if number not in known]
    return best


def _with_nearness(found: Sequence["_Candidate"], near: Near, whole: float) -> list["_Candidate"]:
    """With scores that mix words and vectors, both 0 to 1.

    The words' is the share of the best score, or of `whole`, that of a passage that holds each word of the question
    once, where none has as much: the less the words find, the more the vectors count.
    """
    scale = (1 - NEARNESS) / (max([whole, *(each.score for each in found)]) or 1.0)
    return [
        replace(each, score=scale * each.score + NEARNESS * near.share(each.number), more=scale * each.more)
        for each in found
    ]


def _with_documents(found: Sequence["_Candidate"], terms: Terms) -> list["_Candidate"]:
    """With what the other passages of its document say of the question and its best one does not."""
    by_path: dict[str, list[int]] = {}
    for each in found:
        by_path.setdefault(each.row[1], []).append(each.number)
    more = {path: OF_DOCUMENT * terms.beyond_best(numbers) for path, numbers in by_path.items() if len(numbers) > 1}
    return [replace(each, more=more.get(each.row[1], 0.0)) for each in found]


def _worth(found: Iterable["_Candidate"]) -> list["_Candidate"]:
    """What scores enough beside the best; more of a document that is there already has to score more."""
    kept: list[_Candidate] = []
    paths: set[str] = set()
    for each in sorted(found, key=lambda each: -each.score):
        best = kept[0].score if kept else each.score
        if each.score >= best * (SHARE if each.row[1] in paths else SHARE_OF_ANOTHER):
            kept.append(each)
            paths.add(each.row[1])
    return kept


def _candidates(
    connection: sqlite3.Connection, best: Sequence[tuple[int, float]], terms: Terms, there: Callable[[str], bool]
) -> list["_Candidate"]:
    read_rows = _rows(connection, [number for number, _ in best])
    rows = [(number, score, read_rows[number]) for number, score in best]
    present = {path for path in {row[1] for _, _, row in rows} if there(path)}
    rows = [each for each in rows if each[2][1] in present]
    # What is common was not looked up: it is read in the texts.
    read = stems(connection, [f"{row[2]}\n{row[3]}" for _, _, row in rows]) if terms.common else repeat(set[str]())
    found: list[_Candidate] = []
    for (number, score, row), stemmed in zip(rows, read, strict=False):
        held = {stem for stem, hits in terms.hits.items() if number in hits}
        common = terms.common & stemmed
        # What BM25 would add for a word that stands once in a passage of average length.
        more = sum(terms.weights[stem] for stem in common)
        found.append(_Candidate(number, row, score + more, frozenset(held | common)))
    return found


@dataclass(frozen=True)
class _Candidate:
    number: int
    row: _Row
    score: float
    held: frozenset[str]
    """The question's stems that it holds."""
    more: float = 0.0
    """What the rest of its document adds to its score where results are put in order."""

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(f"{self.row[2]}\n{self.row[3]}".lower()))


def _apart(found: Iterable[_Candidate]) -> Iterator[_Candidate]:
    """Without those that say what a better one says."""
    kept: list[_Candidate] = []
    for each in found:
        if not any(_alike(each.words, other.words) for other in kept):
            kept.append(each)
            yield each


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    fewer, more = (len(one), len(other)) if len(one) < len(other) else (len(other), len(one))
    if fewer < SAME * more:
        return False
    common = len(one & other)
    return common >= SAME * (fewer + more - common)


def _mixed(found: Iterable[_Candidate], limit: int) -> list[_Candidate]:
    """At most `limit`, in order of their scores.

    The first few of each section go before what else there is of it, and where not all have a place, more of a document
    counts less, by as much as more is asked of it (`SHARE`).
    """
    taken: Counter[tuple[str, str]] = Counter()
    paths: set[str] = set()
    ranked: list[tuple[bool, float, int, _Candidate]] = []
    for at, each in enumerate(found):
        path, heading = each.row[1:3]
        taken[path, heading] += 1
        counts = SHARE_OF_ANOTHER / SHARE if path in paths else 1.0
        ranked.append((taken[path, heading] > OF_A_SECTION, -counts * (each.score + each.more), at, each))
        paths.add(path)
        if len(paths) == limit:
            break  # what comes behind is not compared with what is before
    kept = sorted(ranked, key=lambda each: each[:3])[:limit]
    return [each for *_, each in sorted(kept, key=lambda each: each[2])]


def _passage(found: _Candidate, terms: Terms) -> Passage:
    document, path, heading, piece, begin, page, line = found.row
    start, text = span(begin, piece)
    counted = {stem: 1.0 if has_form_of(terms.words[stem], found.words) else OTHER_WORD for stem in found.held}
    coverage = terms.coverage(counted)
    return Passage(document, path, heading, text, page, line, start, start + len(text), found.score, coverage)


def _rows(connection: sqlite3.Connection, numbers: Sequence[int]) -> dict[int, _Row]:
    """What there is of passages, by their ids."""
    rows = connection.execute(
        "SELECT passage.rowid, file.name, file.path, heading, text, start, page, line "
        "FROM json_each(?) AS wanted CROSS JOIN passage ON passage.rowid = wanted.value "
        "JOIN file ON file.id = passage.file",
        (json.dumps(numbers),),
    )
    return {row[0]: row[1:] for row in rows}
