"""What the copy of a table holds, asked in this process; `test_sql` sees to the process that a query has of its own."""

import asyncio
from typing import Any

import duckdb

from mainstem.knowledge import Library
from mainstem.knowledge.tables import sql_worker
from mainstem.stores.interruptible import StopSignal


async def rows(library: Library, name: str) -> list[tuple[object, ...]]:
    """All rows of the table `name`, as a query gives them."""

    def asked() -> dict[str, Any]:
        copies = [[table.name, str(path)] for table, path in library._catalog(StopSignal(), None, None)]
        request = {"sql": f'SELECT * FROM "{name}"', "tables": copies, "known": "", "max_rows": 2_000}
        return sql_worker.query_result(duckdb, request)

    return [tuple(row) for row in (await asyncio.to_thread(asked))["rows"]]
