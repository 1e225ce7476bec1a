"""Ask the indexed tables with SQL."""

from typing import Any

from mainstem.stream.writer import stream_writer

from .decorator import tool
from .library import ask_library
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
    writer = stream_writer()
    writer.progress("querying", done=0, total=1, unit="queries")
    result = await ask_library(lambda library, paths: library.query(sql, paths=paths, max_rows=MAX_ROWS))
    writer.progress("querying", done=1, total=1, unit="queries")
    writer.progress("rows", done=len(result.rows), total=result.total, unit="rows")
    return rows_as_text(result, MAX_ROWS), artifact(result, sql)
