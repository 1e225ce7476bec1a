"""One guarded SQL query over the copies of tables, in a process of its own that cannot outgrow or outlive its limits.

DuckDB's own limits are not enough: `lpad` and other functions take memory past `memory_limit`, and some never look
whether they were interrupted. The process has a limit of the system on its memory and a timer of the system that ends
it, and so it ends in time even when this one is killed.
"""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
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


OnRows = Callable[[tuple[str, ...], list[tuple[object, ...]]], None]
"""Takes the columns, and the rows that came since it was last called."""


def query(
    sql: str,
    tables: Sequence[tuple[Table, Path]],
    max_rows: int,
    seconds: float,
    stop: StopSignal,
    on_rows: OnRows | None = None,
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
    reply = _reply(json.dumps(request).encode(), seconds, stop, on_rows)
    end = reply.end or {}
    if "refused" in end:
        raise QueryError(end["refused"])
    if "damaged" in end:
        Path(end["damaged"]).unlink(missing_ok=True)  # what is gone is made anew
        require_copies(tables)
    return QueryResult(reply.columns or (), tuple(reply.rows), end["truncated"], monotonic() - began, end["total"])


def _reply(request: bytes, seconds: float, stop: StopSignal, on_rows: OnRows | None) -> "_Reply":
    """What the process answers. Raises `QueryError` where it has not come to its end."""
    reply, lines = _Reply(on_rows), SimpleQueue[bytes]()
    with _started() as process:
        speaking = Thread(target=_speak, args=(process, request, lines), daemon=True)
        speaking.start()
        try:
            for some in _arriving(lines, monotonic() + START_SECONDS + seconds, stop):
                reply.add([json.loads(line) for line in some])
        finally:
            process.kill()
            speaking.join()
    if reply.end is not None:
        return reply
    if process.returncode in (-getattr(signal, "SIGALRM", 0), -getattr(signal, "SIGKILL", 0)):
        raise QueryError(
            f"The query took longer than {_seconds(seconds)} and was stopped. Ask for less: filter, aggregate or limit."
        )
    raise QueryError("The query broke off, most likely for want of memory. Ask for less: filter or aggregate.")


@dataclass
class _Reply:
    """The answer of the process, as far as it has come."""

    on_rows: OnRows | None
    columns: tuple[str, ...] | None = None
    rows: list[tuple[object, ...]] = field(default_factory=list[tuple[object, ...]])
    end: dict[str, Any] | None = None

    def add(self, lines: list[Any]) -> None:
        """Take what the next lines say."""
        if isinstance(lines[-1], dict):
            self.end = lines.pop()
        if lines and self.columns is None:
            self.columns = tuple(lines.pop(0))
        rows = [tuple(line) for line in lines]
        self.rows += rows
        if self.on_rows and rows:
            self.on_rows(self.columns or (), rows)


def _speak(process: "subprocess.Popen[bytes]", request: bytes, lines: "SimpleQueue[bytes]") -> None:
    """Give the process its request, and read its lines until it ends, the last of which is empty."""
    if not (process.stdin and process.stdout):
        raise AssertionError("a worker has pipes")
    with suppress(OSError):  # it may have ended
        process.stdin.write(request)
        process.stdin.close()
    for line in process.stdout:
        lines.put(line)
    lines.put(b"")


def _arriving(lines: "SimpleQueue[bytes]", deadline: float, stop: StopSignal) -> Iterator[list[bytes]]:
    """The lines that came since it was last asked, until the last one or `deadline`."""
    while monotonic() < deadline:
        with suppress(Empty):
            some = [lines.get(timeout=_POLL)]
            with suppress(Empty):
                while some[-1]:
                    some.append(lines.get_nowait())
            ended = not some[-1]
            # a line that was cut off by the end of the process says nothing
            if whole := [line for line in some if line.endswith(b"\n")]:
                yield whole
            if ended:
                return
        stop.check()


def _started() -> "subprocess.Popen[bytes]":
    found = find_spec("duckdb")
    folder = str(Path(found.origin).parent.parent) if found and found.origin else ""
    return start_worker(_WORKER, folder, "for the query")


def _seconds(seconds: float) -> str:
    return f"{seconds:g} second{'' if seconds == 1 else 's'}"


def _known(tables: Sequence[tuple[Table, Path]]) -> str:
    if not tables:
        return "No tables are indexed here."
    shown = [f"{table.name} ({', '.join(column.name for column in table.columns[:20])})" for table, _ in tables[:5]]
    more = f" and {len(tables) - len(shown)} more" if len(tables) > len(shown) else ""
    return f"The tables are: {'; '.join(shown)}{more}."
