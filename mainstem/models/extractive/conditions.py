"""What a question says of the rows that it means: values, numbers, days, comparisons and negations, as conditions."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from mainstem.models.extractive.days import Days, year
from mainstem.models.extractive.lexicon import ASK, BETWEEN, COMPARE, EXTREME, FIRST, MONEY, NOT, OR, ROW, THAN
from mainstem.models.extractive.schema import YEAR_NAME, ColumnSchema
from mainstem.models.extractive.span import COLUMN, DAYS, NUMBER, PART, TABLE, VALUE, Span
from mainstem.models.extractive.table_query import Condition
from mainstem.models.extractive.table_question import NotUnderstoodError, TableQuestion
from mainstem.models.stemming import stem

_MAX_LIMIT = 100
_AGE = stem("age")


def conditions(asked: TableQuestion, known: tuple[ColumnSchema, ...] = ()) -> list[Condition]:
    """All conditions of a question; `known` are the columns of conditions that it may change."""
    found = [*_compared(asked, known), *_on_values(asked), *_equal(asked, known)]
    return found + list(_lacking(asked))


def limit(asked: TableQuestion) -> int | None:
    """How many rows are asked for: *the three largest*."""
    for at in asked.all(NUMBER):
        value = asked.spans[at].value
        is_near = asked.label(at - 1) in (EXTREME, FIRST, ASK) or asked.label(at + 1) in (EXTREME, FIRST)
        if is_near and not asked.spans[at].unit and value == int(value) and 0 < value < _MAX_LIMIT:
            asked.use(at)
            return int(value)
    return None


def truths(asked: TableQuestion) -> Iterator[Condition]:
    """The columns of yes and no that are named: *not remote*."""
    for at in asked.all(COLUMN):
        column = asked.column(at)
        if column and column.is_truth and asked.label(at - 1) != ASK:
            asked.use(at)
            yield Condition(column, "=", (True,), asked.takes_not(at))


def _compared(asked: TableQuestion, known: tuple[ColumnSchema, ...]) -> Iterator[Condition]:
    for at in asked.all(BETWEEN):
        first, last = _values(asked, at + 1, at + 2)
        yield _condition(asked, (at, at + 2), "between", (_same_month(first, last), last), known)
    for at in asked.all(COMPARE):
        place = at - 1 if asked.spans[at].text.lower().startswith("or ") else at + 1
        yield _condition(asked, (min(at, place), max(at, place)), asked.spans[at].value, _values(asked, place), known)
    for at in asked.all(THAN):  # older than 30
        column, value = asked.column(at - 1), _values(asked, at + 1)
        if not column or not asked.spans[at - 1].value or not _fits(column, value[0]):
            raise NotUnderstoodError([asked.spans[at].text])
        asked.use(at - 1, at, at + 1)
        yield _of(column, asked.spans[at - 1].value, value, negated=asked.takes_not(at - 1))


def _values(asked: TableQuestion, *places: int) -> tuple[Span, ...]:
    if all(asked.label(place) in (NUMBER, DAYS) for place in places):
        return tuple(asked.spans[place] for place in places)
    raise NotUnderstoodError([asked.spans[min(max(places[0] - 1, 0), len(asked.spans) - 1)].text])


def _same_month(first: Span, last: Span) -> Span:
    """*Between 10 and 20 June 2025*: the month and the year are said once."""
    if (
        first.label == NUMBER
        and last.label == DAYS
        and first.value <= last.value[0].day
        and last.value[0] == last.value[1]
    ):
        day = last.value[0].replace(day=int(first.value))
        return replace(first, label=DAYS, value=(day, day))
    return first


def _condition(
    asked: TableQuestion,
    places: tuple[int, int],
    operator: str,
    values: tuple[Span, ...],
    known: tuple[ColumnSchema, ...],
) -> Condition:
    """A comparison that stands from the first to the last of `places`."""
    first, last = places
    asked.use(*range(first, last + 1))
    column = _nearest(asked, first, last, values[0]) or _by_itself(asked, values[0], known, is_compared=True)
    negated = asked.takes_not(first)
    asked.use_column(column)
    return _of(column, operator, values, negated=negated or asked.takes_not(first - 1))


def _nearest(asked: TableQuestion, first: int, last: int, value: Span) -> ColumnSchema | None:
    """The column that is named right behind a comparison, or last before it."""
    for at in (last + 1, *range(first - 1, -1, -1)):
        column = asked.column(at)
        if column and _fits(column, value):
            asked.use(at)
            return column
    return None


def _by_itself(
    asked: TableQuestion, value: Span, known: tuple[ColumnSchema, ...], *, is_compared: bool = False
) -> ColumnSchema:
    """The only column that a value fits by its unit, or as a day; that of ages, where it is compared."""
    columns = asked.table.columns
    fits = [
        column
        for column in columns
        if value.unit and _fits(column, value) and (value.unit not in MONEY or column.is_money)
    ]
    if not value.unit:
        fits = [column for column in known if _fits(column, value)] or _times(asked, value)
    if not fits and is_compared:
        fits = [column for column in columns if column.is_number and _AGE in column.stems]  # pupils under 12
    if len(fits) != 1:
        raise NotUnderstoodError([value.text])
    return fits[0]


def _times(asked: TableQuestion, value: Span) -> list[ColumnSchema]:
    """The columns of years for a year, or of days for days; the other ones where there are none."""
    if value.label == NUMBER and not _days(value):
        return []
    fits = [column for column in asked.table.columns if column.tells_when and _fits(column, value)]
    return [column for column in fits if column.is_year == (value.label == NUMBER)] or fits


def _fits(column: ColumnSchema, value: Span) -> bool:
    """Whether a column can be compared with a value: minutes are no hours."""
    if value.label == DAYS or (value.label == NUMBER and not column.is_number):
        return (column.tells_when) and _days(value) is not None
    if value.label == PART:
        return column.is_day
    is_unmarked = not column.units and value.unit in MONEY
    return column.is_number and (not value.unit or value.unit in column.units or is_unmarked)


def _days(value: Span) -> Days | None:
    return value.value if value.label == DAYS else year(value.value)


def _of(column: ColumnSchema, operator: str, values: tuple[Span, ...], *, negated: bool = False) -> Condition:
    """A condition in the column's own terms: numbers, days, months as text, or years."""
    if values[0].label == PART:
        return Condition(column, "part", values[0].value, negated)
    said = [_days(value) for value in values]
    if column.is_number and not (column.is_year and values[0].label == DAYS):
        return Condition(column, operator, tuple(value.value for value in values), negated)
    first, last = said[0], said[-1]
    if first is None or last is None:
        raise NotUnderstoodError(value.text for value in values)
    if operator in ("=", "between"):
        low, high = _in(column, first[0]), _in(column, last[1])
        return (
            Condition(column, "=", (low,), negated)
            if low == high
            else Condition(column, "between", (low, high), negated)
        )
    return Condition(column, operator, (_in(column, first[operator in (">", "<=")]),), negated)


