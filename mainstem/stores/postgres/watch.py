"""What a process hears of the others: one connection that listens, and looks from time to time in case nothing came."""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any
from weakref import ref

from ...stream.loop_calls import together
from ..sharing import Command
from . import rules
from .database import ERRORS, Pool
from .instances import Adopted, Instance
from .notices import CHANNEL, COMMANDS, LEFT

log = logging.getLogger("mainstem.stores")

KNOWN_RUNS = 10_000
"""Runs of which it is remembered how far they have come."""

RECONNECT_SECONDS = 0.5

LOOK_SECONDS = 1.0
"""The longest time between two looks for what is overdue and for commands."""


class Watch:
    """The thread that listens and renews, from `begin` on until `end`, or until nobody has this object any more."""

    def __init__(self, pool: Pool, instance: Instance) -> None:
        self.listens = False
        """Whether notifications come just now."""
        self.adopt: Callable[[Sequence[Adopted]], None] | None = None
        self.obey: Callable[[Sequence[Command]], None] | None = None
        self._pool = pool
        self._instance = instance
        self._reached: OrderedDict[str, int] = OrderedDict()
        self._waiting: dict[str, list[tuple[int, Callable[[], object]]]] = {}
        self._to_do: list[Callable[[Any], object]] = []
        self._lock = threading.Lock()
        self._taking_over = threading.Lock()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Start the thread, unless it runs."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._ended.clear()
                self._thread = threading.Thread(target=_work, args=(ref(self),), name="mainstem-watch", daemon=True)
                self._thread.start()

    def end(self) -> None:
        """Let the thread end."""
        self._ended.set()

    # who waits

    def call_at(self, run_id: str, seq: int, call: Callable[[], object]) -> Callable[[], None]:
        """Call `call` when a run has come as far as `seq`, perhaps at once; returns what takes that back."""
        entry = (seq, call)
        with self._lock:
            if self._reached.get(run_id, 0) < seq:
                self._waiting.setdefault(run_id, []).append(entry)
                return lambda: self._forget(run_id, entry)
        call()
        return lambda: None

    def when_heard(self, call: Callable[[Any], object]) -> None:
        """Call `call` with a connection, from the thread, until it is done: the database could not be reached."""
        self.begin()
        self._to_do.append(call)

    def _forget(self, run_id: str, entry: tuple[int, Callable[[], object]]) -> None:
        with self._lock:
            waiting = self._waiting.get(run_id, [])
            if entry in waiting:
                waiting.remove(entry)
            if not waiting:
                self._waiting.pop(run_id, None)

    def heard(self, payload: str) -> str:
        """Take a notification; what it tells of."""
        kind, *runs = payload.split(" ")
        if kind in (COMMANDS, LEFT):
            return kind
        with self._lock:
            calls = [call for told in runs for call in self._come_to(told)]
        if not runs:
            self._wake_all()
        _call_all(calls)
        return kind

    def _come_to(self, told: str) -> list[Callable[[], object]]:
        """Take it that a run has come so far; what is to be called for it."""
        run_id, _, reached = told.rpartition(":")
        seq = int(reached)
        self._reached[run_id] = max(seq, self._reached.pop(run_id, 0))
        if len(self._reached) > KNOWN_RUNS:
            self._reached.popitem(last=False)
        waiting = self._waiting.pop(run_id, None)
        if waiting is None:
            return []
        late = [entry for entry in waiting if entry[0] > seq]
        if late:
            self._waiting[run_id] = late
        return [call for wanted, call in waiting if wanted <= seq]

    def _wake_all(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, {}
        _call_all(call for entries in waiting.values() for _, call in entries)

    # its thread

    def turn(self, connection: Any) -> None:
        """Renew, take over, obey; then listen until it is time to renew again. Raises `ERRORS`."""
        self._instance.renew(connection)
        while self._to_do:
            self._to_do[0](connection)
            del self._to_do[0]
        if self.adopt is not None:
            self.take_over(connection)
        self._take_commands(connection)
        until = time.monotonic() + min(self._instance.lease_seconds / 3, LOOK_SECONDS)
        while (left := until - time.monotonic()) > 0 and not self._ended.is_set():
            # all before any is acted on: the connection takes no statement while it is listened to
            notices = list(connection.notifies(timeout=left, stop_after=1))
            told = {self.heard(notice.payload) for notice in notices}
            if COMMANDS in told:
                self._take_commands(connection)
            if LEFT in told and self.adopt is not None:
                self.take_over(connection)

    def take_over(self, connection: Any) -> None:
        """Give up those that are overdue; whoever serves goes on with their runs. Raises `ERRORS`."""
        with self._taking_over:  # two threads do; what one has found is known before the other one looks
            self._instance.renew(connection)  # it lives: of those that were all cut off, none is to give up another
            adopted = self._instance.take_over(connection)
            if adopted and self.adopt is not None:
                self.adopt(adopted)

    def _take_commands(self, connection: Any) -> None:
        if self.obey is None or self._instance.id is None:
            return
        rows = connection.execute(rules.TAKE_COMMANDS, (self._instance.id,)).fetchall()
        if found := [Command(*row[:3]) for row in rows if row[3] is None]:
            self.obey(found)

    def opened(self) -> Any:
        """A connection that listens. Raises `ERRORS`."""
        connection = self._pool.connect()
        connection.execute(f"LISTEN {CHANNEL}")
        self.listens = True
        self._wake_all()  # what came before is looked for
        return connection

    def unheard(self) -> None:
        """The connection is gone: everybody looks for themselves."""
        self.listens = False
        self._wake_all()

    @property
    def ended(self) -> threading.Event:
        """Set when the thread is to end."""
        return self._ended


def _work(watch: "ref[Watch]") -> None:
    connection: Any = None
    while (this := watch()) is not None and not this.ended.is_set():
        ended = this.ended
        try:
            connection = connection or this.opened()
            this.turn(connection)
        except ERRORS as error:
            log.debug("The database is not heard: %s", error)
            this.unheard()
            _close(connection)
            connection = None
            del this  # nobody may want it any more
            ended.wait(RECONNECT_SECONDS)
        else:
            del this
    _close(connection)


def _close(connection: Any) -> None:
    if connection is not None:
        with suppress(*ERRORS):
            connection.close()


def _call_all(calls: Any) -> None:
    with together():
        for call in calls:
            with suppress(RuntimeError):  # the event loop of who waited is closed
                call()
