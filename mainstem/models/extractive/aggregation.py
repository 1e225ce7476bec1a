"""What a question wants of a table: a count, a sum, an extreme, a ranking, some columns, or just to see it."""

import re
from dataclasses import dataclass, field

from mainstem.models.extractive.filters import Filters
from mainstem.models.extractive.schema import ColumnSchema, TableSchema

_COUNT = re.compile(r"\bhow many\b|\bnumber of\b|\bcount\b", re.IGNORECASE)
_DISTINCT = re.compile(r"\b(?:different|distinct|unique)\b", re.IGNORECASE)
_AVERAGE = re.compile(r"\b(?:average|mean|avg)\b", re.IGNORECASE)
_SUM = re.compile(r"\b(?:total|sum|altogether|combined|overall)\b", re.IGNORECASE)
_MOST = re.compile(
    r"\b(?:max(?:imum)?|highest|largest|biggest|greatest|most|oldest|latest|newest|longest|best)\b", re.IGNORECASE
)
_LEAST = re.compile(
    r"\b(?:min(?:imum)?|lowest|smallest|least|youngest|earliest|cheapest|shortest|worst)\b", re.IGNORECASE
)
_TOP = re.compile(
    r"\b(top|best|highest|largest|bottom|worst|lowest|smallest)\s+(\d{1,3})\b|\b(top|bottom)\b", re.IGNORECASE
)
_DOWN = frozenset({"bottom", "worst", "lowest", "smallest"})
_GROUP = re.compile(r"\b(?:per|by|for each|for every|in each|of each)\s+(?:the\s+)?(.+)$", re.IGNORECASE)
_LIST = re.compile(r"\b(?:list|show|display|give|rows?|records?|entries)\b", re.IGNORECASE)
_FIRST = re.compile(r"\b(?:first|show|list)\s+(?:the\s+)?(?:first\s+)?(\d{1,3})\b", re.IGNORECASE)
_WHICH = re.compile(r"^(?:which|who|what)\b|\bwhich\b|\bname of\b", re.IGNORECASE)


@dataclass(frozen=True)
class Aggregation:
    """One of: an aggregate over a column (or over rows), an order by a column, or the columns themselves."""

    aggregate: str | None = None
    columns: list[ColumnSchema] = field(default_factory=list[ColumnSchema])
    distinct: bool = False
    group: ColumnSchema | None = None
    order: ColumnSchema | None = None
    descending: bool = True
    limit: int | None = None
    listing: bool = False
    used: frozenset[str] = frozenset()


def aggregation(question: str, table: TableSchema, found: Filters) -> Aggregation:
    """Read what `question` wants; with nothing to go by, the columns it mentions."""
    mentioned = [column for column in table.mentioned(question) if column not in found.columns]
    numeric = [column for column in mentioned if column.numeric]
    group = _group(question, mentioned, table)
    return (
        _ranking(question, numeric, mentioned)
        or _average_or_sum(question, [column for column in numeric if column != group], group)
        or _extreme(question, numeric, mentioned, group)
        or _count(question, [column for column in mentioned if column != group], group, table)
        or _columns(question, mentioned)
    )


def _group(question: str, mentioned: list[ColumnSchema], table: TableSchema) -> ColumnSchema | None:
    match = _GROUP.search(question)
    named = table.mentioned(match[1]) if match else []
    return named[0] if named and named[0] in mentioned else None


def _ranking(question: str, numeric: list[ColumnSchema], mentioned: list[ColumnSchema]) -> Aggregation | None:
    match = _TOP.search(question)
    if not match or not numeric:
        return None
    word = (match[1] or match[3]).lower()
    ordered = numeric[-1]
    shown = [column for column in mentioned if column != ordered]
    limit = int(match[2]) if match[2] else 10
    columns = [*shown, ordered] if shown else []
    return Aggregation(
        columns=columns, order=ordered, descending=word not in _DOWN, limit=limit, used=frozenset({str(limit)})
    )


def _average_or_sum(question: str, numeric: list[ColumnSchema], group: ColumnSchema | None) -> Aggregation | None:
    aggregate = "AVG" if _AVERAGE.search(question) else "SUM" if _SUM.search(question) else None
    return Aggregation(aggregate=aggregate, columns=numeric[:1], group=group) if aggregate and numeric else None


def _extreme(
    question: str, numeric: list[ColumnSchema], mentioned: list[ColumnSchema], group: ColumnSchema | None
) -> Aggregation | None:
    most, least = _MOST.search(question), _LEAST.search(question)
    # "at least 3" and "at most 3" are comparisons
    if re.search(r"\bat (?:least|most)\b", question, re.IGNORECASE) or not (most or least) or not numeric:
        return None
    target = numeric[-1]
    others = [column for column in mentioned if column != target]
    if group and group != target:
        return Aggregation(aggregate="MAX" if most else "MIN", columns=[target], group=group)
    if others or (_WHICH.search(question) and not re.match(r"what\b", question, re.IGNORECASE)):
        return Aggregation(columns=[*others, target] if others else [], order=target, descending=bool(most), limit=1)
    return Aggregation(aggregate="MAX" if most else "MIN", columns=[target])


def _count(
    question: str, mentioned: list[ColumnSchema], group: ColumnSchema | None, table: TableSchema
) -> Aggregation | None:
    asked = _COUNT.search(question)
    if not asked:
        return None
    if _DISTINCT.search(question) and mentioned:
        return Aggregation(aggregate="COUNT", columns=mentioned[:1], distinct=True)
    # "how many units": a column that already counts is added up
    counted = [column for column in mentioned if column.numeric and table.begins(question[asked.end() :], column)]
    return (
        Aggregation(aggregate="SUM", columns=counted, group=group)
        if counted
        else Aggregation(aggregate="COUNT", group=group)
    )


def _columns(question: str, mentioned: list[ColumnSchema]) -> Aggregation:
    first = _FIRST.search(question)
    return Aggregation(columns=mentioned, limit=int(first[1]) if first else None, listing=bool(_LIST.search(question)))
