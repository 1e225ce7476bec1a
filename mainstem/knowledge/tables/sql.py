"""One guarded SQL query over the copies of tables, in a process of its own that cannot outgrow or outlive its limits.

DuckDB's own limits are not enough: `lpad` and other functions take memory past `memory_limit`, and some never look
whether they were interrupted. The process has a limit of the system on its memory and a timer of the system that ends
it, and so it ends in time even when this one is killed.
"""

import json
import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import Any

from mainstem.knowledge.errors import QueryError
from mainstem.knowledge.tables.catalog import require_copies
from mainstem.knowledge.worker import start_worker
from mainstem.stores.interruptible import StopSignal
from mainstem.stores.knowledge import Table

MAX_SQL_CHARS = 20_000
"""Longer queries are refused."""

START_SECONDS = 10.0
"""How long the process may take to begin, on a busy machine; the query's own time counts from then on."""

_POLL = 0.02
_WORKER = Path(__file__).with_name("sql_worker.py")


@dataclass(frozen=True)
class QueryResult:
    """Rows of JSON-able values; `truncated` when there were more rows, or longer values, than were asked for.

    `total` counts all rows there were; None where they are more than a million.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    truncated: bool
    seconds: float
    total: int | None = None


def query(
    sql: str, tables: Sequence[tuple[Table, Path]], max_rows: int, seconds: float, stop: StopSignal
) -> QueryResult:
    """Run one SELECT over `tables` (each with its Parquet copy). Raises `QueryError`, `IndexCorrupt`."""
    if len(sql) > MAX_SQL_CHARS:
        raise QueryError(f"The query is longer than {MAX_SQL_CHARS} characters. Write a shorter one.")
    require_copies(tables)
    began = monotonic()
    request = {
        "sql": sql,
        "tables": [[table.name, str(path)] for table, path in tables],
        "known": _known(tables),
        "max_rows": max(max_rows, 1),
        "seconds": seconds,
    }
    reply = _reply(json.dumps(request).encode(), seconds, stop)
    if "refused" in reply:
        raise QueryError(reply["refused"])
    if "damaged" in reply:
        Path(reply["damaged"]).unlink(missing_ok=True)  # what is gone is made anew
        require_copies(tables)
    rows = tuple(tuple(row) for row in reply["rows"])
    return QueryResult(tuple(reply["columns"]), rows, reply["truncated"], monotonic() - began, reply["total"])


def _reply(request: bytes, seconds: float, stop: StopSignal) -> dict[str, Any]:
    with _started() as process:
        try:
            output = _output(process, request, monotonic() + START_SECONDS + seconds, stop)
        finally:
            process.kill()
    if output is None or process.returncode == -getattr(signal, "SIGALRM", 0):
        raise QueryError(
            f"The query took longer than {_seconds(seconds)} and was stopped. Ask for less: filter, aggregate or limit."
        )
    if process.returncode != 0:
        raise QueryError("The query broke off, most likely for want of memory. Ask for less: filter or aggregate.")
    return json.loads(output)


def _started() -> "subprocess.Popen[bytes]":
    found = find_spec("duckdb")
    folder = str(Path(found.origin).parent.parent) if found and found.origin else ""
    return start_worker(_WORKER, folder, "for the query")


def _output(process: "subprocess.Popen[bytes]", request: bytes, deadline: float, stop: StopSignal) -> bytes | None:
    """All that the process writes, or None when it has not ended by `deadline`."""
    unsent: bytes | None = request
    while monotonic() < deadline:
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(unsent, timeout=_POLL)[0]
        unsent = None  # what is left of it goes on by itself
        stop.check()
    return None


def _seconds(seconds: float) -> str:
    return f"{seconds:g} second{'' if seconds == 1 else 's'}"


def _known(tables: Sequence[tuple[Table, Path]]) -> str:
    if not tables:
        return "No tables are indexed here."
    shown = [f"{table.name} ({', '.join(column.name for column in table.columns[:20])})" for table, _ in tables[:5]]
    more = f" and {len(tables) - len(shown)} more" if len(tables) > len(shown) else ""
    return f"The tables are: {'; '.join(shown)}{more}."
