"""What was begun and what was done by tools that change something: an intent before, an outcome after.

A call is found by its thread and its id. An intent without an outcome means that a process died in between: nobody
knows whether the change was made, so a person is asked, and it is never repeated unasked.
"""

import asyncio
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_SCHEMA = """
CREATE TABLE IF NOT EXISTS calls (
    thread TEXT, call TEXT, tool TEXT, args TEXT, begun REAL DEFAULT (unixepoch('subsec')), outcome TEXT, status TEXT,
    PRIMARY KEY (thread, call)
) WITHOUT ROWID
"""

_BUSY_SECONDS = 10.0

Status = Literal["success", "error"]


@dataclass(frozen=True)
class Entry:
    """A call that was begun; `outcome` is None while nobody knows how it ended, `status` is that of its message."""

    outcome: str | None
    status: Status = "success"


class Ledger:
    """The ledger file at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def find(self, thread: str, call: str) -> Entry | None:
        """What is known of a call; None when it was never begun."""
        return await asyncio.to_thread(self._find, thread, call)

    async def begin(self, thread: str, call: str, tool: str, args: str) -> None:
        """Write down the intent; it is on disk when this returns."""
        insert = "INSERT OR REPLACE INTO calls (thread, call, tool, args) VALUES (?, ?, ?, ?)"
        await asyncio.to_thread(self._write, insert, (thread, call, tool, args))

    async def finish(self, thread: str, call: str, outcome: str, status: Status = "success") -> None:
        """Write down the outcome."""
        update = "UPDATE calls SET outcome = ?, status = ? WHERE thread = ? AND call = ?"
        await asyncio.to_thread(self._write, update, (outcome, status, thread, call))

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS)
        connection.execute(_SCHEMA)
        if "status" not in {column[1] for column in connection.execute("PRAGMA table_info(calls)")}:
            # A ledger of the first version. Another process may add the column at the same moment.
            with suppress(sqlite3.OperationalError):
                connection.execute("ALTER TABLE calls ADD COLUMN status TEXT")
        return connection

    def _find(self, thread: str, call: str) -> Entry | None:
        with closing(self._connect()) as connection:
            row = connection.execute(
                "SELECT outcome, status FROM calls WHERE thread = ? AND call = ?", (thread, call)
            ).fetchone()
        return Entry(row[0], row[1] or "success") if row else None

    def _write(self, sql: str, values: tuple[str, ...]) -> None:
        with closing(self._connect()) as connection, connection:
            connection.execute(sql, values)
