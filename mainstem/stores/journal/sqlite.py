"""The journal in a SQLite file, written in batches by a thread of its own."""

import asyncio
import sqlite3
from contextlib import AbstractContextManager, closing
from pathlib import Path

from .feedback import add
from .file import connected, is_sealed, reading
from .journal import JournalTables
from .process_mark import is_gone
from .records import Feedback, Retention
from .sqlite_target import SqliteTarget
from .writer import JournalWriter, WriteLimits

POLL_SECONDS = 0.1
"""How often the file is looked at for what another process has written."""


class SqliteJournal(JournalTables):
    """The journal file at `path`. Writing starts a thread; reading opens the file for the time it takes."""

    order = "rowid"

    def __init__(
        self,
        path: Path,
        keep: Retention | None = None,
        *,
        limits: WriteLimits | None = None,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        super().__init__(limits or WriteLimits())
        self.path = path
        self.place = str(path)
        self._keep = keep or Retention()
        self._poll_seconds = poll_seconds
        self._target: SqliteTarget | None = None

    @property
    def moved_aside(self) -> Path | None:
        """Where a file was moved that stood here and was no journal."""
        return self._target.moved_aside if self._target else None

    def _new_writer(self) -> JournalWriter:
        self._target = SqliteTarget(self.path, self._keep, self._limits.busy_seconds)
        return JournalWriter(self._target, self._limits)

    def _is_begun(self) -> bool:
        return self.path.exists()

    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        return reading(self.path, self._limits.busy_seconds)

    def _is_gone(self, owner: str) -> bool:
        return is_gone(self.path, owner)

    async def more(self, run_id: str, from_seq: int) -> None:
        """Return when the file is to be looked at again: SQLite tells no other process."""
        await asyncio.sleep(self._poll_seconds)

    def _add_feedback(self, feedback: Feedback) -> None:
        try:
            with closing(connected(self.path, self._limits.busy_seconds)) as connection:
                add(connection, feedback)
        except sqlite3.Error as error:
            raise self._untold(error) from error

    def _has_feedback(self, connection: sqlite3.Connection) -> bool:
        """Whether it is no file of an earlier version, that nobody has written to since."""
        return bool(connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'feedback'").fetchone())

    def _is_sealed(self, connection: sqlite3.Connection) -> bool:
        return is_sealed(connection)
