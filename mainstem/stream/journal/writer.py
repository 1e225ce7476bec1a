"""The thread that writes the journal: events are collected for a moment and committed together, off the hot path.

A batch is committed at most 50 ms after its first event; what a `kill -9` loses is that batch.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol

from .file import ADD_EVENT, BEGIN_RUN, END_RUN, chain, open_to_write
from .owner import Owner
from .prune import Keep, prune
from .recover import recover

BATCH_SECONDS = 0.05
"""How long events are collected before they are committed."""


class Committed(Protocol):
    """Whoever wants to know how far the journal has come."""

    def committed_to(self, seq: int) -> None:
        """Everything up to `seq` is committed; called in the journal's thread."""
        ...


@dataclass(frozen=True, slots=True)
class Begin:
    """A run begins."""

    run_id: str
    thread_id: str | None
    graph: str
    tags: str
    started_at: str


@dataclass(frozen=True, slots=True)
class Append:
    """The next event of a run."""

    run_id: str
    seq: int
    data: bytes
    whose: Committed


@dataclass(frozen=True, slots=True)
class Finish:
    """A run has ended."""

    run_id: str
    status: str
    seconds: float


Item = Begin | Append | Finish | threading.Event
"""What is queued; a `threading.Event` is set when everything before it is committed."""


@dataclass(slots=True)
class _Head:
    hash: bytes = b""
    events: int = 0
    size: int = 0


class Writer:
    """Writes to the journal at `path()`, which its thread asks for, until `end`; first it ends what crashes left."""

    def __init__(self, path: Callable[[], Path], keep: Keep) -> None:
        self.broken = ""
        self.moved_aside: Path | None = None
        self._path = path
        self._keep = keep
        self._heads: dict[str, _Head] = {}
        self._queue: SimpleQueue[Item | None] = SimpleQueue()
        self.thread = threading.Thread(target=self._work, name="mainstem-journal", daemon=True)
        self.thread.start()

    def put(self, item: Item) -> None:
        """Queue one item; returns at once."""
        self._queue.put(item)

    def end(self) -> None:
        """Let the thread commit what is left and end."""
        self._queue.put(None)

    def _work(self) -> None:
        connection = self._opened()
        ended = False
        while not ended:
            batch, ended = self._collect()
            if connection is not None and not self.broken:
                self._commit(connection, batch)
            for item in batch:
                if isinstance(item, threading.Event):
                    item.set()
        if connection is not None:
            connection.close()
            self._owner.release()

    def _opened(self) -> sqlite3.Connection | None:
        try:
            path = self._path()
            connection, self.moved_aside = open_to_write(path)
            self._owner = Owner(path)
            recover(connection, path, self._owner)
            prune(connection, self._keep)
        except (sqlite3.Error, OSError) as error:
            self.broken = str(error)
            return None
        return connection

    def _collect(self) -> tuple[list[Item], bool]:
        batch: list[Item] = []
        item = self._queue.get()
        deadline = time.monotonic() + BATCH_SECONDS
        while item is not None:
            batch.append(item)
            hurry = isinstance(item, threading.Event)
            try:
                item = self._queue.get(timeout=0 if hurry else max(0.0, deadline - time.monotonic()))
            except Empty:
                return batch, False
        return batch, True

    def _commit(self, connection: sqlite3.Connection, batch: Sequence[Item]) -> None:
        try:
            connection.execute("BEGIN IMMEDIATE")
            for item in batch:
                self._write(connection, item)
            connection.execute("COMMIT")
        except sqlite3.Error as error:
            self.broken = str(error)
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            return
        reached = {item.run_id: item for item in batch if isinstance(item, Append)}
        for item in reached.values():
            item.whose.committed_to(item.seq)

    def _write(self, connection: sqlite3.Connection, item: Item) -> None:
        match item:
            case Append():
                head = self._heads[item.run_id]
                head.hash = chain(head.hash, item.data)
                head.events, head.size = item.seq, head.size + len(item.data)
                row = (item.run_id, item.seq, item.data, head.hash)
                connection.execute(ADD_EVENT, row)
            case Begin():
                self._heads[item.run_id] = _Head()
                row = (item.run_id, item.thread_id, item.graph, item.tags, item.started_at, self._owner.name)
                connection.execute(BEGIN_RUN, row)
            case Finish():
                head = self._heads.pop(item.run_id)
                row = (item.status, item.seconds, head.events, head.size, head.hash, item.run_id)
                connection.execute(END_RUN, row)
            case _:
                pass
