"""A question as one query: its conditions, and what is wanted of the rows. Whatever is left over is not understood."""

import re
from dataclasses import replace

from mainstem.models.extractive import conditions
from mainstem.models.extractive.asked import Asked, NotUnderstoodError
from mainstem.models.extractive.lexicon import (
    AGGREGATE,
    ASK,
    COUNT,
    DISTINCT,
    EXTREME,
    FIRST,
    GROUP,
    HIGHER,
    NOT,
    PLACES,
    ROW,
    SHARE,
    YEARS,
)
from mainstem.models.extractive.schema import YEAR_NAME, ColumnSchema, TableSchema
from mainstem.models.extractive.spans import COLUMN, NUMBER, TABLE, VALUE
from mainstem.models.extractive.table_query import TableQuery

_YES_OR_NO = re.compile(r"\W*(?:is|are|was|were|do|does|did|has|have)\b", re.IGNORECASE)
_FROM_ALL = frozenset({"most", "least", "fewest"})


def read(question: str, table: TableSchema, before: TableQuery | None = None) -> TableQuery | None:
    """The query; `before` with what the question names of it changed; None when the question asks nothing of the table.

    Raises `NotUnderstoodError`.
    """
    asked = Asked(question, table)
    if before:
        made = _changed(asked, before)
    elif asked.all(COLUMN, VALUE, TABLE, ROW):
        made = _made(asked, whether=bool(_YES_OR_NO.match(question)))
    else:
        return None
    if left := asked.left():
        raise NotUnderstoodError(left)
    return made if made and _tells(made) else None


def _changed(asked: Asked, before: TableQuery) -> TableQuery:
    """The query before, with what is named now in the place of what it says of the same."""
    found = [*conditions.conditions(asked, tuple(each.column for each in before.conditions)), *conditions.truths(asked)]
    named = {condition.column for condition in found}
    kept = [condition for condition in before.conditions if condition.column not in named]
    made = replace(before, conditions=(*kept, *found))
    if asked.take(COUNT) and before.aggregate != "COUNT":
        raise NotUnderstoodError(asked.left())
    if before.aggregate in ("MAX", "MIN") and (extreme := asked.take(EXTREME, FIRST)):
        made = replace(made, aggregate=extreme.value)
    elif before.order and (extreme := asked.take(EXTREME, FIRST)):
        made = replace(made, order=(extreme.column or before.order[0], extreme.value))
    columns = asked.columns()
    asked.use(*asked.all(COLUMN, TABLE, ROW, ASK))
    return replace(made, columns=tuple(columns)) if columns else made


def _made(asked: Asked, *, whether: bool) -> TableQuery | None:
    limit = conditions.limit(asked)
    found = conditions.conditions(asked)
    if whether and (truth := _asked_truth(asked)):
        beside = asked.columns() if found else []
        asked.use(*asked.all(TABLE, ROW, COLUMN))
        return TableQuery(asked.table, tuple(found), tuple(dict.fromkeys([*beside, truth])))
    made = TableQuery(asked.table, (*found, *conditions.truths(asked)), limit=limit)
    reckons = any(asked.spans[at].value != "SUM" for at in asked.all(AGGREGATE))  # the average number of servings
    for label, read_as in (
        (YEARS, _across), (SHARE, _share), (EXTREME, _extreme), (FIRST, _first), (AGGREGATE if reckons else COUNT, _aggregated if reckons else _counted),
        (AGGREGATE, _aggregated),
    ):  # fmt: skip
        if asked.all(label):
            return read_as(asked, made)
    return _looked_up(asked, made)


def _asked_truth(asked: Asked) -> ColumnSchema | None:
    """The column of yes and no that a question for one is about."""
    truths = [column for column in asked.columns() if column.is_truth]
    return truths[0] if len(truths) == 1 and not asked.all(ASK, COUNT, AGGREGATE, EXTREME, NOT) else None


def _across(asked: Asked, made: TableQuery) -> TableQuery:
    """In which year something was the largest, where each year has a column."""
    years, which = asked.take(YEARS), asked.take(EXTREME, HIGHER)
    columns = asked.columns() or [column for column in asked.table.columns if YEAR_NAME.search(column.name)]
    across = tuple(column for column in columns if column.is_number)
    is_one_row = [condition.is_one_value() for condition in made.conditions] == [True]
    if not years or not which or which.column or not is_one_row or len(across) < 2 or len(across) < len(columns):
        raise NotUnderstoodError([years.text if years else ""])
    asked.use(*asked.all(COLUMN, ASK))
    return replace(made, across=across, order=(None, which.value))


def _share(asked: Asked, made: TableQuery) -> TableQuery:
    """What percentage of the rows meets the one condition."""
    share = asked.take(SHARE)
    if share and (len(made.conditions) != 1 or not asked.all(TABLE, ROW) or asked.columns()):
        raise NotUnderstoodError([share.text])
    asked.use(*asked.all(TABLE, ROW, ASK))
    return replace(made, aggregate="SHARE")


