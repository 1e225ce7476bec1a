"""The index in a SQLite file: its connections, and what is asked of it."""

import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from ..errors import IndexCorrupt
from ..home import made
from ..interruptible import StopSignal
from . import Roots, listing, lock
from .failures import damaged_index, other_version, translated
from .records import Only, Skipped, UnreadKind
from .schema import ADDED, FILES, SCHEMA, SCRATCH, VERSION
from .scope import scope
from .search import MAX_SCORED
from .selection import SqliteSelection
from .writer import SqliteWriter

BUSY_SECONDS = 5.0
"""How long to wait for another process that writes."""

_STEPS = 20_000  # of SQLite's machine, about a millisecond: how often a running statement looks at `stop`

_CHECKPOINT_PAGES = 16_000


class SqliteIndex:
    """The index in `index.sqlite` under `home`, by SQLite's FTS5; the copies of tables are in the folder `tables`.

    `busy_seconds`: how long another process that writes is waited for; `max_scored`: passages that a search scores
    before it leaves common words out.
    """

    def __init__(self, home: Path, *, busy_seconds: float = BUSY_SECONDS, max_scored: int = MAX_SCORED) -> None:
        self._home = home
        self._absolute: Path | None = None
        self._busy_seconds = busy_seconds
        self._max_scored = max_scored
        self._idle: SimpleQueue[tuple[tuple[int, int], sqlite3.Connection]] = SimpleQueue()

    @property
    def home(self) -> Path:
        """The home folder, absolute."""
        if self._absolute is None:
            self._absolute = self._home.expanduser().resolve()
        return self._absolute

    @property
    def path(self) -> Path:
        """The index file."""
        return self.home / "index.sqlite"

    @property
    def copies(self) -> Path:
        """The folder of the tables' Parquet copies."""
        return self.home / "tables"

    def exists(self) -> bool:
        """Whether anything was ever indexed."""
        return self.path.exists()

    @contextmanager
    def reading(
        self, stop: StopSignal, roots: Roots, collection: str | None, only: Only | None = None
    ) -> Generator[SqliteSelection | None]:
        """What is indexed there, in one state of the index; None when nothing is."""
        with self._reading(stop) as connection:
            where = scope(connection, roots, collection, only) if connection else None
            yield SqliteSelection(connection, where, self.copies, self._max_scored) if connection and where else None

    def skipped(self, stop: StopSignal, roots: Roots, collection: str) -> list[Skipped]:
        """The files that were skipped for what is in them, by path."""
        with self._reading(stop) as connection:
            return listing.skipped(connection, collection, roots) if connection else []

    def unread(self, stop: StopSignal, roots: Roots, collection: str) -> list[UnreadKind]:
        """The kinds of files that are not read, most files first."""
        with self._reading(stop) as connection:
            return listing.unread(connection, collection, roots) if connection else []

    @contextmanager
    def alone(self, stop: StopSignal, waits: Callable[[], None], seconds: float | None = None) -> Generator[None]:
        """Be the one index run on this home. Raises `Busy` after `seconds` (None: WAIT_SECONDS)."""
        with translated(self._home), lock.alone(self.home, stop, waits, seconds):
            yield

    def restore(self, stop: StopSignal) -> None:
        """Nothing: what is missing on the one machine is gone."""

    @contextmanager
    def _reading(self, stop: StopSignal) -> Generator[sqlite3.Connection | None]:
        """A connection that sees one state of the index throughout, or None when nothing was ever indexed."""
        with translated(self._home):
            identity = self._identity()
            if identity is None:
                yield None
                return
            connection = self._borrowed(identity)
            if connection is None:
                yield None
                return
            connection.set_progress_handler(stop.is_set, _STEPS)
            try:
                connection.execute("BEGIN")
                yield connection
                connection.rollback()
            except BaseException:
                connection.close()
                raise
            self._idle.put((identity, connection))

    @contextmanager
    def writing(self, stop: StopSignal) -> Generator[SqliteWriter]:
        """Change the index, which is made if there is none."""
        with self._writing(stop) as connection:
            yield SqliteWriter(connection, self.copies)

    @contextmanager
    def _writing(self, stop: StopSignal) -> Generator[sqlite3.Connection]:
        """A connection in autocommit mode that may write."""
        with translated(self._home):
            made(self.home)
            with closing(_connect(self.path, self._busy_seconds, create=True)) as connection:
                version = _version(connection)
                if version not in (0, VERSION):
                    raise IndexCorrupt(other_version(self.home))
                if version == 0:
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.executescript("BEGIN IMMEDIATE;" + SCHEMA + "COMMIT;")
                connection.executescript(ADDED)
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA cache_size = -32000")
                # Fewer and larger moves from the log to the file; the log shrinks again afterwards.
                connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
                connection.execute("PRAGMA journal_size_limit = 4000000")
                connection.set_progress_handler(stop.is_set, _STEPS)
                before = connection.total_changes
                yield connection
                if connection.total_changes > before:
                    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def examine(self, stop: StopSignal) -> None:
        """Read all of the index through (75 MB in a second). Raises `IndexCorrupt` when a part of it is damaged."""
        if not self.path.exists():
            return
        with self._writing(stop) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise IndexCorrupt(damaged_index(self._home, found.splitlines()[-1]))
            for table in ("passage", "data_words", "data_value"):
                connection.execute(f"INSERT INTO {table}({table}) VALUES ('integrity-check')")  # noqa: S608

    def salvaged(self) -> dict[str, dict[str, str]]:
        """The files of each collection, their names by path, as far as a damaged index still tells."""
        held: dict[str, dict[str, str]] = {}
        for order in ("ASC", "DESC"):  # from both ends, each up to where the damage is
            with suppress(sqlite3.Error), closing(_connect(self.path, self._busy_seconds, create=False)) as connection:
                for collection, path, name in connection.execute(FILES + order):
                    held.setdefault(str(collection), {})[str(path)] = str(name)
        return held

    def set_aside(self) -> str:
        """Move a damaged index out of the way and return where it is now."""
        with translated(self._home):
            number = 1
            while (target := self.path.with_name(f"index.sqlite.corrupt-{number}")).exists():
                number += 1
            self.path.replace(target)
            for suffix in ("-wal", "-shm"):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            return str(target)

    def close(self) -> None:
        """Close the idle connections; the next use opens new ones."""
        while True:
            try:
                self._idle.get_nowait()[1].close()
            except Empty:
                return

    def _identity(self) -> tuple[int, int] | None:
        try:
            state = os.stat(self.path)  # noqa: PTH116 (on the path of every search)
        except FileNotFoundError:
            return None
        return state.st_dev, state.st_ino

    def _borrowed(self, identity: tuple[int, int]) -> sqlite3.Connection | None:
        while True:
            try:
                known, connection = self._idle.get_nowait()
            except Empty:
                break
            if known == identity:
                return connection
            connection.close()  # it still looks at a file that has been replaced
        connection = _connect(self.path, self._busy_seconds, create=False)
        try:
            version = _version(connection)
            if version == 0:  # another process has just made the file, and not yet what is in it
                connection.close()
                return None
            if version != VERSION:
                raise IndexCorrupt(other_version(self._home))
            connection.executescript(SCRATCH)
        except BaseException:
            connection.close()
            raise
        return connection


def _connect(path: Path, busy_seconds: float, *, create: bool) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.as_uri()}?mode={'rwc' if create else 'rw'}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
    )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
