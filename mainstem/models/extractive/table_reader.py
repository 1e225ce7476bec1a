"""A question as one query: its conditions, and what is wanted of the rows. Whatever is left over is not understood."""

import re
from dataclasses import replace

from mainstem.models.extractive import conditions
from mainstem.models.extractive.counting import aggregated, counted, share
from mainstem.models.extractive.lexicon import AGGREGATE, ASK, COUNT, DISTINCT, EXTREME, FIRST, NOT, ROW, SHARE, YEARS
from mainstem.models.extractive.ordering import across, named_people, ordered
from mainstem.models.extractive.schema import ColumnSchema, TableSchema
from mainstem.models.extractive.span import COLUMN, NUMBER, TABLE, VALUE
from mainstem.models.extractive.table_query import TableQuery
from mainstem.models.extractive.table_question import NotUnderstoodError, TableQuestion

_YES_OR_NO = re.compile(r"\W*(?:is|are|was|were|do|does|did|has|have)\b", re.IGNORECASE)


def read(question: str, table: TableSchema, before: TableQuery | None = None) -> TableQuery | None:
    """The query; `before` with what the question names of it changed; None when the question asks nothing of the table.

    Raises `NotUnderstoodError`.
    """
    asked = TableQuestion(question, table)
    if before:
        made = _changed(asked, before)
    elif asked.all(COLUMN, VALUE, TABLE, ROW):
        made = _made(asked, is_yes_or_no=bool(_YES_OR_NO.match(question)))
    else:
        return None
    if left := asked.left():
        raise NotUnderstoodError(left)
    return made if made and _tells(made) else None


def _changed(asked: TableQuestion, before: TableQuery) -> TableQuery:
    """The query before, with what is named now in the place of what it says of the same."""
    found = conditions.conditions(asked, tuple(each.column for each in before.conditions))
    found += conditions.truths(asked)
    named = {condition.column for condition in found}
    kept = [condition for condition in before.conditions if condition.column not in named]
    made = replace(before, conditions=(*kept, *found))
    if asked.take(COUNT) and before.aggregate != "COUNT":
        raise NotUnderstoodError(asked.left())
    if extreme := asked.take(EXTREME, FIRST):
        made = _turned(made, extreme.value, extreme.column)
    columns = asked.columns()
    asked.use(*asked.all(COLUMN, TABLE, ROW, ASK))
    return replace(made, columns=tuple(columns)) if columns else made


def _turned(made: TableQuery, which: str, column: ColumnSchema | None) -> TableQuery:
    """*And the lowest?*"""
    if made.order:
        return replace(made, order=(column or made.order[0], which))
    if made.aggregate in ("MAX", "MIN"):
        return replace(made, aggregate=which)
    raise NotUnderstoodError([which])


def _made(asked: TableQuestion, *, is_yes_or_no: bool) -> TableQuery | None:
    limit = conditions.limit(asked)
    found = conditions.conditions(asked)
    if is_yes_or_no and (truth := _asked_truth(asked)):
        beside = asked.columns() if found else []
        asked.use(*asked.all(TABLE, ROW, COLUMN))
        return TableQuery(asked.table, tuple(found), tuple(dict.fromkeys([*beside, truth])))
    made = TableQuery(asked.table, (*found, *conditions.truths(asked)), limit=limit)
    averages = any(asked.spans[at].value != "SUM" for at in asked.all(AGGREGATE))
    if asked.all(YEARS):
        return across(asked, made)
    if asked.all(EXTREME, FIRST):
        return ordered(asked, made)
    if asked.all(SHARE):
        return share(asked, made)
    if asked.all(COUNT) and not averages:  # but: the average number of servings
        return counted(asked, made)
    return aggregated(asked, made) if asked.all(AGGREGATE) else _looked_up(asked, made)


def _asked_truth(asked: TableQuestion) -> ColumnSchema | None:
    """The column of yes and no that a question for one is about."""
    truths = [column for column in asked.columns() if column.is_truth]
    return truths[0] if len(truths) == 1 and not asked.all(ASK, COUNT, AGGREGATE, EXTREME, NOT) else None


def _looked_up(asked: TableQuestion, made: TableQuery) -> TableQuery | None:
    """The cells of the columns that are named, or of those by which rows are named."""
    distinct = asked.take(DISTINCT) is not None
    rows = asked.all(TABLE, ROW)
    named = any(at == 0 or (asked.label(at - 1) in (ASK, NUMBER) and not asked.spans[at].is_subject) for at in rows)
    is_about = bool(made.conditions) or any(asked.label(at) == TABLE for at in rows)
    columns = _wanted(asked)
    people = named_people(asked)
    if (named or people) and (made.conditions or not columns):
        columns = [*([people] if people else asked.table.naming), *columns]
    asked.use(*asked.all(COLUMN, TABLE, ROW, ASK))
    if not is_about or (not columns and not made.conditions and not made.limit):
        return made if is_about and named else None
    _require_of_rows(asked, made, columns)
    on_key = any(asked.table.is_unique(condition.column) for condition in made.conditions)
    if len(columns) == 1 and columns[0].adds_up and made.conditions and not on_key and not distinct:
        return replace(made, aggregate="SUM", columns=tuple(columns))
    return replace(made, columns=tuple(dict.fromkeys(columns)), distinct=distinct)


def _require_of_rows(asked: TableQuestion, made: TableQuery, columns: list[ColumnSchema]) -> None:
    """Refuse the age of a teacher in a table of pupils: an amount is of whom its row is about."""
    others = [
        condition.values[0]
        for condition in made.conditions
        if condition.is_one_value()
        and condition.column in asked.table.people
        and condition.column != asked.table.key
        and not asked.table.is_unique(condition.column)
    ]
    if others and len(columns) == 1 and columns[0].is_number and not columns[0].adds_up:
        raise NotUnderstoodError(others)


def _wanted(asked: TableQuestion) -> list[ColumnSchema]:
    """The columns that are named, and the one that *when* or *where* asks for."""
    columns = asked.columns()
    if "how" in asked.words() and not columns:
        raise NotUnderstoodError(["how"])
    if "where" in asked.words() and not all(column.is_place for column in columns):
        raise NotUnderstoodError(["where"])  # where it was built is not when it was
    return [*columns, *asked.times_and_places()]


def _tells(made: TableQuery) -> bool:
    """Whether the result says more than the question: not only columns that it gives the values of."""
    given = {condition.column for condition in made.conditions if condition.is_one_value()}
    return bool(made.aggregate) or not made.columns or not given.issuperset(made.columns)
