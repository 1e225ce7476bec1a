"""What was begun and what was done by tools that change something: an intent before, an outcome after.

A call is known by its thread, the message that asks for it, its position there, its tool and its arguments: providers
repeat the ids of calls. An intent without an outcome means that a process died in between: nobody knows whether the
change was made, so a person is asked, and it is never repeated unasked.
"""

import asyncio
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Protocol

from mainstem.stores.database import Connection, Database, SqliteFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (
    thread TEXT, message TEXT, position INTEGER, tool TEXT, args TEXT, begun REAL DEFAULT (unixepoch('subsec')),
    outcome TEXT, status TEXT, PRIMARY KEY (thread, message, position, tool, args)
) WITHOUT ROWID
"""

_KEY = "thread = ? AND message = ? AND position = ? AND tool = ? AND args = ?"

_CLAIM = """
INSERT INTO claims (thread, message, position, tool, args, begun) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT DO NOTHING
"""

_TAKE_OVER = """
INSERT OR IGNORE INTO claims (thread, message, position, tool, args, begun, outcome, status)
SELECT thread, :message, :position, tool, args, begun, outcome, status FROM calls
WHERE thread = :thread AND call = :call_id AND tool = :tool AND args = :args
"""
"""Ledgers of earlier versions knew a call by its id."""

OutcomeStatus = Literal["success", "error"]


@dataclass(frozen=True)
class ToolCallClaim:
    """Which call it is; `args` is JSON."""

    thread: str
    message: str
    position: int
    tool: str
    args: str
    call_id: str = ""
    """The provider's; it tells nothing apart."""

    @property
    def key(self) -> tuple[str, str, int, str, str]:
        """What tells it apart."""
        return self.thread, self.message, self.position, self.tool, self.args

    def question(self, number: int) -> "ToolCallClaim":
        """The `number`th time that a person is asked whether to make it again; it is kept like a call.

        It is claimed when the question is put, and finished when it is answered.
        """
        return replace(self, tool=f"{self.tool}, again? {number}", call_id="")


@dataclass(frozen=True)
class LedgerEntry:
    """A call that was begun; `outcome` is None while nobody knows how it ended, `status` is that of its message."""

    outcome: str | None
    status: OutcomeStatus = "success"


class Ledger(Protocol):
    """What was begun and what was done, whichever process began it."""

    async def claim(self, call: ToolCallClaim) -> LedgerEntry | None:
        """Write down the intent, in one atomic step; it is kept for good when this returns.

        None: the call is the caller's to make, and nobody else's. Else what is known of it: it was begun before.
        """
        ...

    async def find(self, call: ToolCallClaim) -> LedgerEntry | None:
        """What is known of a call; None when it was never begun."""
        ...

    async def finish(self, call: ToolCallClaim, outcome: str, status: OutcomeStatus = "success") -> None:
        """Write down the outcome of a call that was claimed."""
        ...


class LedgerTable:
    """The ledger in a table of `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, call: ToolCallClaim) -> LedgerEntry | None:
        """Write down the intent; it is on disk when this returns. None: the call is the caller's to make."""
        return await asyncio.to_thread(self._claim, call)

    async def find(self, call: ToolCallClaim) -> LedgerEntry | None:
        """What is known of a call; None when it was never begun."""
        return await asyncio.to_thread(self._find, call)

    async def finish(self, call: ToolCallClaim, outcome: str, status: OutcomeStatus = "success") -> None:
        """Write down the outcome."""
        await asyncio.to_thread(self._finish, call, outcome, status)

    def _claim(self, call: ToolCallClaim) -> LedgerEntry | None:
        with self._database.changing() as tables:
            return self._claimed(tables, call)

    def _claimed(self, tables: Connection, call: ToolCallClaim) -> LedgerEntry | None:
        if tables.execute(_CLAIM, (*call.key, time.time())).rowcount:
            return None
        return _entry(tables, call)

    def _find(self, call: ToolCallClaim) -> LedgerEntry | None:
        with self._database.reading() as tables:
            return _entry(tables, call) if tables else None

    def _finish(self, call: ToolCallClaim, outcome: str, status: OutcomeStatus) -> None:
        with self._database.changing() as tables:
            update = f"UPDATE claims SET outcome = ?, status = ? WHERE {_KEY}"  # noqa: S608 - a constant
            tables.execute(update, (outcome, status, *call.key))


class SqliteLedger(LedgerTable):
    """The ledger file at `path`, which is made with the first claim."""

    def __init__(self, path: Path) -> None:
        super().__init__(SqliteFile(path, _SCHEMA))

    def _claimed(self, tables: Connection, call: ToolCallClaim) -> LedgerEntry | None:
        if isinstance(tables, sqlite3.Connection) and _has_calls(tables):
            tables.execute(_TAKE_OVER, vars(call))
        return super()._claimed(tables, call)


def _entry(tables: Connection, call: ToolCallClaim) -> LedgerEntry | None:
    select = f"SELECT outcome, status FROM claims WHERE {_KEY}"  # noqa: S608 - a constant
    row = tables.execute(select, call.key).fetchone()
    return LedgerEntry(row[0], row[1] or "success") if row else None


def _has_calls(connection: sqlite3.Connection) -> bool:
    """Whether an earlier version kept this ledger; its first one had no status."""
    columns = {column[1] for column in connection.execute("PRAGMA table_info(calls)")}
    if columns and "status" not in columns:
        # Another process may add the column at the same moment.
        with suppress(sqlite3.OperationalError):
            connection.execute("ALTER TABLE calls ADD COLUMN status TEXT")
    return bool(columns)
