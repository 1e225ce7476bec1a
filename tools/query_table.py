"""Ask the indexed tables with SQL."""

import json
from typing import Any

from mainstem.knowledge import QueryResult
from mainstem.stream.writer import stream_writer
from mainstem.text import counted

from .decorator import tool
from .library import ask_library

MAX_ROWS = 100
"""Rows that one query returns at most."""


@tool(artifact=True)
async def query_table(sql: str) -> tuple[str, dict[str, Any]]:
    """Run one SELECT statement (DuckDB's SQL) over the user's tables; list_tables names them.

    Args:
        sql: A single SELECT. Put names with spaces in double quotes. A column whose name ends in _text keeps the text
            of another one as its file has it; where there is is_total, its rows add up others.
    """
    writer = stream_writer()
    writer.progress("querying", done=0, total=1, unit="queries")
    result = await ask_library(lambda library, paths: library.query(sql, paths=paths, max_rows=MAX_ROWS))
    writer.progress("querying", done=1, total=1, unit="queries")
    writer.progress("rows", done=len(result.rows), total=result.total, unit="rows")
    rows = [list(row) for row in result.rows]
    artifact: dict[str, Any] = {
        "columns": list(result.columns),
        "rows": rows,
        "truncated": result.truncated,
        "sql": sql,
    }
    if result.total is not None:
        artifact["total"] = result.total
    return _words(result), artifact


def _words(result: QueryResult) -> str:
    if not result.rows:
        return f"No rows. Columns: {', '.join(result.columns)}."
    lines = [" | ".join(result.columns), *(" | ".join(_cell(value) for value in row) for row in result.rows)]
    if result.truncated:
        total = result.total or "more than a million"
        shown = counted(len(result.rows), "row")
        lines.append(f"(Only the first {shown} of {total}; ask for fewer with WHERE, GROUP BY or LIMIT.)")
    return "\n".join(lines)


def _cell(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, default=str)
