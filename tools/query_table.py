"""Ask the indexed tables with SQL."""

from typing import Any

from .decorator import tool
from .querying import queried
from .result_rows import artifact, rows_as_text

MAX_ROWS = 100
"""Rows that one query returns at most."""


@tool(artifact=True)
async def query_table(sql: str) -> tuple[str, dict[str, Any]]:
    """Run one SELECT statement (DuckDB's SQL) over the user's tables; list_tables names them.

    Args:
        sql: A single SELECT. Put names with spaces in double quotes. A column whose name ends in _text keeps the text
            of another one as its file has it; where there is is_total, its rows add up others.
    """
    result = await queried(sql, MAX_ROWS)
    return rows_as_text(result, MAX_ROWS), artifact(result, sql)