def _in(column: ColumnSchema, day: date) -> date | int | str:
    return day if column.is_day else day.year if column.is_year else f"{day:%Y-%m}"


def _on_values(asked: TableQuestion) -> Iterator[Condition]:
    found: dict[tuple[ColumnSchema | None, bool], list[str]] = {}
    negated, before = False, None
    for at in asked.all(VALUE):
        span = asked.spans[at]
        column = span.column
        at_name = at - 1 if asked.column(at - 1) == column else at
        goes_on = span.is_joined and before == column
        negated = asked.takes_not(at_name) or (goes_on and negated)
        asked.use(at)
        same = found.setdefault((column, negated), [])
        if same and not span.is_joined:
            raise NotUnderstoodError([span.text])
        same.append(span.value)
        before = column
    if any(len(values) > 1 for values in found.values()):
        asked.use(*asked.all(OR))
    for (column, is_not), values in found.items():
        if column:
            asked.use_column(column)
            yield Condition(column, "=", tuple(dict.fromkeys(values)), is_not)


def _equal(asked: TableQuestion, known: tuple[ColumnSchema, ...]) -> Iterator[Condition]:
    for at in asked.all(DAYS, NUMBER, PART):
        span = asked.spans[at]
        if asked.label(at) == "":
            continue
        asked.use(at)
        near = [column for place in (at - 1, at + 1) if (column := asked.column(place)) and _fits(column, span)]
        key = asked.table.key
        times = [column for column in _times(asked, span) if column in asked.columns()] or _times(asked, span)
        if times and not span.unit:
            column = times[0] if len(times) == 1 else _by_itself(asked, span, known)
        elif near:
            column = near[0]
            if YEAR_NAME.search(column.name) and _days(span):
                raise NotUnderstoodError([span.text])  # in 2019 and 2018, of which one has a column
        elif asked.label(at - 1) in (ROW, TABLE) and key and key.is_number and span.label == NUMBER:
            column = key
        else:
            column = _by_itself(asked, span, known)
        asked.use_column(column)
        yield _of(column, "=", (span,), negated=asked.takes_not(at))


def _lacking(asked: TableQuestion) -> Iterator[Condition]:
    """Without a discount: it is nought, or there is none."""
    for at in asked.all(NOT):
        column = asked.column(at + 1)
        if column and not column.is_truth:
            asked.use(at, at + 1)
            yield Condition(column, "lacks", ())
