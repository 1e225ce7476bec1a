"""The rows of a query as tools return them: words for the model, an artifact for views."""

import json
from collections.abc import Sequence
from typing import Any

from mainstem.knowledge import QueryResult
from mainstem.text import counted


def artifact(result: QueryResult, sql: str) -> dict[str, Any]:
    """The rows beside their query."""
    found: dict[str, Any] = {
        "columns": list(result.columns),
        "rows": [list(row) for row in result.rows],
        "truncated": result.truncated,
        "sql": sql,
    }
    return found if result.total is None else found | {"total": result.total}


def rows_as_text(result: QueryResult, most: int) -> str:
    """The first `most` rows, one a line, and how many there are."""
    if not result.rows:
        return f"No rows. Columns: {', '.join(result.columns)}."
    rows = result.rows[:most]
    lines = [row_as_text(row) for row in (result.columns, *rows)]
    if result.truncated or len(rows) < len(result.rows):
        total = result.total or "more than a million"
        lines.append(
            f"(Only the first {counted(len(rows), 'row')} of {total}; ask for fewer with WHERE, GROUP BY or LIMIT.)"
        )
    return "\n".join(lines)


def row_as_text(row: Sequence[object]) -> str:
    """The cells of a row in one line."""
    return " | ".join(map(_cell, row))


def _cell(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, default=str)
