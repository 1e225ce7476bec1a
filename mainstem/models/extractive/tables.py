"""A question about a table, as SQL: which table it names, what it wants of it, and how the result reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mainstem.models.extractive import filters
from mainstem.models.extractive.aggregation import Aggregation, aggregation
from mainstem.models.extractive.schema import TableSchema

MAX_ROWS = 10
"""Rows shown when the question asks for no number of them."""

CLEAR, POSSIBLE = 3, 2
"""How clearly a question must name a table: beside passages that answer it, and where there are none."""


@dataclass(frozen=True)
class Query:
    """The SQL for a question, the table it reads, and the words of the question that it does not take into account."""

    sql: str
    table: str
    ignored: list[str]


def query(question: str, tables: Sequence[Mapping[str, Any]], at_least: int = CLEAR) -> Query | None:
    """The query that `question` asks for, `None` when it names no table clearly enough."""
    candidates = [
        (score, table) for one in tables if (score := _score(question, table := TableSchema.parse(one))) >= at_least
    ]
    if not candidates:
        return None
    table = max(candidates, key=lambda candidate: candidate[0])[1]
    found = filters.find(question, table)
    wanted = aggregation(question, table, found)
    return Query(_sql(table, wanted, found), table.name, _ignored(question, table, wanted, found))


def _score(question: str, table: TableSchema) -> int:
    """How clearly a question is about a table: its name counts most, then its columns, then the way it is asked."""
    mentioned = table.mentioned(question)
    found = filters.find(question, table)
    wanted = aggregation(question, table, found)
    score = (
        2 * table.named_by(question)
        + 2 * table.called_a_table(question)
        + min(2, sum(column.length for column in mentioned))
    )
    score += wanted.aggregate is not None or wanted.order is not None
    score += bool(found.conditions) + wanted.listing
    # a column and a table word may both stand in a sentence by chance; a column that is filtered or summed does not
    return (
        score if table.named_by(question) or (mentioned and wanted.columns) or (mentioned and found.conditions) else 0
    )


def _sql(table: TableSchema, wanted: Aggregation, found: filters.Filters) -> str:
    parts = [f"SELECT {_selected(wanted)}", f"FROM {_quoted(table.name)}"]
    if found.conditions:
        parts.append("WHERE " + " AND ".join(found.conditions))
    if wanted.group:
        parts += [f"GROUP BY {_quoted(wanted.group.name)}", "ORDER BY 2 DESC", f"LIMIT {wanted.limit or 100}"]
    elif wanted.order:
        direction = "DESC" if wanted.descending else "ASC"
        parts.append(f"ORDER BY {_quoted(wanted.order.name)} {direction} NULLS LAST LIMIT {wanted.limit or 1}")
    elif not wanted.aggregate:
        parts.append(f"LIMIT {wanted.limit or MAX_ROWS}")
    return " ".join(parts)


def _selected(wanted: Aggregation) -> str:
    if wanted.aggregate:
        column = _quoted(wanted.columns[0].name) if wanted.columns else "*"
        inside = f"DISTINCT {column}" if wanted.distinct else column
        value = f"{wanted.aggregate}({inside})"
        return f"{_quoted(wanted.group.name)}, {value}" if wanted.group else value
    return ", ".join(_quoted(column.name) for column in wanted.columns) or "*"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _ignored(question: str, table: TableSchema, wanted: Aggregation, found: filters.Filters) -> list[str]:
    return [word for word in table.unexplained(question) if word.lower() not in found.used | wanted.used]


def tell(made: Query | None, sql: str, artifact: Mapping[str, Any]) -> str:
    """The result of a query in words: the value or a Markdown table, the query itself, and what it left out."""
    rows: list[list[Any]] = artifact.get("rows") or []
    source = f"Table `{made.table}`" if made else "The tables"
    said = [_result(artifact.get("columns") or [], rows, source), f"Query: `{sql}`"]
    if artifact.get("truncated"):
        said.append("There are more rows than shown.")
    if made and made.ignored:
        said.append("Not taken into account: " + ", ".join(made.ignored) + ".")
    return "\n\n".join(said)


def _result(columns: Sequence[Any], rows: Sequence[Sequence[Any]], source: str) -> str:
    if not rows or all(value is None for row in rows for value in row):
        return f"{source} has no row that matches."
    if len(rows) == 1 and len(rows[0]) == 1:
        return f"{source}: {_shown(rows[0][0])}."
    names = [str(column) for column in columns]
    lines = [names, ["---"] * len(names), *([_shown(value) for value in row] for row in rows)]
    return "\n".join([f"{source}:", "", *("| " + " | ".join(line) + " |" for line in lines)])


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:,.2f}"
    return str("" if value is None else value).replace("|", "\\|").replace("\n", " ")
