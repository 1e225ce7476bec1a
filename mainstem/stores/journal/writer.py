"""The thread that writes the journal: events are collected for a moment and committed together, off the hot path.

A batch is committed at most 50 ms after its first event; what a `kill -9` loses is that batch. While a file is
locked, its disk is full or a server is away, what there is waits, within a bound, and is tried again.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from ...stream.loop_calls import together
from .backlog import MAX_BYTES, Backlog
from .file import BUSY_SECONDS
from .items import AppendEvent, ForgetThread, JournalRow, QueueItem, RecoverRuns, TellCommitted
from .target import JournalTarget

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
    batch_seconds: float = BATCH_SECONDS
    """How long events are collected before they are committed."""
    wait_seconds: float = 15.0
    """How long somebody waits at most for what was written to be committed: a disk may hang."""


class JournalWriter:
    """Writes to `target` until `end`; first it ends what crashes left."""

    def __init__(self, target: JournalTarget, limits: WriteLimits) -> None:
        self.broken = ""
        self.shows_committed = target.shows_committed
        self._target = target
        self._limits = limits
        self._backlog = Backlog(limits.max_bytes)
        self._prune_at = 0.0
        self._queue: SimpleQueue[QueueItem | None] = SimpleQueue()
        self._hurry = threading.Event()
        """Somebody waits: what there is is committed now."""
        self.thread = threading.Thread(target=self._work, name="mainstem-journal", daemon=True)
        self.thread.start()

    def put(self, item: QueueItem) -> None:
        """Queue one item; returns at once."""
        self._queue.put(item)
        if isinstance(item, TellCommitted) and item.hurry:
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
        self._target.close()

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
        except self._target.errors as error:
            self.broken = str(error)
            self._backlog.shed()

    def _open(self) -> None:
        self._target.open()
        self._prune()

    def _prune(self) -> None:
        if time.monotonic() >= self._prune_at:
            self._prune_at = time.monotonic() + PRUNE_SECONDS
            self._target.prune()

    def _serve(self, item: QueueItem) -> None:
        if isinstance(item, RecoverRuns):
            self._try(self._target.recover)
        elif isinstance(item, ForgetThread):
            self._try(lambda: self._target.forget(item.thread_id))
        elif isinstance(item, TellCommitted):
            with suppress(RuntimeError):  # that loop is closed: nobody waits there any more
                item.tell()

    def _collect(self) -> tuple[list[QueueItem], bool]:
        """What came within a moment, and whether it is the end. The thread wakes once for it, not for each item."""
        items: list[QueueItem] = []
        try:
            retry = self._backlog or self.broken
            item = self._queue.get(timeout=self._limits.retry_seconds if retry else PRUNE_SECONDS)
            self._hurry.wait(self._limits.batch_seconds)
            self._hurry.clear()
            while item is not None:
                items.append(item)
                item = self._queue.get_nowait()
        except Empty:
            return items, False
        return items, True

    def _write_out(self) -> None:
        self._open()
        while rows := self._backlog.next():
            written = self._target.commit(rows)
            self._backlog.done(len(rows))
            with together():
                _tell_committed(written)
                if len(written) < len(rows):
                    _tell_moved(rows, written)
        self._prune()


def _tell_committed(written: Sequence[JournalRow]) -> None:
    reached = {row.run_id: row for row in written if isinstance(row, AppendEvent)}
    for row in reached.values():
        row.listener.committed_to(row.seq)


def _tell_moved(rows: Sequence[JournalRow], written: Sequence[JournalRow]) -> None:
    """What was left out is of runs that another process goes on with: their readers here must not wait for it."""
    counts = set(map(id, written))
    left_out = {
        id(row.listener): row.listener for row in rows if isinstance(row, AppendEvent) and id(row) not in counts
    }
    for listener in left_out.values():
        listener.move()
