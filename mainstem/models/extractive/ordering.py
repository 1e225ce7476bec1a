"""Which rows are the first by something: the highest, the latest, the most, or the year in which it was so."""

from dataclasses import replace

from mainstem.models.extractive.lexicon import AGGREGATE, ASK, COUNT, EXTREME, FIRST, GROUP, HIGHER, RANKS, ROW, YEARS
from mainstem.models.extractive.schema import YEAR_NAME, ColumnSchema
from mainstem.models.extractive.span import COLUMN, TABLE, Span
from mainstem.models.extractive.table_query import TableQuery
from mainstem.models.extractive.table_question import NotUnderstoodError, TableQuestion

_FROM_ALL = frozenset({"most", "least", "fewest"})
"""Words that are of all rows together: the region with the most revenue is the one with the highest sum."""


def ordered(asked: TableQuestion, made: TableQuery) -> TableQuery:
    """The rows with the highest of a column, the group with the highest of all its rows, or that highest itself."""
    places = asked.all(EXTREME, FIRST)
    extreme, is_of_all = asked.spans[places[0]], asked.spans[places[0]].text.lower() in _FROM_ALL
    if len(places) > 1:
        raise NotUnderstoodError(asked.spans[at].text for at in places)
    aggregate = asked.take(AGGREGATE)
    asked.use(places[0], *asked.all(COUNT))
    measure = _time(asked, places[0]) if extreme.label == FIRST else _measure(asked, places[0])
    targets = [column for column in [*asked.columns(), *asked.times_and_places()] if column != measure]
    naming = _naming(asked, alone=not targets)
    group = targets[0] if len(targets) == 1 and not naming and _has_groups(asked, targets[0]) else None
    counts_rows = any(at > places[0] for at in asked.all(TABLE, ROW))
    if measure and RANKS & set(measure.stems):  # the top rank is the lowest number
        raise NotUnderstoodError([extreme.text])
    asked.use(*asked.all(COLUMN, TABLE, ROW, ASK))
    if measure is None:
        return _without_measure(made, extreme, group if is_of_all and counts_rows else None, targets)
    if group and (aggregate or (is_of_all and not measure.is_unit_price and not asked.is_ordinal(measure))):
        grouped = replace(made, aggregate=aggregate.value if aggregate else "SUM", columns=(measure,), group=group)
        return replace(grouped, order=(None, extreme.value), limit=made.limit or 1)
    if aggregate or (is_of_all and (group or asked.is_ordinal(measure))):
        raise NotUnderstoodError([extreme.text])
    shown = [*naming, *targets]
    if not shown and made.limit is None:
        return replace(made, aggregate=extreme.value, columns=(measure,))
    columns = tuple(dict.fromkeys([*(shown or asked.table.naming), measure]))
    return replace(made, columns=columns, order=(measure, extreme.value))


def _without_measure(
    made: TableQuery, extreme: Span, group: ColumnSchema | None, targets: list[ColumnSchema]
) -> TableQuery:
    """The group with the most rows; or the first rows, as they stand in the file."""
    if group:
        return replace(made, aggregate="COUNT", group=group, order=(None, extreme.value), limit=made.limit or 1)
    if extreme.label == FIRST and extreme.value == "MIN" and made.limit:
        return replace(made, columns=tuple(targets))
    raise NotUnderstoodError([extreme.text])


def across(asked: TableQuestion, made: TableQuery) -> TableQuery:
    """In which year something was the largest, or in which years it is known, where each year has a column."""
    years, which = asked.take(YEARS), asked.take(EXTREME, HIGHER)
    columns = asked.columns() or [column for column in asked.table.columns if YEAR_NAME.search(column.name)]
    compared = tuple(column for column in columns if column.is_number)
    is_of_one_row = [condition.is_one_value() for condition in made.conditions] == [True]
    is_other = which is not None and which.column is not None
    if is_other or not is_of_one_row or len(compared) in (0, 1) or len(compared) < len(columns):
        raise NotUnderstoodError([years.text] if years else [])
    asked.use(*asked.all(COLUMN, ASK, TABLE, ROW))
    return replace(made, across=compared, order=(None, which.value) if which else None)


def named_people(asked: TableQuestion) -> ColumnSchema | None:
    """The column of names that *who* asks for, where no other is named."""
    if "who" not in asked.words():
        return None
    people, key = asked.table.people, asked.table.key
    named = [column for column in asked.columns() if column in people]
    if len(people) > 1 and not named and key not in people:
        raise NotUnderstoodError(["who"])
    return named[0] if named else people[0] if len(people) == 1 else key


def _has_groups(asked: TableQuestion, column: ColumnSchema) -> bool:
    return not column.is_number and not asked.table.is_unique(column)


def _time(asked: TableQuestion, at: int) -> ColumnSchema | None:
    """What the first or the last is the first of: the column of days or years that is named, or the only one."""
    behind = asked.column(at + 1)
    if behind and behind.is_number and not behind.is_year:
        return None  # the first week
    named = [column for column in asked.columns() if column.is_day or column.is_year]
    return named[0] if named else asked.table.one("is_day", "is_year")


def _measure(asked: TableQuestion, at: int) -> ColumnSchema | None:
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


def _naming(asked: TableQuestion, *, alone: bool) -> tuple[ColumnSchema, ...]:
    """The columns by which rows are named, where rows are what is asked for: *the most expensive recipe*, *who*.

    `alone`: no column is asked for; beside one, rows are only where they are asked for themselves.
    """
    if people := named_people(asked):
        return (people,)
    for at in asked.all(TABLE, ROW):
        is_asked = at == 0 or asked.spans[at - 1].label == ASK
        is_adjective = asked.label(at - 1) == COLUMN and bool(asked.spans[at - 1].value)
        if is_asked or (alone and (is_adjective or asked.label(at - 1) in (EXTREME, FIRST, ""))):
            return asked.table.naming
    return ()
