"""A question about a table as one typed object, which is rendered as SQL and as a sentence that says the same."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from mainstem.models.extractive.schema import YEAR_NAME, ColumnSchema, TableSchema

_AGGREGATES = {"SUM": "the sum of", "AVG": "the average of", "MEDIAN": "the median of", "MAX": "the highest",
               "MIN": "the lowest", "COUNT": "the number of", "SHARE": "the percentage of"}  # fmt: skip
_LARGE = 1_000
_SIGNS = {"=": "is", ">": "is over", "<": "is under", ">=": "is at least", "<=": "is at most"}
_DAY_SIGNS = {"=": "is", ">": "is after", "<": "is before", ">=": "is not before", "<=": "is not after"}


@dataclass(frozen=True)
class Condition:
    """What a column must be: one of `values` (`=`), as it compares with one, or `between` two of them.

    `part` compares a part of a day, with its name: `month`, 2, February; `lacks`: there is none, or it is nought.
    """

    column: ColumnSchema
    operator: str
    values: tuple[Any, ...]
    negated: bool = False

    def is_one_value(self) -> bool:
        """Whether only rows with one value of the column are meant."""
        return self.operator == "=" and not self.negated and len(self.values) == 1

    def sql(self) -> str:
        """As a condition of SQL; a text is compared without regard to case."""
        column, values = quoted(self.column.name), [_literal(value) for value in self.values]
        if self.column.type.startswith("TIMESTAMP"):  # the last day is meant until its end
            column = f"{column}::DATE"
        if self.operator == "lacks":
            return f"({column} IS NULL OR {column} = 0)" if self.column.is_number else f"{column} IS NULL"
        if self.operator == "part":
            said = f"{self.values[0]}({column}) = {values[1]}"
        elif self.operator == "between":
            said = f"{column} BETWEEN {values[0]} AND {values[1]}"
        elif isinstance(self.values[0], str):
            column = column if self.column.type == "VARCHAR" else f"{column}::VARCHAR"
            said = f"{column} IN ({', '.join(values)})" if len(values) > 1 else f"{column} = {values[0]}"
        elif isinstance(self.values[0], bool):
            return column if self.values[0] != self.negated else f"NOT {column}"
        else:
            said = f"{column} {self.operator} {values[0]}"
        # What is not known is not known to be so: `NOT` alone would leave these rows out.
        return f"({said}) IS NOT TRUE" if self.negated else said

    def words(self) -> str:
        """As a clause for people."""
        name, values = self.column.name, [shown(value) for value in self.values]
        if self.operator == "lacks":
            return f"{name} is {'0 or ' if self.column.is_number else ''}missing"
        if self.operator == "part":
            return f"{name} is {'not ' if self.negated else ''}in any {values[2]}"
        if isinstance(self.values[0], bool):
            return f"{name} is {shown(self.values[0] != self.negated)}"
        if self.operator == "between":
            said = f"is{' not' if self.negated else ''} between {values[0]} and {values[1]}"
            return (
                f"{name} {said}" if values[0] != values[1] else f"{name} is {'not ' if self.negated else ''}{values[0]}"
            )
        signs = _DAY_SIGNS if isinstance(self.values[0], date) else _SIGNS
        return f"{name} {signs[self.operator]} {'not ' if self.negated else ''}{' or '.join(values)}"


@dataclass(frozen=True)
class TableQuery:
    """Rows, an aggregate, or the rows of the highest or lowest of a table."""

    table: TableSchema
    conditions: tuple[Condition, ...] = ()
    columns: tuple[ColumnSchema, ...] = ()
    """What is shown of the rows; for an aggregate, the column it is of (none: the rows themselves)."""
    aggregate: str | None = None
    group: ColumnSchema | None = None
    order: tuple[ColumnSchema | None, str] | None = None
    """What the rows (or the groups: None for their aggregate) are ordered by, from `MAX` or from `MIN` on."""
    limit: int | None = None
    distinct: bool = False
    across: tuple[ColumnSchema, ...] = ()
    """The columns, of years, that are compared with each other instead of rows."""

    def sql(self) -> str:
        """The query for DuckDB."""
        where = [condition.sql() for condition in self.conditions]
        source = f"FROM {quoted(self.table.name)}"
        if self.aggregate == "SHARE":
            kept = f" WHERE NOT {quoted(self.table.totals)}" if self.table.totals else ""
            return f"SELECT 100.0 * COUNT(*) FILTER (WHERE {' AND '.join(where)}) / COUNT(*) {source}{kept}"
        if self.across:
            return self._across_sql(f"{source} WHERE {' AND '.join(where)}")
        where += [f"NOT {quoted(self.table.totals)}"] if self.table.totals else []
        tail = ""
        if self.group:
            tail = f" GROUP BY 1 ORDER BY 2 {'ASC' if self.order and self.order[1] == 'MIN' else 'DESC'}"
        elif self.order and self.order[0]:
            column, which = quoted(self.order[0].name), self.order[1]
            if self.limit is None:
                inner = f" WHERE {' AND '.join(where)}" if where else ""
                where.append(f"{column} = (SELECT {which}({column}) {source}{inner})")
            else:
                tail = f" ORDER BY {column} {'DESC' if which == 'MAX' else 'ASC'} NULLS LAST"
        tail += f" LIMIT {self.limit}" if self.limit is not None else ""
        return f"SELECT {self._selected()} {source}{' WHERE ' + ' AND '.join(where) if where else ''}{tail}"

    def _across_sql(self, rows: str) -> str:
        years = [YEAR_NAME.findall(column.name) for column in self.across]
        is_told = len({tuple(each) for each in years}) == len(years) and all(len(each) == 1 for each in years)
        called = [each[0] if is_told else column.name for each, column in zip(years, self.across, strict=True)]
        names = ", ".join(map(quoted, called))
        numbers = ", ".join(
            f"{quoted(column.name)}::DOUBLE AS {quoted(name)}" for column, name in zip(self.across, called, strict=True)
        )
        source = f'(UNPIVOT (SELECT {numbers} {rows}) ON {names} INTO NAME "column" VALUE "amount")'
        tail = f' ORDER BY "amount" {"DESC" if self.order[1] == "MAX" else "ASC"} LIMIT 1' if self.order else ""
        return f'SELECT "column", "amount" FROM {source}{tail}'  # noqa: S608 (names are quoted)

    def _selected(self) -> str:
        if self.aggregate:
            inside = ", ".join(quoted(column.name) for column in self.columns) or "*"
            said = f"{self.aggregate}({'DISTINCT ' if self.distinct else ''}{inside})"
            return f"{quoted(self.group.name)}, {said}" if self.group else said
        shown_ = ", ".join(map(_selected, self.columns)) or "*"
        return f"DISTINCT {shown_}" if self.distinct else shown_

    def words(self) -> str:
        """What is computed, as a sentence without its end."""
        clauses = [condition.words() for condition in self.conditions]
        where = f" where {' and '.join(clauses)}" if clauses else ""
        of = " and ".join(column.name for column in self.columns)
        if self.across:
            names = ", ".join(column.name for column in self.across)
            most = f"the {'highest' if self.order[1] == 'MAX' else 'lowest'} of " if self.order else ""
            said = f"{most}{names}"
        elif self.aggregate:
            said = f"{_AGGREGATES[self.aggregate]} {'different ' if self.distinct else ''}{of or 'rows'}"
        else:
            said = f"{'the different ' if self.distinct else ''}{of}" if of else "the rows"
        if self.group:
            said += f" for each {self.group.name}" + (", the " + self._most() if self.limit else "")
        elif self.order and self.order[0]:
            most = "highest" if self.order[1] == "MAX" else "lowest"
            if self.order[0].is_day or self.order[0].is_year:
                most = "latest" if self.order[1] == "MAX" else "earliest"
            said += f" of the {f'{self.limit} rows' if self.limit else 'row'} with the {most} {self.order[0].name}"
        return (
            f"{said}{where}, from the table {self.table.name}{', rows of totals left out' if self.table.totals else ''}"
        )

    def _most(self) -> str:
        which = "lowest" if self.order and self.order[1] == "MIN" else "highest"
        return which if self.limit == 1 else f"{self.limit} {which}"

    def unread(self) -> list[ColumnSchema]:
        """Columns that are reckoned with and do not hold all of their cells as numbers or days."""
        used = [condition.column for condition in self.conditions] + ([*self.columns] if self.aggregate else [])
        used += [self.order[0]] if self.order and self.order[0] else []
        return [column for column in dict.fromkeys(used) if column.unread]


def quoted(name: str) -> str:
    """A name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def shown(value: Any) -> str:
    """A value for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        said = f"{value:.2f}" if abs(value) >= _LARGE else f"{value:.6g}"
        return said.rstrip("0").rstrip(".") if "." in said else said
    return "" if value is None else str(value)


def _selected(column: ColumnSchema) -> str:
    """Numbers as their file writes them, with sign and unit."""
    if column.raw and column.is_number:
        return f"{quoted(column.raw)} AS {quoted(column.name)}"
    return quoted(column.name)


def _literal(value: Any) -> str:
    match value:
        case date():
            return f"DATE '{value.isoformat()}'"
        case int() | float():
            return str(int(value)) if value == int(value) else repr(value)
        case _:
            return "'" + str(value).replace("'", "''") + "'"
