"""A model of PostgreSQL (READ COMMITTED): rows, locks, transactions, notifications; the statements stand beside it.

A statement sees what was committed when it began, and what its own transaction wrote. Where it waits for a row, it
looks at that row again as it is then, and at all others as they were: as PostgreSQL does.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from psycopg import errors

from .schedule import Machine, Task
from .threads import Event

STALLED_SECONDS = 15.0
"""How long a transaction may stand still (`idle_in_transaction_session_timeout`)."""

KEY_SHARE, NO_KEY_UPDATE, UPDATE = "key share", "no key update", "update"
_CONFLICTS = {(KEY_SHARE, UPDATE), (UPDATE, KEY_SHARE), (NO_KEY_UPDATE, NO_KEY_UPDATE), (NO_KEY_UPDATE, UPDATE)} | {
    (UPDATE, NO_KEY_UPDATE),
    (UPDATE, UPDATE),
}

Key = tuple[str, Any]
"""A table, and a row's key in it."""

Table = Mapping[Any, Any]


class Database:
    """Tables that many processes share.

    `committed` is told of each transaction before it counts, `found` of what a statement gave.
    """

    def __init__(
        self,
        now: Callable[[], float],
        committed: Callable[["Transaction"], None],
        found: Callable[["Transaction", str | bytes, list[tuple[Any, ...]]], None],
    ) -> None:
        self.tables: dict[str, dict[Any, Any]] = {}
        self.clock_jump = 0.0
        self.started_at = float("-inf")
        self.loses = 0.0
        """Which share of the notifications is lost."""
        self.connections: list[Any] = []
        """Those that listen."""
        self.locks: dict[Key, list[tuple[Transaction, str]]] = {}
        self._now = now
        self.found = found
        self._committed = committed
        self._numbers: dict[str, int] = {}

    @property
    def time(self) -> float:
        """Its own clock."""
        return self._now() + self.clock_jump

    @property
    def now(self) -> float:
        """Seconds since the beginning."""
        return self._now()

    def table(self, name: str) -> dict[Any, Any]:
        """The rows that are committed."""
        return self.tables.setdefault(name, {})

    def next_number(self, name: str) -> int:
        """A number that is given once, whatever becomes of the transaction."""
        self._numbers[name] = self._numbers.get(name, 0) + 1
        return self._numbers[name]

    def commit(self, transaction: "Transaction") -> list[str]:
        """Let all count that it wrote; returns what is to be notified."""
        self._committed(transaction)
        changed: dict[str, dict[Any, Any]] = {}
        for (name, key), row in transaction.writes.items():
            rows = changed.get(name)
            if rows is None:  # what reads meanwhile keeps what it saw; of events nothing is read but by key
                rows = changed[name] = self.table(name) if name == "events" else dict(self.table(name))
            if row is None:
                rows.pop(key, None)
            else:
                rows[key] = row
        self.tables.update(changed)
        self.end(transaction)
        return transaction.notices

    def end(self, transaction: "Transaction") -> None:
        """Let go of what it has locked; harmless when that is done: who restarts the server ends what waits in it."""
        if transaction.over:
            return
        transaction.over = True
        for key in transaction.locked:
            left = [entry for entry in self.locks[key] if entry[0] is not transaction]
            if left:
                self.locks[key] = left
            else:
                del self.locks[key]
        transaction.ended.set()


class Transaction:
    """What one connection does until it commits."""

    def __init__(self, database: Database, machine: Machine, wait: Callable[["Transaction", float], None]) -> None:
        self.database = database
        self.machine = machine
        self.writes: dict[Key, Any] = {}
        self.notices: list[str] = []
        self.locked: set[Key] = set()
        self.ended = Event()
        self.over = False
        self.fence: int | None = None
        """The instance for which it writes."""
        self.idle_since = database.now
        self.waits_for: Transaction | None = None
        self._wait = wait

    def rows(self, name: str) -> Table:
        """A table as it is now for this transaction; it stays so while the statement waits."""
        own = {key: row for (table, key), row in self.writes.items() if table == name}
        rows = self.database.table(name)
        if not own:
            return rows
        return {key: row for key, row in {**rows, **own}.items() if row is not None}

    def get(self, name: str, key: Any) -> Any:
        """A row as it is now; None: there is none."""
        if (name, key) in self.writes:
            return self.writes[name, key]
        return self.database.table(name).get(key)

    def put(self, name: str, key: Any, row: Any) -> None:
        """Write a row that is locked; None deletes it."""
        self.writes[name, key] = row

    def insert(self, name: str, key: Any, row: Any) -> None:
        """Write a row that is new. Raises `UniqueViolation`."""
        if self.lock(name, key, UPDATE) is not None:
            raise errors.UniqueViolation(f"{name} {key} is there already")
        self.put(name, key, row)

    def lock(self, name: str, key: Any, mode: str) -> Any:
        """Lock a row, when nobody else has it; returns it as it is then. Raises `DeadlockDetected`."""
        while (other := self.blocked_by(name, key, mode)) is not None:
            self._wait_for(other)
        self.database.locks.setdefault((name, key), []).append((self, mode))
        self.locked.add((name, key))
        return self.get(name, key)

    def blocked_by(self, name: str, key: Any, mode: str) -> "Transaction | None":
        """Who has locked a row so that this mode has to wait."""
        for other, held in self.database.locks.get((name, key), ()):
            if other is not self and (mode, held) in _CONFLICTS:
                return other
        return None

    def _wait_for(self, other: "Transaction") -> None:
        if self in _chain(other):
            raise errors.DeadlockDetected("two wait for each other")
        self.waits_for = other
        try:
            self._wait(other, other.stalled_at - self.database.now)
        finally:
            self.waits_for = None
        if self.over:
            raise errors.AdminShutdown("the connection is gone")
        if not other.over and other.stalled_at <= self.database.now:
            self.database.end(other)

    @property
    def stalled_at(self) -> float:
        """When the server ends it, unless something comes before."""
        return self.idle_since + STALLED_SECONDS if self.waits_for is None else float("inf")


def _chain(transaction: Transaction | None) -> Iterator[Transaction]:
    while transaction is not None:
        yield transaction
        transaction = transaction.waits_for


def wait_as(task: Task, other: Transaction, seconds: float) -> None:
    """Wait in the server: a process that is paused keeps what it asked for going on there."""
    task.in_server = True
    try:
        other.ended.wait(None if seconds == float("inf") else max(seconds, 0.0))
    finally:
        task.in_server = False
