"""The journal's file as its thread writes it."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from .file import open_to_write
from .items import AdoptRun, AppendEvent, BeginRun, FinishRun, JournalRow
from .process_mark import ProcessMark
from .pruning import forget, prune
from .records import Retention
from .recovery import recover
from .statements import ADD_EVENT, END_RUN, seal
from .target import Head, Heads

_BEGIN_RUN = """
INSERT OR REPLACE INTO runs (run_id, thread_id, graph, tags, started_at, owner) VALUES (?, ?, ?, ?, ?, ?)
"""


class SqliteTarget:
    """The file at `path`. Whoever follows a run in its own process is shown what is not committed yet, too."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error, OSError)
    shows_committed = False

    def __init__(self, path: Path, keep: Retention, busy_seconds: float) -> None:
        self.moved_aside: Path | None = None
        self._path = path
        self._keep = keep
        self._busy_seconds = busy_seconds
        self._heads = Heads()
        self._connection: sqlite3.Connection | None = None
        self._owner: ProcessMark | None = None

    def open(self) -> None:
        """Open the file, and end what crashes left in it."""
        if self._connection is None:
            self._connection, self.moved_aside = open_to_write(self._path, self._busy_seconds)
            self._owner = self._owner or ProcessMark(self._path)
            self.recover()

    def commit(self, rows: Sequence[JournalRow]) -> Sequence[JournalRow]:
        """Write these in one transaction, or none."""
        connection, before = self._connection, self._heads.kept()
        if connection is None:
            return rows
        try:
            connection.execute("BEGIN IMMEDIATE")
            for row in rows:
                self._write(connection, row)
            connection.execute("COMMIT")
        except sqlite3.Error:
            self._heads = before  # the rows are written again from here
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return rows

    def _write(self, connection: sqlite3.Connection, row: JournalRow) -> None:
        match row:
            case AppendEvent():
                stored = self._heads[row.run_id].append(row)
                connection.execute(ADD_EVENT, (row.run_id, row.seq, row.data, stored))
            case AdoptRun():
                pass  # files are one machine's: what is open there is ended
            case BeginRun():
                self._heads[row.run_id] = Head()
                owner = self._owner.name if self._owner else ""
                connection.execute(_BEGIN_RUN, (row.run_id, row.thread_id, row.graph, row.tags, row.started_at, owner))
            case FinishRun():
                head = self._heads.pop(row.run_id)
                connection.execute(END_RUN, (row.status, row.seconds, head.events, head.size, head.hash, row.run_id))
                seal(connection, row.run_id)

    def recover(self) -> None:
        """End the runs that dead processes left open."""
        if self._connection is not None and self._owner is not None:
            recover(self._connection, self._path, self._owner)

    def forget(self, thread_id: str) -> None:
        """Delete the runs of a thread that are over."""
        if self._connection is not None:
            forget(self._connection, thread_id)

    def prune(self) -> None:
        """Forget what is not to be kept any more."""
        if self._connection is not None:
            prune(self._connection, self._keep)

    def close(self) -> None:
        """Close the file and give the mark beside it up."""
        if self._connection is not None:
            self._connection.close()
        if self._owner is not None:
            self._owner.release()
