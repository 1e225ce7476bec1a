"""List the indexed tables."""

from typing import Any

from mainstem.knowledge import Table
from mainstem.stream.writer import stream_writer
from mainstem.text import counted

from .decorator import tool
from .library import ask_library

MAX_TABLES = 50
"""Tables that are listed at most."""


@tool(artifact=True)
async def list_tables() -> tuple[str, dict[str, Any]]:
    """List the user's tables with their columns, for query_table."""
    tables = await ask_library(lambda library, paths: library.tables(paths=paths))
    stream_writer().progress("tables", done=len(tables), total=len(tables), unit="tables")
    if not tables:
        return "There are no tables.", {"tables": []}
    said = [_line(table) for table in tables[:MAX_TABLES]]
    if len(tables) > MAX_TABLES:
        said.append(f"… and {len(tables) - MAX_TABLES} more; search_documents finds them by name or column.")
    return "\n".join(said), {"tables": [{"name": table.name, "rows": table.rows} for table in tables]}


def _line(table: Table) -> str:
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    return f"{table.name} ({counted(table.rows, 'row')}, from {table.document}): {columns}"
