"""List the indexed tables."""

from typing import Any

from mainstem.knowledge import Column, Table
from mainstem.stream.writer import stream_writer
from mainstem.text import counted

from .decorator import tool
from .library import ask_library

MAX_TABLES = 50
"""Tables that are listed at most."""

_SHOWN = 12  # cells of a row


@tool(artifact=True)
async def list_tables() -> tuple[str, dict[str, Any]]:
    """List the user's tables with their columns, the values of those that have few, and first rows, for query_table."""
    tables = await ask_library(lambda library, paths: library.tables(paths=paths))
    stream_writer().progress("tables", done=len(tables), total=len(tables), unit="tables")
    if not tables:
        return "There are no tables.", {"tables": []}
    said = [_line(table) for table in tables[:MAX_TABLES]]
    if len(tables) > MAX_TABLES:
        said.append(f"… and {len(tables) - MAX_TABLES} more; search_documents finds them by name or column.")
    return "\n".join(said), {"tables": [{"name": table.name, "rows": table.rows} for table in tables]}


def _line(table: Table) -> str:
    columns = ", ".join(_column(column) for column in table.columns)
    rows = "; ".join(" | ".join(row[:_SHOWN]) for row in table.sample)
    notes = "".join(f"\n  {note}" for note in table.notes)
    first = f"\n  first rows: {rows}" if rows else ""
    return f"{table.name} ({counted(table.rows, 'row')}, from {table.document}): {columns}{first}{notes}"


def _column(column: Column) -> str:
    read_as = f" ({column.read_as})" if column.read_as else ""
    values = f" [{' | '.join(column.values)}]" if column.values else ""
    return f"{column.name} {column.type}{read_as}{values}"
