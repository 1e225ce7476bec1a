"""This process among those that share a database: its row, which it renews, and what it takes over of others.

An instance's number is its fencing token: it is given once, and whatever is written for a run locks its row first.
"""

import logging
import socket
import threading
from collections.abc import Callable
from math import inf
from time import monotonic
from typing import Any

from . import rules
from .database import ERRORS, Pool
from .notices import CHANNEL, LEFT

log = logging.getLogger("mainstem.stores")

LEASE_SECONDS = 3.0
"""How long an instance counts that does not renew its row. It renews it three times as often."""

Adopted = tuple[str, str, str, str, bool, int]
"""A run that was taken over: its id, thread, tags and request, whether it held its thread, and whose it is now."""


class Instance:
    """A number of its own, from the first time it is asked for; a new one when that one was given up."""

    def __init__(self, pool: Pool, lease_seconds: float = LEASE_SECONDS) -> None:
        self.lease_seconds = lease_seconds
        self.serves: str | None = None
        """The graph whose runs it can go on with."""
        self.runs: dict[str, int] = {}
        """The runs of this process, begun here or gone on with, until they end: by which number it has each."""
        self._pool = pool
        self._lock = threading.Lock()
        self._id: int | None = None
        self._renewed_at: float | None = None
        self._heard_since = -inf
        """Since when this process hears the database without a pause longer than a lease."""
        self._watchers: list[Callable[[], object]] = []

    @property
    def id(self) -> int | None:
        """Its number; None while it has none."""
        return self._id

    def joined(self) -> int:
        """Its number, which it gets now where it has none. Raises `ERRORS`."""
        with self._lock:
            if self._id is None:
                with self._pool.transaction() as connection:
                    values = (socket.gethostname(), self.serves, self.lease_seconds)
                    number = int(connection.execute(rules.JOIN, values).fetchone()[0])  # type: ignore[index]  # it returns one row
                self._id = number  # known once the row is: who renews it meanwhile would take it for given up
            return self._id

    def renew(self, connection: Any) -> None:
        """Count on; where it was given up, whoever asked is told."""
        mine = self._id
        if mine is not None and connection.execute(rules.RENEW, (self.lease_seconds, self.serves, mine)).rowcount == 0:
            self.given_up(mine)
        now = monotonic()
        if self._renewed_at is not None and now - self._renewed_at > self.lease_seconds:
            self._heard_since = now
        self._renewed_at = now

    def given_up(self, number: int) -> None:
        """Somebody found that `number` counts no more: what is begun from now on gets another one."""
        with self._lock:
            if self._id != number:
                return
            self._id = None
        log.warning("This process was taken for dead by another one: its runs go on there.")
        self._call_watchers()

    def _call_watchers(self) -> None:
        with self._lock:
            watchers, self._watchers = self._watchers, []
        for call in watchers:
            call()

    def when_lost(self, call: Callable[[], object]) -> Callable[[], None]:
        """Call `call` when it is given up, or leaves; returns what takes that back."""
        with self._lock:
            self._watchers.append(call)
        return lambda: self._forget(call)

    def _forget(self, call: Callable[[], object]) -> None:
        with self._lock:
            if call in self._watchers:
                self._watchers.remove(call)

    def leave(self) -> bool:
        """Count no more: what it still has going is another one's at once, and whoever goes on with it is told.

        Returns whether the database knows of it; if not, it counts on until its time has run out.
        """
        with self._lock:
            number, self._id = self._id, None
        if number is None:
            return True
        try:
            with self._pool.transaction() as connection:
                connection.execute(rules.LEAVE, (number,))
                connection.execute(rules.FREE_GONE, ([number],))
                if connection.execute(rules.LEAVES_RUNS, (number,)).fetchone() is not None:
                    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, LEFT))
        except ERRORS:
            log.debug("The row of instance %d is left to its time.", number)
            with self._lock:
                self._id = self._id or number
            return False
        self._call_watchers()
        return True

    def counted(self, connection: Any) -> int:
        """Its number, locked until the transaction ends: a new one where it was given up and nobody has noticed yet."""
        mine = self.joined()
        while connection.execute(rules.STILL_COUNTS, (mine,)).fetchone() is None:
            self.given_up(mine)
            mine = self.joined()
        return mine

    def take_over(self, connection: Any) -> list[Adopted]:
        """Give up those that are overdue, in one transaction with taking over what is to be gone on with."""
        with connection.transaction():
            serves = self.serves
            mine = self._id if serves is None else self.counted(connection)
            gone = self._give_up(connection, serves, mine)
            adopted = [] if serves is None or mine is None else self._adopted(connection, serves, mine)
            if gone:
                connection.execute(rules.FREE_GONE, (gone,))
        return adopted

    def _give_up(self, connection: Any, serves: str | None, mine: int | None) -> list[int]:
        """Those that are overdue count no more.

        Where the database was away, or this process was, the others may have been unable to renew: they are given the
        time of a lease to do so.
        """
        if monotonic() - self._heard_since < self.lease_seconds:
            return []
        if connection.execute(rules.JUST_STARTED, (self.lease_seconds,)).fetchone()[0]:
            return []
        overdue = connection.execute(rules.GIVE_UP, {"serves": serves, "mine": mine})
        return [row[0] for row in overdue.fetchall()]

    def _adopted(self, connection: Any, serves: str, mine: int) -> list[Adopted]:
        """The runs of those that are gone, and their threads, made this one's."""
        asked = {"mine": mine, "serves": serves, "known": self._known(mine)}
        found = connection.execute(rules.ADOPT, asked).fetchall()
        runs = [row for row in found if self.runs.get(row[0]) != mine]  # it may have begun one meanwhile
        if not runs:
            return []
        theirs = {"mine": mine, "runs": [row[0] for row in runs]}
        leased = {row[0] for row in connection.execute(rules.ADOPT_LEASES, theirs).fetchall()}
        return [(*row, row[0] in leased, mine) for row in runs]

    def _known(self, mine: int) -> list[str]:
        return [run_id for run_id, number in list(self.runs.items()) if number == mine]


def is_gone(connection: Any, number: int) -> bool:
    """Whether an instance counts no more."""
    return connection.execute(rules.IN_TIME, (number,)).fetchone() is None
