"""A question about tables: computed where every word of it is accounted for, and else said which words are not."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from mainstem.models.extractive import table_reader
from mainstem.models.extractive.followups import leans
from mainstem.models.extractive.lexicon import AGGREGATE, ASK, COMPARE, COUNT, DISTINCT, EXTREME, ROW, SHARE
from mainstem.models.extractive.schema import TableSchema
from mainstem.models.extractive.span import COLUMN, NUMBER, TABLE, UNKNOWN, VALUE
from mainstem.models.extractive.spans import spans
from mainstem.models.extractive.table_query import TableQuery, shown
from mainstem.models.extractive.table_question import NotUnderstoodError

_RECKONED = re.compile(
    r"\bwhat (?:is|was|are|were) the (?:[\w-]+\s+){0,2}?(?:change|difference|ratio|percentage|proportion|average|sum|"
    r"increase\s*/\s*\(decrease\))\b|\bhow many\b.*\b(?:altogether|in (?:total|all))\b",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s*(?:please\s+)?(?:list|show)\s+(?:me\s+)?(?:all|the|every)\b", re.IGNORECASE)

MAX_ROWS = 10
"""Rows that are shown."""

MAX_COLUMNS = 12
"""Columns that are shown of a table that was not queried."""


@dataclass(frozen=True)
class Reading:
    """What a question means for a table: the `query`, or the `words` that are not understood.

    `names` counts the names and values of the table that the question holds.
    """

    table: TableSchema
    query: TableQuery | None
    words: tuple[str, ...]
    names: int
    slips: Mapping[str, str] = field(default_factory=dict[str, str])
    """Misspelt words by which something is asked (*averge*), and what they were taken for."""
    wants_rows: bool = False
    """Whether it asks for rows of the table by its name."""
    is_about: bool = True
    """Whether it holds so much of the table that no other is meant, where it is not understood."""

    @property
    def is_clear(self) -> bool:
        """Whether it stands beside passages that answer the question as well: no single word makes it so."""
        query = self.query
        if query is None:
            return False
        compares = any(condition.operator != "=" for condition in query.conditions)
        return self.names > 1 or self.wants_rows or compares or bool(query.aggregate or query.order or query.across)

    @property
    def may_show_several(self) -> bool:
        """Whether it only shows cells, of rows that are perhaps several: what is asked once has one answer."""
        query = self.query
        if query is None or query.aggregate or query.order or query.across:
            return False
        return not any(each.is_one_value() and self.table.is_unique(each.column) for each in query.conditions)


def read(questions: Sequence[str], tables: Sequence[Mapping[str, Any]]) -> Reading | None:
    """What the last of the questions means for the table that it fits best, those before it where it leans on them."""
    found = [reading for said in tables if (reading := _read(questions, TableSchema.parse(said)))]
    return max(found, key=lambda each: (each.query is not None, each.names), default=None)


def _read(questions: Sequence[str], table: TableSchema) -> Reading | None:
    query: TableQuery | None = None
    words: tuple[str, ...] = ()
    for at, question in enumerate(questions):
        goes_on = at > 0 and leans(question)
        if goes_on and query is None:
            return None
        try:
            query, words = table_reader.read(question, table, query if goes_on else None), ()
        except NotUnderstoodError as error:
            query, words = None, tuple(error.words)
    said = spans(questions[-1], table)
    # rows may be called as a column is, and an unknown span with a value is a name of several things
    names = sum(
        span.label in (COLUMN, VALUE, TABLE)
        or (span.label == ROW and span.column is not None)
        or (span.label == UNKNOWN and bool(span.value))
        for span in said
    )
    nouns = [span.label for span in said if span.label not in (NUMBER, EXTREME, DISTINCT)]
    wants_rows = any(one in (ASK, COUNT) and other == TABLE for one, other in pairwise(nouns))
    reckons = any(span.label in (COUNT, SHARE, AGGREGATE, EXTREME, COMPARE) for span in said)
    wants_rows |= names > 1 and any(span.label == EXTREME for span in said)
    if query or (words and names):
        is_about = names + (reckons or wants_rows) > 1
        changed = len(questions) > 1 and leans(questions[-1])
        return Reading(table, query, words, names + changed, wants_rows=wants_rows, is_about=is_about)
    return None


def asks_to_compute(question: str) -> bool:
    """Whether a question wants a number reckoned, which no sentence can be quoted for."""
    return bool(_RECKONED.search(question))


def asks_to_list(question: str) -> bool:
    """Whether a question wants rows, which sentences that share a word with them are not."""
    return bool(_LISTED.match(question))


def not_understood(reading: Reading) -> str:
    """Which words were not understood, and what the table holds."""
    words = " and ".join(f"“{word}”" for word in reading.words)
    table, columns = reading.table, reading.table.columns[:MAX_COLUMNS]
    more = f" (the first {MAX_COLUMNS} of {len(table.columns)})" if len(table.columns) > MAX_COLUMNS else ""
    return (
        f"I did not understand {words} in this question, so nothing was computed. The table `{table.name}` has these "
        f"columns{more} and rows:\n\n{_markdown([column.name for column in columns], table.sample)}"
    )


def tell(reading: Reading | None, sql: str, artifact: Mapping[str, Any]) -> str:
    """The result of a query: a sentence that says what was computed, the value or a table, and the query."""
    rows: list[list[Any]] = artifact.get("rows") or []
    query = reading.query if reading else None
    said = query.words() if query else "the result of the query"
    said = said[:1].upper() + said[1:]
    parts = [_result(said, artifact.get("columns") or [], rows)]
    total = artifact.get("total") or len(rows)
    if total > MAX_ROWS or artifact.get("truncated"):
        parts.append(f"Shown are {min(len(rows), MAX_ROWS)} of {total if total >= len(rows) else 'more'} rows.")
    parts += [
        f"Of {column.name}, {column.unread} cells are text that was not read as such values, and do not count."
        for column in (query.unread() if query else [])
    ]
    return "\n\n".join([*parts, f"SQL: `{sql}`"])


def _result(said: str, columns: Sequence[Any], rows: Sequence[Sequence[Any]]) -> str:
    if not rows or all(value is None for row in rows for value in row):
        return f"{said}: there is no row that matches."
    if len(rows) == 1 and len(rows[0]) == 1:
        return f"{said}: {shown(rows[0][0])}."
    return f"{said}:\n\n{_markdown([str(column) for column in columns], rows[:MAX_ROWS])}"


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [heads, ["---"] * len(heads), *([shown(value) for value in row[: len(heads)]] for row in rows)]
    return "\n".join("| " + " | ".join(map(_escaped, line)) + " |" for line in lines)


def _escaped(cell: str) -> str:
    return cell.replace("|", "\\|").replace("\n", " ")
