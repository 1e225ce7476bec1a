"""Connections of a process to the model of the database: what psycopg and its pool are to the product."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from random import Random
from types import SimpleNamespace
from typing import Any

from greenlet import GreenletExit
from psycopg import errors

from mainstem.stores.postgres.fencing import fence

from . import journal_statements, lease_statements, statements, threads
from .database import Database, Transaction, wait_as
from .schedule import Machine

assert journal_statements, lease_statements  # their models are known once they are imported

HANGS_SECONDS = 6.0
"""How long somebody waits at most for an answer that does not come."""


class Network:
    """What lies between the processes and the database, and what goes wrong there."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.cut_off: set[Machine] = set()
        self.breaks_with: dict[Machine, Callable[[], None]] = {}
        """Processes that are cut off as soon as they commit something, and how."""
        self.loses_answers = 0.0
        """Which share of what is committed is never answered."""


class Result:
    """What a statement gave."""

    def __init__(self, rows: list[tuple[Any, ...]]) -> None:
        self._rows = deque(rows)
        self.rowcount = len(rows)

    def fetchone(self) -> Any:
        return self._rows.popleft() if self._rows else None

    def fetchall(self) -> list[Any]:
        rows, self._rows = list(self._rows), deque()
        return rows


class Connection:
    """One connection; each statement is a transaction, but within `transaction`."""

    def __init__(self, database: Database, network: Network, machine: Machine) -> None:
        self.closed = False
        self._database = database
        self._network = network
        self._machine = machine
        self._within: Transaction | None = None
        self._heard: deque[str] = deque()
        self._hears = threads.Event()

    def execute(self, query: str | bytes, values: Any = ()) -> Result:
        """Run one statement. Raises psycopg's errors."""
        self._travel()
        tx = self._within or self._begun()
        if tx.over or tx.stalled_at <= self._database.now:
            self._broken(tx, errors.IdleInTransactionSessionTimeout("the transaction stood still"))
        tx.fence = fence.get()
        try:
            rows = statements.run(tx, query, values)
        except BaseException:  # its process may have been killed, too
            self._database.end(tx)
            raise
        self._database.found(tx, query, rows)
        tx.idle_since = self._database.now
        if query == "LISTEN mainstem":
            self._database.connections.append(self)
        if tx is not self._within:
            self._commit(tx)
        return Result(rows)

    @contextmanager
    def transaction(self) -> Generator["Connection"]:
        """What is written within counts as a whole or not at all."""
        self._within = tx = self._begun()
        try:
            yield self
            self._travel()
            if tx.over or tx.stalled_at <= self._database.now:
                self._broken(tx, errors.IdleInTransactionSessionTimeout("the transaction stood still"))
            self._commit(tx)
        finally:
            self._within = None
            if not tx.over:
                self._database.end(tx)

    def _begun(self) -> Transaction:
        task = threads.schedule.current
        assert task is not None
        return Transaction(self._database, self._machine, lambda other, seconds: wait_as(task, other, seconds))

    def _commit(self, tx: Transaction) -> None:
        says_more = any(table != "instances" for table, _ in tx.writes)  # than that the process lives
        cut_off = self._network.breaks_with.pop(self._machine, None) if says_more else None
        if cut_off is not None:
            cut_off()
            if self._network.chance.random() < 0.5:
                self._broken(tx, errors.OperationalError("the connection broke before it was committed"))
        notices = self._database.commit(tx)
        for payload in notices:
            for connection in list(self._database.connections):
                if self._network.chance.random() >= self._database.loses:
                    connection.hear(payload)
        lost = tx.writes and self._network.chance.random() < self._network.loses_answers
        if cut_off is not None or lost:
            self.close()
            raise errors.OperationalError("the connection broke before it was said that this is committed")

    def _travel(self) -> None:
        """The way to the server; others may be quicker."""
        if not self._machine.alive:
            raise GreenletExit
        chance = self._network.chance
        if self._machine in self._network.cut_off:
            self._hang()
        elif self._machine.far_away:
            threads.schedule.wait(chance.uniform(0.0, self._machine.far_away))
        elif chance.random() < 0.15:
            threads.schedule.wait(chance.uniform(0.0, 0.01))
        if self.closed:
            raise errors.OperationalError("the connection is closed")

    def _hang(self) -> None:
        until = self._database.now + self._network.chance.uniform(0.2, HANGS_SECONDS)
        while self._machine in self._network.cut_off:
            if self._database.now >= until:
                self.close()
                raise errors.OperationalError("no answer")
            threads.schedule.wait(0.1)

    def _broken(self, tx: Transaction, error: Exception) -> None:
        self._database.end(tx)
        self.close()
        raise error

    # notifications

    def hear(self, payload: str) -> None:
        """A notification comes, unless the process is cut off."""
        if not self.closed and self._machine.alive and self._machine not in self._network.cut_off:
            self._heard.append(payload)
            self._hears.set()

    def notifies(self, timeout: float, stop_after: int) -> Iterator[Any]:
        """The next notification, if one comes in time."""
        if not self._heard:
            self._hears.clear()
            self._hears.wait(timeout)
        if self.closed:
            raise errors.OperationalError("the connection is closed")
        for _ in range(stop_after):
            if self._heard:
                yield SimpleNamespace(payload=self._heard.popleft())

    def close(self) -> None:
        """What it has open is undone; it hears nothing any more."""
        self.closed = True
        if self._within is not None and not self._within.over:
            self._database.end(self._within)
        if self in self._database.connections:
            self._database.connections.remove(self)
        self._hears.set()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class SimulatedPool:
    """The pool of a process."""

    place = "the simulation"

    def __init__(self, database: Database, network: Network, machine: Machine) -> None:
        self._database = database
        self._network = network
        self._machine = machine
        self.open: list[Connection] = []

    def connection(self) -> Connection:
        """A connection on which each statement is a transaction by itself."""
        return self.connect()

    @contextmanager
    def transaction(self) -> Generator[Connection]:
        """A connection in a transaction of its own."""
        with self.connect() as connection, connection.transaction():
            yield connection

    def connect(self) -> Connection:
        """A connection that is the caller's alone."""
        connection = Connection(self._database, self._network, self._machine)
        self.open = [each for each in self.open if not each.closed]
        self.open.append(connection)
        return connection
