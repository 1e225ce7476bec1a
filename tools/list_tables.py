"""List the indexed tables."""

from typing import Annotated, Any

from langchain_core.tools import InjectedToolCallId, tool

from mainstem.knowledge import Table
from mainstem.stream.writer import StreamWriter
from mainstem.text import counted

from .consult import consult

MOST = 50
"""Tables that are listed at most."""


@tool(response_format="content_and_artifact")
async def list_tables(tool_call_id: Annotated[str, InjectedToolCallId]) -> tuple[str, dict[str, Any]]:
    """List the user's tables with their columns, for query_table."""
    tables = await consult(lambda shelf, paths: shelf.tables(paths=paths))
    StreamWriter.here().progress(
        "tables", done=len(tables), total=len(tables), unit="tables", tool_call_id=tool_call_id
    )
    if not tables:
        return "There are no tables.", {"tables": []}
    said = [_line(table) for table in tables[:MOST]]
    if len(tables) > MOST:
        said.append(f"… and {len(tables) - MOST} more; search_documents finds them by name or column.")
    return "\n".join(said), {"tables": [{"name": table.name, "rows": table.rows} for table in tables]}


list_tables.handle_tool_error = True


def _line(table: Table) -> str:
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns)
    return f"{table.name} ({counted(table.rows, 'row')}, from {table.document}): {columns}"