def _counted(asked: Asked, made: TableQuery) -> TableQuery:
    at = asked.all(COUNT)[0]
    asked.use(at, *(place for place in asked.all(AGGREGATE) if asked.spans[place].value == "SUM"))
    distinct = asked.take(DISTINCT) is not None
    group = _group(asked)
    after = at + 1
    while after < len(asked.spans) and (asked.spans[after].label in (VALUE, DISTINCT) or _is_truth(asked, after)):
        after += 1
    noun = asked.column(after)
    if noun is None and asked.label(after) not in (TABLE, ROW) and not (after > at + 1):
        raise NotUnderstoodError([asked.spans[at].text])
    asked.use(after, *asked.all(TABLE, ROW))
    if any(each.is_one_value() and asked.table.is_unique(each.column) for each in made.conditions):
        return _told_of_one(made, noun, asked.spans[min(after, len(asked.spans) - 1)].text)
    if noun is None:
        return replace(made, aggregate="COUNT", group=group)
    if noun.is_number and not distinct and not _is_ordinal(asked, noun):
        return replace(made, aggregate="SUM", columns=(noun,), group=group)
    if not distinct and asked.table.rows > (noun.distinct or 0) > asked.table.rows / 2:
        raise NotUnderstoodError([asked.spans[after].text])  # the rows, or what is different among them
    return replace(made, aggregate="COUNT", columns=(noun,), distinct=True, group=group)


def _is_truth(asked: Asked, at: int) -> bool:
    column = asked.spans[at].column
    return asked.spans[at].label == COLUMN and column is not None and column.is_truth


def _told_of_one(made: TableQuery, noun: ColumnSchema | None, text: str) -> TableQuery:
    """How many visitors one tour had: of one row there is nothing to count, but a number may be in it."""
    if noun is None or not noun.is_number or noun.is_ordinal:
        raise NotUnderstoodError([text])
    return replace(made, columns=(noun,))


def _is_ordinal(asked: Asked, column: ColumnSchema) -> bool:
    return column == asked.table.columns[0] or column.is_ordinal


def _rows(asked: Asked) -> list[int]:
    """The places that only say which rows are meant: the table's name, or what its rows are called by."""
    return [*asked.all(TABLE, ROW), *(at for at in asked.all(COLUMN) if asked.column(at) in asked.table.naming)]


def _aggregated(asked: Asked, made: TableQuery) -> TableQuery:
    aggregate = asked.spans[asked.all(AGGREGATE)[0]]
    same = [at for at in asked.all(AGGREGATE) if asked.spans[at].value == aggregate.value]
    asked.use(*same, *asked.all(COUNT))
    group = _group(asked)
    numbers = [column for column in asked.columns() if column.is_number]
    if len(numbers) != 1 or (YEAR_NAME.search(numbers[0].name) and not made.conditions):
        raise NotUnderstoodError([aggregate.text])  # the rows below a year are of different things
    column = numbers[0]
    if aggregate.value == "SUM" and column.is_ordinal:
        raise NotUnderstoodError([aggregate.text])
    asked.use(*(at for at in asked.all(COLUMN) if asked.column(at) == column), *_rows(asked), *asked.all(ASK))
    if column.is_unit_price and aggregate.text.lower() == "how much" and made.conditions and len(same) == 1:
        if group:
            raise NotUnderstoodError([aggregate.text])
        return replace(made, columns=(column,), distinct=True)
    return replace(made, aggregate=aggregate.value, columns=(column,), group=group)


def _extreme(asked: Asked, made: TableQuery) -> TableQuery:
    places = asked.all(EXTREME)
    extreme = asked.spans[places[0]]
    if len(places) > 1:
        raise NotUnderstoodError(asked.spans[at].text for at in places)
    word = extreme.text.lower()
    aggregate = asked.take(AGGREGATE)
    asked.use(places[0], *asked.all(COUNT))
    measure = _ordering(asked, places[0])
    targets = [column for column in asked.columns() if column != measure]
    names_rows = any(_is_meant(asked, at) for at in asked.all(TABLE, ROW))
    several = len(targets) == 1 and not targets[0].is_number and not asked.table.is_unique(targets[0])
    if measure is None:
        if word not in _FROM_ALL or not several or not any(at > places[0] for at in asked.all(TABLE, ROW)):
            raise NotUnderstoodError([extreme.text])
        asked.use(*asked.all(COLUMN, TABLE, ROW, ASK))
        return replace(made, aggregate="COUNT", group=targets[0], order=(None, extreme.value), limit=made.limit or 1)
    people = _people(asked) if not targets else None
    asked.use(*asked.all(COLUMN, TABLE, ROW, ASK))
    if several and (aggregate or word in _FROM_ALL):
        if not aggregate and (measure.is_unit_price or _is_ordinal(asked, measure)):
            raise NotUnderstoodError([extreme.text])
        reckoned = aggregate.value if aggregate else "SUM"
        order, limit = (None, extreme.value), made.limit or 1
        return replace(made, aggregate=reckoned, columns=(measure,), group=targets[0], order=order, limit=limit)
    if aggregate or (word in _FROM_ALL and _is_ordinal(asked, measure)):
        raise NotUnderstoodError([extreme.text])
    if not targets and not names_rows and not people and made.limit is None:
        return replace(made, aggregate=extreme.value, columns=(measure,))
    columns = targets or ([people] if people else asked.table.naming)
    return replace(made, columns=tuple(dict.fromkeys([*columns, measure])), order=(measure, extreme.value))


