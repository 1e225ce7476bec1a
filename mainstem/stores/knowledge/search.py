"""Search: the passages and tables that fit a question best, by BM25 over stemmed words."""

import math
import re
import sqlite3
from collections.abc import Iterable, Sequence

from .records import Passage, span
from .scope import Scope
from .stop_words import STOP_WORDS

HEADING_WEIGHT = 1.5
"""How much a word of the heading path counts, against one of the text."""

MAX_WORDS = 64
"""Words of a question that are searched for; more would not find more."""

MAX_SCORED = 8_000
"""Passages that a search scores, about (1 ms a thousand), before it leaves out the most common words."""

CANDIDATES = 40
"""Passages that the common words then help to order."""

_WORD = re.compile(r"[^\W_]+")


def words(query: str) -> list[str]:
    """The words to search for, each once, in order: without stop words unless there are no others."""
    every = dict.fromkeys(_WORD.findall(query.lower()))
    return ([word for word in every if word not in STOP_WORDS] or list(every))[:MAX_WORDS]


def passages(
    connection: sqlite3.Connection, query: str, scope: Scope, limit: int, max_scored: int = MAX_SCORED
) -> tuple[Passage, ...]:
    """The `limit` passages within `scope` that fit `query` best; common words are not sought beyond `max_scored`."""
    question = _Question(connection, words(query), scope, max_scored)
    if not question.sought or limit < 1:
        return ()
    count = max(limit, CANDIDATES) if question.common else limit
    found = _found(connection, question.sought, scope, count)
    if len(found) < limit and question.common:
        question.common.clear()
        found = _found(connection, question.words, scope, limit)
    rows = [(*_row(connection, number), score) for number, score in found]
    known = stems(connection, [f"{row[2]}\n{row[3]}" for row in rows])
    best = [_passage(row, question, held) for row, held in zip(rows, known, strict=True)]
    return tuple(sorted(best, key=lambda passage: -passage.score)[:limit])


class _Question:
    """The words of a question as stems with their weights (BM25's idf).

    `sought` are those to look up. `common` are those left out there because scoring every passage that holds one would
    take too long: they only help to order what the others find.
    """

    def __init__(self, connection: sqlite3.Connection, asked: Sequence[str], scope: Scope, max_scored: int) -> None:
        self.words = asked
        (total,) = connection.execute("SELECT coalesce(sum(passages), 0) FROM file").fetchone()
        # By its stem each is counted and weighed; sought it is as it was, for stemming a stem again can change it.
        terms = {stem: word for word, each in zip(asked, stems(connection, asked), strict=True) for stem in each}
        counts = {stem: _count(connection, stem) for stem in terms}
        self.weights = {stem: math.log(1 + (total - n + 0.5) / (n + 0.5)) for stem, n in counts.items()}
        self.sought: list[str] = []
        self.common: set[str] = set()
        share = min((scope.high - scope.low + 1) / max(total, 1), 1.0)
        scored = 0.0
        for stem, count in sorted(counts.items(), key=lambda each: each[1]):
            scored += count * share
            if scored > max_scored and self.sought:
                self.common.add(stem)
            elif count:
                self.sought.append(terms[stem])

    def coverage(self, stems: set[str]) -> float:
        """The share of the question, by weight, that a text with these stems holds."""
        whole = sum(self.weights.values())
        return sum(weight for stem, weight in self.weights.items() if stem in stems) / whole if whole else 0.0


def _found(connection: sqlite3.Connection, sought: Sequence[str], scope: Scope, limit: int) -> list[tuple[int, float]]:
    condition, arguments = ("1", ()) if scope.whole else (scope.condition, scope.arguments)
    return connection.execute(
        "SELECT rowid, -rank FROM passage WHERE passage MATCH ? AND rank MATCH ? AND rowid BETWEEN ? AND ? "  # noqa: S608
        f"AND EXISTS (SELECT 1 FROM file WHERE file.id = passage.file AND {condition}) ORDER BY rank LIMIT ?",
        (match(sought), f"bm25({HEADING_WEIGHT}, 1.0)", scope.low, scope.high, *arguments, limit),
    ).fetchall()


def match(terms: Iterable[str]) -> str:
    """An FTS5 query for what holds any of the terms."""
    # Quoted, each is a word to FTS5 and never an operator.
    return " OR ".join(f'"{term}"' for term in terms)


def _row(connection: sqlite3.Connection, number: int) -> tuple[str, str, str, str, int, int | None, int | None]:
    return connection.execute(
        "SELECT file.name, file.path, heading, text, start, page, line "
        "FROM passage JOIN file ON file.id = passage.file WHERE passage.rowid = ?",
        (number,),
    ).fetchone()


def _passage(
    row: tuple[str, str, str, str, int, int | None, int | None, float], question: _Question, stems: set[str]
) -> Passage:
    document, path, heading, piece, begin, page, line, score = row
    start, text = span(begin, piece)
    # What BM25 would add for a word that stands once in a passage of average length.
    score += sum(question.weights[stem] for stem in question.common & stems)
    return Passage(document, path, heading, text, page, line, start, start + len(text), score, question.coverage(stems))


def stems(connection: sqlite3.Connection, texts: Sequence[str]) -> list[set[str]]:
    """The stems in each of the texts, as the index has them."""
    connection.executemany("INSERT INTO temp.scratch (rowid, text) VALUES (?, ?)", enumerate(texts))
    found: list[set[str]] = [set() for _ in texts]
    for number, stem in connection.execute("SELECT doc, term FROM temp.scratch_words"):
        found[number].add(stem)
    connection.execute("DELETE FROM temp.scratch")
    return found


def _count(connection: sqlite3.Connection, stem: str) -> int:
    row = connection.execute("SELECT doc FROM temp.passage_words WHERE term = ?", (stem,)).fetchone()
    return row[0] if row else 0
