"""Search: the passages and tables that fit a question best, by BM25 over stemmed words."""

import math
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from mainstem.knowledge.cut import span
from mainstem.knowledge.scope import Scope
from mainstem.knowledge.tables import Table, table

HEADING_WEIGHT = 1.5
"""How much a word of the heading path counts, against one of the text."""

MAX_WORDS = 64
"""Words of a question that are searched for; more would not find more."""

MAX_TABLES = 3
"""Tables that a search names at most."""

_WORD = re.compile(r"[^\W_]+")
_STOP_WORDS = frozenset(
    "a about after all also am an and any are as at be because been before being between both but by can could did do "
    "does doing done during each few for from get give had has have having he her here hers him his how i if in into "
    "is it its itself just may me might more most much must my no nor not of off on once only or other our ours out "
    "over own please same shall she should so some such tell than that the their theirs them then there these they "
    "this those through to too under until up upon us very was we were what when where which while who whom whose why "
    "will with within would you your yours s t re ve ll d m".split()
)


@dataclass(frozen=True)
class Passage:
    """A stretch of a document that fits a question.

    `document` is its name for people, `path` the absolute one; `heading` the headings above ("Guide > Resume"); `text`
    exactly the characters `start` to `end` of the document's text; `page` and `line` count from 1 and are None where a
    format has none. `score` is BM25, higher is better, comparable within one search only. `coverage` (0 to 1) is the
    share of the question's words, each weighted by its rarity, that occur in the passage or its heading.
    """

    document: str
    path: str
    heading: str
    text: str
    page: int | None
    line: int | None
    start: int
    end: int
    score: float
    coverage: float


@dataclass(frozen=True)
class SearchResult:
    """What a search found, best first, and in which collection it looked."""

    passages: tuple[Passage, ...]
    tables: tuple[Table, ...]
    collection: str


def words(query: str) -> list[str]:
    """The words to search for, each once, in order: without stop words unless there are no others."""
    every = dict.fromkeys(_WORD.findall(query.lower()))
    return ([word for word in every if word not in _STOP_WORDS] or list(every))[:MAX_WORDS]


def passages(connection: sqlite3.Connection, query: str, scope: Scope, limit: int) -> tuple[Passage, ...]:
    """The `limit` passages within `scope` that fit `query` best."""
    terms = words(query)
    if not terms or limit < 1:
        return ()
    narrow = "" if scope.whole else f"AND EXISTS (SELECT 1 FROM file WHERE file.id = file AND {scope.condition})"
    found = connection.execute(
        f"SELECT rowid, -rank FROM passage WHERE passage MATCH ? AND rank MATCH 'bm25({HEADING_WEIGHT}, 1.0)' "  # noqa: S608
        f"AND rowid BETWEEN ? AND ? {narrow} ORDER BY rank LIMIT ?",
        (_match(terms), scope.low, scope.high, *(() if scope.whole else scope.arguments), limit),
    ).fetchall()
    rows = [(*_row(connection, number), score) for number, score in found]
    coverages = _coverages(connection, terms, [f"{row[2]}\n{row[3]}" for row in rows])
    return tuple(_passage(row, coverage) for row, coverage in zip(rows, coverages, strict=True))


def tables(connection: sqlite3.Connection, query: str, scope: Scope) -> tuple[Table, ...]:
    """The tables within `scope` whose name or columns hold words of `query`, best first."""
    terms = words(query)
    if not terms:
        return ()
    rows = connection.execute(
        "SELECT data_table.name, file.name, file.path, columns_, rows FROM "  # noqa: S608
        "(SELECT rowid AS number, rank AS place FROM data_words WHERE data_words MATCH ? AND rank MATCH 'bm25(2.0, 1.0)') "
        "JOIN (SELECT id, file, name, columns AS columns_, rows FROM data_table) AS data_table ON data_table.id = number "
        f"JOIN file ON file.id = data_table.file WHERE {scope.condition} ORDER BY place LIMIT ?",
        (_match(terms), *scope.arguments, MAX_TABLES),
    )
    return tuple(table(row) for row in rows)


def _match(terms: Iterable[str]) -> str:
    # Quoted, each is a word to FTS5 and never an operator.
    return " OR ".join(f'"{term}"' for term in terms)


def _row(connection: sqlite3.Connection, number: int) -> tuple[str, str, str, str, int, int | None, int | None]:
    return connection.execute(
        "SELECT file.name, file.path, heading, text, start, page, line "
        "FROM passage JOIN file ON file.id = passage.file WHERE passage.rowid = ?",
        (number,),
    ).fetchone()


def _passage(row: tuple[str, str, str, str, int, int | None, int | None, float], coverage: float) -> Passage:
    document, path, heading, piece, begin, page, line, score = row
    start, text = span(begin, piece)
    return Passage(document, path, heading, text, page, line, start, start + len(text), score, coverage)


def _coverages(connection: sqlite3.Connection, terms: Sequence[str], texts: Sequence[str]) -> list[float]:
    """For each text the share of the terms, weighted by rarity, that occur in it once all are stemmed."""
    asked, *held = _stems(connection, [" ".join(terms), *texts])
    (total,) = connection.execute("SELECT sum(passages) FROM file").fetchone()
    weights = {stem: _rarity(connection, stem, total) for stem in asked}
    whole = sum(weights.values())
    return [sum(weights[stem] for stem in asked & stems) / whole if whole else 0.0 for stems in held]


def _stems(connection: sqlite3.Connection, texts: Sequence[str]) -> list[set[str]]:
    connection.executemany("INSERT INTO temp.scratch (rowid, text) VALUES (?, ?)", enumerate(texts))
    stems: list[set[str]] = [set() for _ in texts]
    for number, stem in connection.execute("SELECT doc, term FROM temp.scratch_words"):
        stems[number].add(stem)
    connection.execute("DELETE FROM temp.scratch")
    return stems


def _rarity(connection: sqlite3.Connection, stem: str, total: int) -> float:
    row = connection.execute("SELECT doc FROM temp.passage_words WHERE term = ?", (stem,)).fetchone()
    count = row[0] if row else 0
    return math.log(1 + (total - count + 0.5) / (count + 0.5))
