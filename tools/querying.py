"""Run a query for a tool: its rows are told as they come."""

from collections.abc import Sequence

from mainstem.knowledge import QueryResult
from mainstem.stream.writer import StreamWriter, stream_writer

from .library import ask_library
from .result_rows import row_as_text

LIVE_ROWS = 100
"""Rows that are told while a query runs, at most."""

LIVE_CHARS = 20_000
"""Characters of these rows, at most."""


async def queried(sql: str, max_rows: int) -> QueryResult:
    """At most `max_rows` rows of one SELECT, which the stream tells as they come, and then of how many they are."""
    writer = stream_writer()
    writer.progress("querying", done=0, total=1, unit="queries")
    live = _LiveRows(writer)
    result = await ask_library(
        lambda library, paths: library.query(sql, paths=paths, max_rows=max_rows, on_rows=live.add)
    )
    writer.progress("querying", done=1, total=1, unit="queries")
    writer.progress("rows", done=len(result.rows), total=result.total, unit="rows")
    return result


class _LiveRows:
    """The first rows of a query, a line each, as the output of its tool call."""

    def __init__(self, writer: StreamWriter) -> None:
        self._writer = writer
        self._count = 0
        self._room = LIVE_CHARS

    def add(self, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Tell of the next rows."""
        heads = [] if self._count else [columns]
        told = rows[: max(0, LIVE_ROWS - self._count)]
        self._count += len(rows)
        text = "".join(f"{row_as_text(line)}\n" for line in (*heads, *told))
        self._tell(text)
        self._writer.progress("rows", done=self._count, unit="rows")

    def _tell(self, text: str) -> None:
        if text and self._room > 0:
            self._writer.tool_output(text[: self._room])
            self._room -= len(text)
