"""Ask the indexed tables with SQL."""

import json
from typing import Annotated, Any

from langchain_core.tools import InjectedToolCallId, tool

from mainstem.knowledge import QueryResult
from mainstem.stream.writer import StreamWriter
from mainstem.text import counted

from .consult import consult

MOST = 100
"""Rows that one query returns at most."""


@tool(response_format="content_and_artifact")
async def query_table(sql: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> tuple[str, dict[str, Any]]:
    """Run one SELECT statement (DuckDB's SQL) over the user's tables; list_tables names them.

    Args:
        sql: A single SELECT. Put names with spaces in double quotes.
    """
    writer = StreamWriter.here()
    writer.progress("querying", done=0, total=1, unit="queries", tool_call_id=tool_call_id)
    result = await consult(lambda shelf, paths: shelf.query(sql, paths=paths, max_rows=MOST))
    writer.progress("querying", done=1, total=1, unit="queries", tool_call_id=tool_call_id)
    rows = [list(row) for row in result.rows]
    artifact = {"columns": list(result.columns), "rows": rows, "truncated": result.truncated, "sql": sql}
    return _words(result), artifact


query_table.handle_tool_error = True


def _words(result: QueryResult) -> str:
    if not result.rows:
        return f"No rows. Columns: {', '.join(result.columns)}."
    lines = [" | ".join(result.columns), *(" | ".join(_cell(value) for value in row) for row in result.rows)]
    if result.truncated:
        lines.append(
            f"(Only the first {counted(len(result.rows), 'row')}; ask for fewer with WHERE, GROUP BY or LIMIT.)"
        )
    return "\n".join(lines)


def _cell(value: object) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, default=str)
