"""What the copy of a table holds, asked in this process; `test_sql` sees to the process that a query has of its own."""

import asyncio
from typing import cast

import duckdb

from mainstem.knowledge import Library
from mainstem.knowledge.tables.sql_process.query import query_result
from mainstem.stores.interruptible import StopSignal


async def rows(library: Library, name: str) -> list[tuple[object, ...]]:
    """All rows of the table `name`, as a query gives them."""

    def asked() -> list[object]:
        written: list[object] = []
        copies = [[table.name, str(path)] for table, path in library._catalog(StopSignal(), None, None)]
        request = {"sql": f'SELECT * FROM "{name}"', "tables": copies, "known": "", "max_rows": 2_000}
        query_result(duckdb, request, written.append)
        return written[1:]  # behind the names of the columns

    return [tuple(cast("list[object]", row)) for row in await asyncio.to_thread(asked)]
