"""The spans of a question as a query; whatever is left over makes it one that is not understood."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

from mainstem.models.extractive import lexicon, spans
from mainstem.models.extractive.completed_spans import completed
from mainstem.models.extractive.lexicon import AGGREGATE, ASK, COMPARE, COUNT, EXTREME, FIRST, MEASURE, NOT, ROW, TABLE
from mainstem.models.extractive.schema import ColumnSchema, TableSchema
from mainstem.models.extractive.spans import COLUMN, DAYS, NUMBER, UNKNOWN, VALUE, Span
from mainstem.models.extractive.table_query import Condition, TableQuery

_YES_OR_NO = re.compile(r"\W*(?:is|are|was|were|do|does|did|has|have)\b", re.IGNORECASE)
_BEFORE_ROWS = frozenset({"of", "the", "all", "were", "are", "is", "was", "me"})
_WITHOUT = frozenset({"no", "without"})
_FROM_ALL = frozenset({"most", "least", "fewest"})


class NotUnderstoodError(Exception):
    """Some words of a question that mean nothing here, or nothing together."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = list(words)
        super().__init__(", ".join(self.words))


def read(question: str, table: TableSchema, before: TableQuery | None = None) -> TableQuery | None:
    """The query; `before` with what the question names of it changed; None when the question asks nothing of the table.

    Raises `NotUnderstoodError`.
    """
    reader = _Reader(question, table, before)
    return reader.changed(before) if before else reader.query()


def linked(question: str, table: TableSchema) -> int:
    """How many of the names and values of a table a question holds."""
    return sum(label in (COLUMN, VALUE, TABLE) for label in _labels(question, table))


def asks(question: str, table: TableSchema) -> bool:
    """Whether a question holds two names or values of the table at least, or asks for its rows, or reckons with one."""
    asked = any(label in (COUNT, AGGREGATE, EXTREME, COMPARE) for label in _labels(question, table))
    return linked(question, table) + (asked or wants_rows(question, table)) > 1


def wants_rows(question: str, table: TableSchema) -> bool:
    """Whether a question asks for rows of the table by its name: *which members*, *how many members*."""
    labels = [
        span.label
        for span in spans.spans(question, table)
        if span.label not in (NUMBER, EXTREME, MEASURE) and span.text.lower() not in _BEFORE_ROWS
    ]
    return any(one in (ASK, COUNT) and other == TABLE for one, other in pairwise(labels))


def _labels(question: str, table: TableSchema) -> list[str]:
    return [span.label for span in _understood(question, table)]


def _understood(question: str, table: TableSchema) -> list[Span]:
    return list(completed(list(spans.content(spans.spans(question, table))), table))


