"""What threads, users and shadows have spent of their budgets, over all runs and restarts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

from mainstem.stores.database import Database, SqliteFile, in_thread
from mainstem.stream.errors import MainstemError


class SpendingError(MainstemError):
    """What threads and users have spent cannot be read or kept."""

    hint = "Free the disk, or the file spending.sqlite: without it no budget of a thread or a user can be held."


SpenderKind = Literal["thread", "user", "shadow"]
"""`shadow`: all shadow runs of a variant."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spent (
    kind TEXT, id TEXT, unit TEXT, amount REAL NOT NULL, PRIMARY KEY (kind, id, unit)
) WITHOUT ROWID
"""
_ADD = """
INSERT INTO spent VALUES (?, ?, ?, ?) ON CONFLICT (kind, id, unit) DO UPDATE SET amount = spent.amount + excluded.amount
"""


class SpentAmounts(Protocol):
    """Amounts by unit (`tokens`, `cost` and so on). Raises `SpendingError` when they cannot be read or kept."""

    async def add(self, kind: SpenderKind, key: str, amounts: Mapping[str, float]) -> dict[str, float]:
        """Add what was spent, in one atomic step; returns what is spent by now, whoever has added it."""
        ...


class SpentTable:
    """The amounts in a table of `database`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, kind: SpenderKind, key: str, amounts: Mapping[str, float]) -> dict[str, float]:
        """Add what was spent; returns what is spent by now."""
        return await in_thread(self._database, lambda: self._add(kind, key, amounts), SpendingError)

    def _add(self, kind: SpenderKind, key: str, amounts: Mapping[str, float]) -> dict[str, float]:
        with self._database.changing() as tables:
            for unit, amount in sorted(amounts.items()):  # in one order: no two wait for each other
                tables.execute(_ADD, (kind, key, unit, amount))
            found = tables.execute("SELECT unit, amount FROM spent WHERE kind = ? AND id = ?", (kind, key))
            return dict(found.fetchall())


class SqliteSpentAmounts(SpentTable):
    """The amounts in the file at `path`, which is made with the first of them."""

    def __init__(self, path: Path) -> None:
        super().__init__(SqliteFile(path, _SCHEMA))
