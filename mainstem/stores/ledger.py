"""What was begun and what was done by tools that change something: an intent before, an outcome after.

A call is known by its thread, the message that asks for it, its position there, its tool and its arguments: providers
repeat the ids of calls. An intent without an outcome means that a process died in between: nobody knows whether the
change was made, so a person is asked, and it is never repeated unasked.
"""

import asyncio
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from mainstem.stores.home import made

_SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (
    thread TEXT, message TEXT, position INTEGER, tool TEXT, args TEXT, begun REAL DEFAULT (unixepoch('subsec')),
    outcome TEXT, status TEXT, PRIMARY KEY (thread, message, position, tool, args)
) WITHOUT ROWID
"""

_KEY = "thread = :thread AND message = :message AND position = :position AND tool = :tool AND args = :args"

_CLAIM = """
INSERT OR IGNORE INTO claims (thread, message, position, tool, args)
VALUES (:thread, :message, :position, :tool, :args)
"""

_TAKE_OVER = """
INSERT OR IGNORE INTO claims (thread, message, position, tool, args, begun, outcome, status)
SELECT thread, :message, :position, tool, args, begun, outcome, status FROM calls
WHERE thread = :thread AND call = :call_id AND tool = :tool AND args = :args
"""
"""Ledgers of earlier versions knew a call by its id."""

_BUSY_SECONDS = 10.0

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


class SqliteLedger:
    """The ledger file at `path`, which is made with the first claim."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def claim(self, call: ToolCallClaim) -> LedgerEntry | None:
        """Write down the intent; it is on disk when this returns. None: the call is the caller's to make."""
        return await asyncio.to_thread(self._claim, call)

    async def find(self, call: ToolCallClaim) -> LedgerEntry | None:
        """What is known of a call; None when it was never begun."""
        return await asyncio.to_thread(self._find, call)

    async def finish(self, call: ToolCallClaim, outcome: str, status: OutcomeStatus = "success") -> None:
        """Write down the outcome."""
        await asyncio.to_thread(self._finish, call, outcome, status)

    def _connect(self) -> sqlite3.Connection:
        made(self._path.parent)
        connection = sqlite3.connect(self._path, timeout=_BUSY_SECONDS)
        connection.execute(_SCHEMA)
        return connection

    def _claim(self, call: ToolCallClaim) -> LedgerEntry | None:
        with closing(self._connect()) as connection, connection:
            if _has_calls(connection):
                connection.execute(_TAKE_OVER, vars(call))
            if connection.execute(_CLAIM, vars(call)).rowcount:
                return None
            return _entry(connection, call)

    def _find(self, call: ToolCallClaim) -> LedgerEntry | None:
        with closing(self._connect()) as connection:
            return _entry(connection, call)

    def _finish(self, call: ToolCallClaim, outcome: str, status: OutcomeStatus) -> None:
        with closing(self._connect()) as connection, connection:
            update = f"UPDATE claims SET outcome = :outcome, status = :status WHERE {_KEY}"  # noqa: S608 - a constant
            connection.execute(update, {**vars(call), "outcome": outcome, "status": status})


def _entry(connection: sqlite3.Connection, call: ToolCallClaim) -> LedgerEntry | None:
    select = f"SELECT outcome, status FROM claims WHERE {_KEY}"  # noqa: S608 - a constant
    row = connection.execute(select, vars(call)).fetchone()
    return LedgerEntry(row[0], row[1] or "success") if row else None


def _has_calls(connection: sqlite3.Connection) -> bool:
    """Whether an earlier version kept this ledger; its first one had no status."""
    columns = {column[1] for column in connection.execute("PRAGMA table_info(calls)")}
    if columns and "status" not in columns:
        # Another process may add the column at the same moment.
        with suppress(sqlite3.OperationalError):
            connection.execute("ALTER TABLE calls ADD COLUMN status TEXT")
    return bool(columns)
