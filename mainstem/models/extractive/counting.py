"""What is counted, added up or averaged: of all rows, or for each value of a column."""

from dataclasses import replace

from mainstem.models.extractive.lexicon import AGGREGATE, ASK, COUNT, DISTINCT, GROUP, ROW, SHARE
from mainstem.models.extractive.schema import YEAR_NAME, ColumnSchema, TableSchema
from mainstem.models.extractive.span import COLUMN, TABLE, VALUE
from mainstem.models.extractive.table_query import TableQuery
from mainstem.models.extractive.table_question import NotUnderstoodError, TableQuestion
from mainstem.models.stemming import stems


def counted(asked: TableQuestion, made: TableQuery) -> TableQuery:
    """How many rows there are, or different values; of a column of amounts, their sum."""
    at = asked.all(COUNT)[0]
    asked.use(at, *(place for place in asked.all(AGGREGATE) if asked.spans[place].value == "SUM"))
    distinct = asked.take(DISTINCT) is not None
    group = _group(asked)
    after = at + 1
    while after < len(asked.spans) and (asked.spans[after].label in (VALUE, DISTINCT) or _is_truth(asked, after)):
        after += 1
    noun, text = asked.column(after), asked.spans[min(after, len(asked.spans) - 1)].text
    if noun is not None and _says_rows(text, noun, asked.table):
        noun = None
        asked.use(after)
    elif noun is None and asked.label(after) not in (TABLE, ROW) and after == at + 1:
        raise NotUnderstoodError([asked.spans[at].text])
    asked.use(after, *asked.all(TABLE, ROW))
    is_amount = noun is not None and noun.is_number and not noun.is_ordinal
    if any(each.is_one_value() and asked.table.is_unique(each.column) for each in made.conditions):
        if noun is None or not is_amount:  # of one row there is nothing to count
            raise NotUnderstoodError([text])
        return replace(made, columns=(noun,))
    if noun is None:
        return replace(made, aggregate="COUNT", group=group)
    if is_amount and not distinct and noun != asked.table.columns[0]:
        return replace(made, aggregate="SUM", columns=(noun,), group=group)
    if not distinct and asked.table.rows > (noun.distinct or 0) > asked.table.rows / 2:
        raise NotUnderstoodError([text])  # the rows, or what is different among them
    return replace(made, aggregate="COUNT", columns=(noun,), distinct=True, group=group)


def aggregated(asked: TableQuestion, made: TableQuery) -> TableQuery:
    """The sum, the average or the median of the one column of numbers that is named."""
    aggregate = asked.spans[asked.all(AGGREGATE)[0]]
    same = [at for at in asked.all(AGGREGATE) if asked.spans[at].value == aggregate.value]
    asked.use(*same, *asked.all(COUNT))
    group = _group(asked)
    numbers = [column for column in asked.columns() if column.is_number]
    if len(numbers) > 1 and aggregate.text.lower() == "how much" and made.conditions and not group:
        asked.use(*asked.all(COLUMN, TABLE, ROW, ASK))  # rent in 2022 and 2023
        return replace(made, columns=tuple(numbers))
    if not asked.columns() and asked.all(TABLE) and aggregate.value == "SUM":  # the total of all donations
        numbers = [column for column in [asked.table.one("is_money")] if column and column.adds_up]
    column = numbers[0] if len(numbers) == 1 else None
    is_mixed = column is not None and YEAR_NAME.search(column.name) and not made.conditions  # each row is another thing
    if not asked.words().isdisjoint(("when", "where", "who")):
        raise NotUnderstoodError(sorted(asked.words()))
    if column is None or is_mixed or (aggregate.value == "SUM" and column.is_ordinal):
        raise NotUnderstoodError([aggregate.text])
    only_rows = [column, *asked.table.naming]
    asked.use(*(at for at in asked.all(COLUMN) if asked.column(at) in only_rows), *asked.all(TABLE, ROW, ASK))
    is_price = column.is_unit_price and aggregate.text.lower() == "how much" and len(same) == 1
    if is_price and made.conditions and not group:
        return replace(made, columns=(column,), distinct=True)
    if is_price and made.conditions:
        raise NotUnderstoodError([aggregate.text])
    return replace(made, aggregate=aggregate.value, columns=(column,), group=group)


def share(asked: TableQuestion, made: TableQuery) -> TableQuery:
    """What percentage of the rows meets the one condition."""
    share_ = asked.take(SHARE)
    if len(made.conditions) != 1 or not asked.all(TABLE, ROW) or asked.columns():
        raise NotUnderstoodError([share_.text] if share_ else [])
    asked.use(*asked.all(TABLE, ROW, ASK))
    return replace(made, aggregate="SHARE")


def _says_rows(text: str, column: ColumnSchema, table: TableSchema) -> bool:
    """Whether words that are a part of a column's name are that of its table: *sales* are rows, no *Sale date*."""
    said = set(stems(text))
    return said <= set(stems(table.name)) and not set(stems(column.name)) <= said


def _is_truth(asked: TableQuestion, at: int) -> bool:
    column = asked.spans[at].column
    return asked.spans[at].label == COLUMN and column is not None and column.is_truth


def _group(asked: TableQuestion) -> ColumnSchema | None:
    for at in asked.all(GROUP):
        column = asked.column(at + 1)
        if column is None:
            raise NotUnderstoodError([asked.spans[at].text])
        asked.use(at, at + 1)
        return column
    return None
