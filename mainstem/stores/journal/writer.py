"""The thread that writes the journal: events are collected for a moment and committed together, off the hot path.

A batch is committed at most 50 ms after its first event; what a `kill -9` loses is that batch. While the file is
locked or its disk is full, what there is waits, within a bound, and is tried again.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue

from .backlog import MAX_BYTES, Backlog
from .chain import chain
from .file import ADD_EVENT, BEGIN_RUN, BUSY_SECONDS, END_RUN, open_to_write, seal
from .items import AppendEvent, BeginRun, FinishRun, ForgetThread, JournalRow, QueueItem, RecoverRuns
from .owner import Owner
from .pruning import forget, prune
from .records import Retention
from .recovery import recover

log = logging.getLogger("mainstem.journal")

BATCH_SECONDS = 0.05
"""How long events are collected before they are committed."""

RETRY_SECONDS = 1.0
"""How long after a failure the file is tried again."""

PRUNE_SECONDS = 3600.0
"""How often old runs are looked for."""


@dataclass(frozen=True)
class WriteLimits:
    """What a writer bears while its file cannot be written."""

    busy_seconds: float = BUSY_SECONDS
    """How long another process's lock is waited for, by readers too."""
    retry_seconds: float = RETRY_SECONDS
    """How long after a failure the file is tried again."""
    max_bytes: int = MAX_BYTES
    """Bytes of events that wait at most."""
    wait_seconds: float = 15.0
    """How long somebody waits at most for what was written to be committed: a disk may hang."""


@dataclass(slots=True)
class _Head:
    hash: bytes = b""
    events: int = 0
    size: int = 0


class JournalWriter:
    """Writes to the journal at `path` until `end`; first it ends what crashes left."""

    def __init__(self, path: Path, keep: Retention, limits: WriteLimits) -> None:
        self.broken = ""
        self.moved_aside: Path | None = None
        self._path = path
        self._keep = keep
        self._limits = limits
        self._heads: dict[str, _Head] = {}
        self._backlog = Backlog(limits.max_bytes)
        self._connection: sqlite3.Connection | None = None
        self._owner: Owner | None = None
        self._prune_at = 0.0
        self._queue: SimpleQueue[QueueItem | None] = SimpleQueue()
        self._hurry = threading.Event()
        """Somebody waits: what there is is committed now."""
        self.thread = threading.Thread(target=self._work, name="mainstem-journal", daemon=True)
        self.thread.start()

    def put(self, item: QueueItem) -> None:
        """Queue one item; returns at once."""
        self._queue.put(item)
        if isinstance(item, threading.Event):
            self._hurry.set()

    def end(self) -> None:
        """Let the thread commit what is left and end."""
        self._queue.put(None)
        self._hurry.set()

    def _work(self) -> None:
        self._try(self._open)
        ended = False
        while not ended:
            items, ended = self._collect()
            self._backlog.add(item for item in items if isinstance(item, JournalRow))
            self._try(self._write_out)
            for item in items:
                self._serve(item)
        self._give_up()
        self._close()

    def _give_up(self) -> None:
        """Name what is lost at the end: no reader is left to be told."""
        if runs := ", ".join(self._backlog.runs):
            log.warning("The journal cannot be written (%s): it lacks the end of these runs: %s.", self.broken, runs)
        self._backlog.shed(bound=0)

    def _try(self, step: Callable[[], None]) -> None:
        """What fails is tried again with the next items, or a moment later."""
        try:
            step()
            self.broken = ""
        except (sqlite3.Error, OSError) as error:
            self.broken = str(error)
            if self._connection is not None and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._backlog.shed()

    def _open(self) -> None:
        self._connection, self.moved_aside = open_to_write(self._path, self._limits.busy_seconds)
        self._owner = self._owner or Owner(self._path)
        recover(self._connection, self._path, self._owner)
        self._prune()

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._owner is not None:
            self._owner.release()

    def _prune(self) -> None:
        if self._connection is not None and time.monotonic() >= self._prune_at:
            self._prune_at = time.monotonic() + PRUNE_SECONDS
            prune(self._connection, self._keep)

    def _serve(self, item: QueueItem) -> None:
        if isinstance(item, RecoverRuns):
            self._try(self._recover)
        elif isinstance(item, ForgetThread):
            self._try(lambda: self._forget(item.thread_id))
        elif isinstance(item, threading.Event):
            item.set()

    def _recover(self) -> None:
        if self._connection is not None and self._owner is not None:
            recover(self._connection, self._path, self._owner)

    def _forget(self, thread_id: str) -> None:
        if self._connection is not None:
            forget(self._connection, thread_id)

    def _collect(self) -> tuple[list[QueueItem], bool]:
        """What came within a moment, and whether it is the end. The thread wakes once for it, not for each item."""
        items: list[QueueItem] = []
        try:
            retry = self._backlog or self.broken
            item = self._queue.get(timeout=self._limits.retry_seconds if retry else PRUNE_SECONDS)
            self._hurry.wait(BATCH_SECONDS)
            self._hurry.clear()
            while item is not None:
                items.append(item)
                item = self._queue.get_nowait()
        except Empty:
            return items, False
        return items, True

    def _write_out(self) -> None:
        if self._connection is None:
            self._open()
        while rows := self._backlog.next():
            self._commit(rows)
            self._backlog.done(len(rows))
            reached = {row.run_id: row for row in rows if isinstance(row, AppendEvent)}
            for row in reached.values():
                row.listener.committed_to(row.seq)
        self._prune()

    def _commit(self, rows: Sequence[JournalRow]) -> None:
        connection = self._connection
        if connection is None:
            return
        before = {run_id: replace(head) for run_id, head in self._heads.items()}
        try:
            connection.execute("BEGIN IMMEDIATE")
            for row in rows:
                self._write(connection, row)
            connection.execute("COMMIT")
        except sqlite3.Error:
            self._heads = before  # the rows are written again from here
            raise

    def _write(self, connection: sqlite3.Connection, row: JournalRow) -> None:
        match row:
            case AppendEvent():
                head = self._heads[row.run_id]
                head.hash = chain(head.hash, row.data)
                head.events, head.size = row.seq, head.size + len(row.data)
                connection.execute(ADD_EVENT, (row.run_id, row.seq, row.data, head.hash))
            case BeginRun():
                self._heads[row.run_id] = _Head()
                owner = self._owner.name if self._owner else ""
                begun = (row.run_id, row.thread_id, row.graph, row.tags, row.started_at, owner)
                connection.execute(BEGIN_RUN, begun)
            case FinishRun():
                head = self._heads.pop(row.run_id)
                ended = (row.status, row.seconds, head.events, head.size, head.hash, row.run_id)
                connection.execute(END_RUN, ended)
                seal(connection, row.run_id)