class _Reader:
    def __init__(self, question: str, table: TableSchema, before: TableQuery | None) -> None:
        self._table = table
        self._before = before
        self._asks_whether = bool(_YES_OR_NO.match(question))
        found = _understood(question, table)
        if unknown := [span.text for span in found if span.label == UNKNOWN]:
            raise NotUnderstoodError(unknown)
        self._spans = found
        self._used: set[int] = set()
        self._limit: int | None = None

    def query(self) -> TableQuery | None:
        """All of it."""
        if not any(span.label in (COLUMN, VALUE, TABLE) for span in self._spans):
            return None
        conditions = [*self._compared(), *self._on_values(), *self._on_days_and_numbers(), *self._lacking()]
        whether = self._whether()
        conditions += [] if whether else self._truths()
        made = self._made(tuple(conditions), whether)
        if left := [span.text for at, span in enumerate(self._spans) if at not in self._used]:
            raise NotUnderstoodError(left)
        return made if made and _tells(made) else None

    def changed(self, before: TableQuery) -> TableQuery | None:
        """The query before, with the conditions on the columns that are named now in the place of theirs."""
        conditions = [*self._compared(), *self._on_values(), *self._on_days_and_numbers(), *self._truths()]
        columns = [self._spans[at].value for at in self._columns()]
        self._use(*self._columns(), *self._all(TABLE, ROW))
        if left := [span.text for at, span in enumerate(self._spans) if at not in self._used]:
            raise NotUnderstoodError(left)
        named = {condition.column for condition in conditions}
        kept = [condition for condition in before.conditions if condition.column not in named]
        return _with(before, conditions=(*kept, *conditions), columns=tuple(columns) or before.columns)

    # Spans, by place

    def _at(self, at: int) -> Span | None:
        return self._spans[at] if 0 <= at < len(self._spans) and at not in self._used else None

    def _is(self, at: int, *labels: str) -> bool:
        span = self._at(at)
        return span is not None and span.label in labels

    def _all(self, *labels: str) -> list[int]:
        return [at for at, span in enumerate(self._spans) if span.label in labels and at not in self._used]

    def _use(self, *places: int) -> None:
        self._used.update(places)

    def _take(self, *labels: str) -> int | None:
        """The first unused span with one of the labels, used from now on."""
        found = self._all(*labels)
        self._use(*found[:1])
        return found[0] if found else None

    def _columns(self, *wanted: str) -> list[int]:
        return [
            at for at in self._all(COLUMN) if not wanted or any(getattr(self._spans[at].value, each) for each in wanted)
        ]

    # Conditions

    def _compared(self) -> Iterable[Condition]:
        for at in self._all(lexicon.BETWEEN):
            if not (self._is(at + 1, NUMBER, DAYS) and self._is(at + 2, NUMBER, DAYS)):
                raise NotUnderstoodError([self._spans[at].text])
            self._use(at, at + 1, at + 2)
            yield self._range(at, self._spans[at + 1], self._spans[at + 2])
        for at in self._all(COMPARE):
            place = at + 1 if self._is(at + 1, NUMBER, DAYS) else at - 1
            if not self._is(place, NUMBER, DAYS):
                raise NotUnderstoodError([self._spans[at].text])
            self._use(at, place)
            yield self._comparison(at, place, self._spans[at].value)
        for at in self._all(lexicon.THAN):  # older than 30
            if not (self._is(at - 1, MEASURE) and self._is(at + 1, NUMBER)):
                raise NotUnderstoodError([self._spans[at].text])
            column, less = self._measure(at - 1)
            self._use(at - 1, at, at + 1)
            yield Condition(column, "<" if less else ">", (self._spans[at + 1].value,))

    def _comparison(self, at: int, place: int, operator: str) -> Condition:
        span = self._spans[place]
        column = self._compared_column(min(at, place), max(at, place) + 1, span)
        days = span.value if span.label == DAYS else spans.year(span.value)
        if column.is_day and days:
            return Condition(column, operator, (days[operator in (">", "<=")],))
        if span.label == DAYS or not column.is_number:
            raise NotUnderstoodError([span.text])
        return Condition(column, operator, (span.value,))

    def _range(self, at: int, first: Span, last: Span) -> Condition:
        column = self._compared_column(at, at + 3, first)
        if column.is_day:
            low, high = (span.value if span.label == DAYS else spans.year(span.value) for span in (first, last))
            if low and high:
                return Condition(column, "between", (low[0], high[1]))
        if not column.is_number or DAYS in (first.label, last.label):
            raise NotUnderstoodError([first.text, last.text])
        return Condition(column, "between", (first.value, last.value))

    def _compared_column(self, before: int, after: int, span: Span) -> ColumnSchema:
        """What a number is compared with: the column behind it, the last one before it, or the only one of days."""
        if self._is(after, COLUMN) and self._fits(self._spans[after].value, span):
            column = self._spans[after].value
            self._use(*(at for at in self._columns() if self._spans[at].value == column))
            return column
        for at in range(before - 1, -1, -1):
            if self._is(at, COLUMN) and self._fits(self._spans[at].value, span):
                self._use(at)
                return self._spans[at].value
            if self._is(at, MEASURE):
                self._use(at)
                return self._measure(at)[0]
        return self._of_days(span)

    def _fits(self, column: ColumnSchema, span: Span) -> bool:
        is_day = span.label == DAYS or spans.year(span.value) is not None
        return (column.is_day and is_day) or (column.is_number and span.label == NUMBER)

    def _of_days(self, span: Span) -> ColumnSchema:
        known = [each.column for each in self._before.conditions] if self._before else []
        column = next((each for each in known if self._fits(each, span)), None)
        ways = ("is_day", "is_year") if span.label == DAYS else ("is_year", "is_day")
        column = column or next((found for way in ways if (found := self._table.one(way))), None)
        if column is None or not self._fits(column, span):
            raise NotUnderstoodError([span.text])
        return column

    def _on_values(self) -> Iterable[Condition]:
        found: dict[tuple[str, bool], tuple[ColumnSchema, list[str]]] = {}
        for at in self._all(VALUE):
            column, value = self._spans[at].value
            near = next((place for place in (at - 1, at - 2) if self._is(place, NOT)), None)
            negated = near == at - 1 or (near is not None and self._is(at - 1, COLUMN))
            self._use(at, *([near] if negated and near is not None else []))
            same = found.setdefault((column.name, negated), (column, []))[1]
            if same and not self._spans[at].is_joined:
                raise NotUnderstoodError([self._spans[at].text])
            same.append(value)
        several = any(len(values) > 1 for _, values in found.values())
        self._use(*(self._all(lexicon.OR) if several else []))
        for (_, negated), (column, values) in found.items():
            self._use(
                *(at for at in self._all(COLUMN) if self._spans[at].value == column and not self._is(at - 1, ASK))
            )
            yield Condition(column, "=", tuple(dict.fromkeys(values)), negated)

    def _on_days_and_numbers(self) -> Iterable[Condition]:
        for at in self._all(DAYS, NUMBER):
            span = self._spans[at]
            if span.label == NUMBER and self._is_limit(at):
                self._limit = int(span.value)
                self._use(at)
                continue
            days = span.value if span.label == DAYS else spans.year(span.value)
            column = self._equal_column(at, days)
            self._use(
                at,
                *(
                    place
                    for place in self._columns()
                    if self._spans[place].value == column and not self._is(place - 1, ASK)
                ),
            )
            yield (
                Condition(column, "between", days) if column.is_day and days else Condition(column, "=", (span.value,))
            )

    def _equal_column(self, at: int, days: "Days | None") -> ColumnSchema:
        """Which column is to be a number or within days: of days if there is one, else the one just before."""
        span = self._spans[at]
        before = self._spans[at - 1].value if self._is(at - 1, COLUMN) else None
        mentioned = [self._spans[place].value for place in self._columns("is_day", "is_year")]
        if days and any(column.is_day or column.is_year for column in self._table.columns):
            return mentioned[0] if mentioned else self._of_days(span)
        if before and self._fits(before, span):
            return before
        if not days:
            raise NotUnderstoodError([span.text])
        return self._of_days(span)

    def _is_limit(self, at: int) -> bool:
        value = self._spans[at].value
        near = self._is(at - 1, EXTREME, FIRST, ASK) or self._is(at + 1, EXTREME, FIRST, MEASURE)
        return near and value == int(value) and 0 < value < 100

    def _whether(self) -> ColumnSchema | None:
        """The column of truths that a question for yes or no is about."""
        found = self._columns("is_truth")
        if not self._asks_whether or len(found) != 1 or self._all(ASK, COUNT, AGGREGATE, EXTREME, NOT):
            return None
        self._use(found[0])
        return self._spans[found[0]].value

    def _truths(self) -> Iterable[Condition]:
        for at in self._columns("is_truth"):
            if self._is(at - 1, ASK):
                continue
            negated = self._is(at - 1, NOT)
            self._use(at, *([at - 1] if negated else []))
            yield Condition(self._spans[at].value, "=", (True,), negated)

    def _lacking(self) -> Iterable[Condition]:
        """Without a discount, of numbers: it is nought."""
        for at in self._all(NOT):
            if self._spans[at].text.lower() not in _WITHOUT or not self._is(at + 1, COLUMN):
                continue
            column: ColumnSchema = self._spans[at + 1].value
            if column.is_number and not self._is_ordinal(column):
                self._use(at, at + 1)
                yield Condition(column, "=", (0,))

    # What is wanted of the rows

    def _made(self, conditions: tuple[Condition, ...], whether: ColumnSchema | None) -> TableQuery | None:
        made = TableQuery(self._table, conditions, left_out=self._table.totals is not None)
        if whether:
            beside = [self._spans[at].value for at in self._columns()] if conditions else []
            self._use(*self._all(TABLE, ROW), *(self._columns() if conditions else []))
            return _with(made, columns=(*dict.fromkeys(beside), whether))
        for label, read_as in (
            (COUNT, self._counted),
            (EXTREME, self._extreme),
            (FIRST, self._first),
            (AGGREGATE, self._aggregated),
        ):
            if self._all(label) or (label == EXTREME and self._superlatives()):
                return read_as(made)
        return self._looked_up(made)

    def _counted(self, made: TableQuery) -> TableQuery:
        at = self._take(COUNT) or 0
        if self._all(EXTREME):
            return self._extreme(made)
        self._use(*(place for place in self._all(AGGREGATE) if self._spans[place].value == "SUM"))
        distinct = self._take(lexicon.DISTINCT) is not None
        after = next(
            (place for place in range(at + 1, len(self._spans)) if self._spans[place].label != lexicon.DISTINCT), None
        )
        counted = self._spans[after] if after is not None else None
        group = self._group()
        if after is None or counted is None or counted.label not in (COLUMN, TABLE, ROW, VALUE):
            raise NotUnderstoodError([self._spans[at].text])
        self._use(after, *self._all(TABLE, ROW))
        if any(each.is_one_value() and self._is_unique(each.column) for each in made.conditions):
            return self._told_of_one(made, counted)
        if counted.label != COLUMN or counted.value.is_truth:
            return _with(made, aggregate="COUNT", group=group)
        column: ColumnSchema = counted.value
        if column.is_number and not distinct and not self._is_ordinal(column):
            return _with(made, aggregate="SUM", columns=(column,), group=group)
        return _with(made, aggregate="COUNT", columns=(column,), distinct=True, group=group)

    def _told_of_one(self, made: TableQuery, counted: Span) -> TableQuery:
        """How many visitors one tour had: of one row there is nothing to count, but a number may be in it."""
        if counted.label != COLUMN or not counted.value.is_number or self._is_ordinal(counted.value):
            raise NotUnderstoodError([counted.text])
        return _with(made, columns=(counted.value,))

    def _is_unique(self, column: ColumnSchema) -> bool:
        return column.distinct is not None and column.distinct == self._table.rows

    def _is_ordinal(self, column: ColumnSchema) -> bool:
        """Whether its numbers are no amounts, but say which row it is."""
        return column == self._table.columns[0] or bool(lexicon.ORDINAL_NAMES & set(column.stems))

    def _aggregated(self, made: TableQuery) -> TableQuery:
        at = self._take(AGGREGATE) or 0
        again = [other for other in self._all(AGGREGATE) if self._spans[other].value == self._spans[at].value]
        self._use(*again)
        group = self._group()
        measures = self._columns("is_number") + self._all(MEASURE)
        if len(measures) != 1:
            raise NotUnderstoodError([self._spans[at].text])
        column = self._spans[measures[0]].value if self._is(measures[0], COLUMN) else self._measure(measures[0])[0]
        self._use(measures[0], *self._all(TABLE, ROW, ASK))
        if column.is_unit_price and self._spans[at].text.lower() == "how much" and made.conditions and not again:
            if group:
                raise NotUnderstoodError([self._spans[at].text])
            return _with(made, columns=(column,), distinct=True)
        return _with(made, aggregate=self._spans[at].value, columns=(column,), group=group)

    def _superlatives(self) -> list[int]:
        return [at for at in self._all(MEASURE) if self._spans[at].text.lower().endswith("est")]

    def _extreme(self, made: TableQuery) -> TableQuery:
        extremes, superlatives = self._all(EXTREME), self._superlatives()
        if len(extremes) + len(superlatives) != 1:
            raise NotUnderstoodError(self._spans[at].text for at in [*extremes, *superlatives])
        at = [*extremes, *superlatives][0]
        word, which = self._spans[at].text.lower(), self._spans[at].value if extremes else "MAX"
        names_rows = any(self._is(place - 1, ASK, EXTREME, MEASURE) for place in self._all(TABLE, ROW))
        self._use(*extremes)
        by = next((place for place in self._all(lexicon.GROUP) if self._is(place + 1, COLUMN)), None)
        measure, less = self._ordering(at, by)
        which = {"MAX": "MIN", "MIN": "MAX"}[which] if less else which
        targets = [self._spans[place].value for place in self._columns()]
        named = names_rows or self._limit is not None or by is not None
        who = any(self._spans[place].value == "who" for place in self._all(ASK))
        several = word in _FROM_ALL and len(targets) == 1 and (targets[0].distinct or 0) < self._table.rows
        if measure is None:
            return self._most_rows(made, at, word, which, targets)
        self._use(*self._columns(), *self._all(TABLE, ROW, ASK))
        if word in _FROM_ALL and self._is_ordinal(measure):
            raise NotUnderstoodError([word])
        if several and targets[0].distinct:
            return _with(
                made, aggregate="SUM", columns=(measure,), group=targets[0], order=(None, which), limit=self._limit or 1
            )
        if not targets and not named and not who:
            return _with(made, aggregate=which, columns=(measure,))
        key = [] if targets or self._table.key is None else [self._table.key]
        columns = tuple(dict.fromkeys([*targets, *key, measure]))
        return _with(made, columns=columns, order=(measure, which), limit=self._limit)

    def _ordering(self, at: int, by: int | None) -> tuple[ColumnSchema | None, bool]:
        """What *highest* is the highest of: the column behind it, by which it is ordered, or what a word speaks of."""
        measures = self._all(MEASURE)
        if measures and by is not None and self._spans[by + 1].value.is_number:
            self._use(measures[0], by, by + 1)
            return self._spans[by + 1].value, self._spans[measures[0]].value[0][1]
        if measures:
            column, less = self._measure(measures[0])
            self._use(measures[0])
            return column, less and self._spans[measures[0]].text.lower().endswith("est")
        fitting = self._columns("is_number")
        place = by + 1 if by is not None else next((each for each in fitting if each > at), None)
        place = place if place is not None or len(fitting) != 1 else fitting[0]
        if place is None or place not in fitting:
            return None, False
        self._use(place, *([by] if by is not None else []))
        return self._spans[place].value, False

    def _most_rows(self, made: TableQuery, at: int, word: str, which: str, targets: list[ColumnSchema]) -> TableQuery:
        """Which department has the most employees."""
        if word not in _FROM_ALL or len(targets) != 1 or not any(each > at for each in self._all(TABLE, ROW)):
            raise NotUnderstoodError([word])
        self._use(*self._columns(), *self._all(TABLE, ROW, ASK))
        return _with(made, aggregate="COUNT", group=targets[0], order=(None, which), limit=1)

    def _first(self, made: TableQuery) -> TableQuery:
        at = self._take(FIRST) or 0
        places = self._columns("is_day", "is_year")
        column = self._spans[places[0]].value if places else self._table.one("is_day", "is_year")
        shows_rows = self._limit is not None and column is None
        if column is None and not shows_rows:
            raise NotUnderstoodError([self._spans[at].text])
        self._use(*places[:1])
        targets = [self._spans[place].value for place in self._columns()]
        who = any(self._spans[place].value == "who" for place in self._all(ASK)) or bool(self._all(TABLE, ROW))
        self._use(*self._columns(), *self._all(ASK, TABLE, ROW))
        if shows_rows:
            return _with(made, columns=tuple(targets), limit=self._limit)
        key = [self._table.key] if who and not targets and self._table.key else []
        which, columns = self._spans[at].value, tuple(dict.fromkeys([*targets, *key, column]))
        if columns == (column,):
            return _with(made, aggregate=which, columns=columns)
        return _with(made, columns=columns, order=(column, which), limit=self._limit)

    def _looked_up(self, made: TableQuery) -> TableQuery | None:
        distinct = self._take(lexicon.DISTINCT) is not None
        columns: list[ColumnSchema | None] = []
        for at in self._all(MEASURE):
            if not (self._is(at - 1, ASK) and self._spans[at - 1].value == "how"):
                raise NotUnderstoodError([self._spans[at].text])
            columns.append(self._measure(at)[0])
            self._use(at - 1, at)
        asked = {self._spans[at].value for at in self._all(ASK)}
        columns += [self._spans[at].value for at in self._columns()]
        if "how" in asked:
            raise NotUnderstoodError(["how"])
        if "when" in asked and not any(column and _tells_when(column) for column in columns):
            columns.append(self._table.one("is_day") or self._table.one("is_day", "is_year"))
        columns += [self._place()] if "where" in asked else []
        named = [at for at in self._all(TABLE, ROW) if self._is(at - 1, ASK)] or "who" in asked
        columns = [self._table.key, *columns] if named and (made.conditions or not columns) else columns
        if None in columns:
            raise NotUnderstoodError(sorted(asked))
        is_about = any(self._spans[at].value for at in self._all(TABLE)) or bool(made.conditions)
        self._use(*self._columns(), *self._all(TABLE, ROW, ASK))
        found = tuple(dict.fromkeys(column for column in columns if column))
        if not is_about or (not found and not made.conditions and not self._limit):
            return _with(made) if is_about and named else None
        on_key = any(self._is_unique(condition.column) for condition in made.conditions)
        if len(found) == 1 and found[0].adds_up and made.conditions and not on_key and not distinct:
            return _with(made, aggregate="SUM", columns=found)
        return _with(made, columns=found, distinct=distinct, limit=self._limit)

    def _group(self) -> ColumnSchema | None:
        for at in self._all(lexicon.GROUP):
            if not self._is(at + 1, COLUMN):
                raise NotUnderstoodError([self._spans[at].text])
            self._use(at, at + 1)
            return self._spans[at + 1].value
        return None

    def _measure(self, at: int) -> tuple[ColumnSchema, bool]:
        """The column that a word such as *older* speaks of, and whether it means less of it."""
        for wanted, less in self._spans[at].value:
            found = [column for column in self._table.columns if wanted in column.stems and column.is_number]
            if len(found) == 1:
                return found[0], less
        raise NotUnderstoodError([self._spans[at].text])

    def _place(self) -> ColumnSchema | None:
        found = [column for column in self._table.columns if lexicon.PLACES & set(column.stems)]
        return found[0] if len(found) == 1 else None


def _tells_when(column: ColumnSchema) -> bool:
    return column.is_day or column.is_year or column.is_clock


def _with(made: TableQuery, **more: Any) -> TableQuery:
    return replace(made, **more)


def _tells(made: TableQuery) -> bool:
    """Whether the result says more than the question: not only columns that it gives the values of."""
    given = {condition.column for condition in made.conditions if condition.is_one_value()}
    return bool(made.aggregate) or not made.columns or not given.issuperset(made.columns)


Days = tuple[date, date]