def _is_meant(asked: Asked, at: int) -> bool:
    """Whether rows are what is asked for, and not only what something is of: *the most expensive recipe*."""
    is_adjective = asked.label(at - 1) == COLUMN and bool(asked.spans[at - 1].value)
    return is_adjective or asked.label(at - 1) in (ASK, EXTREME, "")


def _ordering(asked: Asked, at: int) -> ColumnSchema | None:
    """What *highest* is the highest of: the column by which it is ordered, or behind it, or what the word speaks of."""
    numbers = [place for place in asked.all(COLUMN) if (column := asked.column(place)) and column.is_number]
    by = next((place for place in numbers if asked.label(place - 1) == GROUP), None)
    if by is not None:
        asked.use(by, by - 1)
        return asked.spans[by].column
    if asked.spans[at].column:
        return asked.spans[at].column
    behind = next((place for place in numbers if place > at), numbers[0] if len(numbers) == 1 else None)
    return asked.column(behind) if behind is not None else None


def _first(asked: Asked, made: TableQuery) -> TableQuery:
    first = asked.take(FIRST)
    mentioned = [column for column in asked.columns() if column.is_day or column.is_year]
    column = mentioned[0] if mentioned else asked.table.one("is_day", "is_year")
    targets = [each for each in asked.columns() if each != column]
    people = _people(asked)
    names_rows = bool(asked.all(TABLE, ROW))
    asked.use(*asked.all(COLUMN, ASK, TABLE, ROW))
    if first is None or column is None:
        if first and made.limit is not None:
            return replace(made, columns=tuple(targets))
        raise NotUnderstoodError([first.text if first else ""])
    naming = [people] if people else asked.table.naming if names_rows else []
    columns = tuple(dict.fromkeys([*(targets or naming), column]))
    if columns == (column,):
        return replace(made, aggregate=first.value, columns=columns)
    return replace(made, columns=columns, order=(column, first.value))


def _looked_up(asked: Asked, made: TableQuery) -> TableQuery | None:
    distinct = asked.take(DISTINCT) is not None
    words = [asked.spans[at].value for at in asked.all(ASK)]
    columns: list[ColumnSchema | None] = list(asked.columns())
    if "how" in words and not columns:
        raise NotUnderstoodError(["how"])
    if "when" in words and not any(column and (column.tells_when or column.is_clock) for column in columns):
        columns.append(asked.table.one("is_day") or asked.table.one("is_day", "is_year"))
    if "where" in words:
        columns = (
            [_place(asked.table)] if all(column and column in _places(asked.table) for column in columns) else [None]
        )
    people = _people(asked)
    rows = asked.all(TABLE, ROW)
    named = any(at == 0 or asked.label(at - 1) in (ASK, NUMBER) for at in rows)
    if (named or people) and (made.conditions or not columns):
        columns = [*([people] if people else asked.table.naming), *columns]
    if None in columns:
        raise NotUnderstoodError(sorted(set(words)))
    is_about = bool(made.conditions) or any(asked.label(at) == TABLE for at in rows)
    asked.use(*asked.all(COLUMN, TABLE, ROW, ASK))
    found = tuple(dict.fromkeys(column for column in columns if column))
    if not is_about or (not found and not made.conditions and not made.limit):
        return made if is_about and named else None
    on_key = any(asked.table.is_unique(condition.column) for condition in made.conditions)
    if len(found) == 1 and found[0].adds_up and made.conditions and not on_key and not distinct:
        return replace(made, aggregate="SUM", columns=found)
    return replace(made, columns=found, distinct=distinct)


def _people(asked: Asked) -> ColumnSchema | None:
    """The column of names that *who* asks for, where no other is named."""
    if not any(asked.spans[at].value == "who" for at in asked.all(ASK)):
        return None
    people, key = asked.table.people, asked.table.key
    named = [column for column in asked.columns() if column in people]
    if len(people) > 1 and not named and key not in people:
        raise NotUnderstoodError(["who"])
    return named[0] if named else people[0] if len(people) == 1 else key


def _group(asked: Asked) -> ColumnSchema | None:
    for at in asked.all(GROUP):
        column = asked.column(at + 1)
        if column is None:
            raise NotUnderstoodError([asked.spans[at].text])
        asked.use(at, at + 1)
        return column
    return None


def _place(table: TableSchema) -> ColumnSchema | None:
    found = _places(table)
    return found[0] if len(found) == 1 else None


def _places(table: TableSchema) -> list[ColumnSchema]:
    return [column for column in table.columns if PLACES & set(column.stems)]


def _tells(made: TableQuery) -> bool:
    """Whether the result says more than the question: not only columns that it gives the values of."""
    given = {condition.column for condition in made.conditions if condition.is_one_value()}
    return bool(made.aggregate) or not made.columns or not given.issuperset(made.columns)
