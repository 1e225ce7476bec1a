"""The index in PostgreSQL, for all machines; each searches a copy of its own, which is brought up to date first."""

import logging
import threading
from collections.abc import Callable, Generator
from contextlib import closing, contextmanager
from functools import cached_property
from pathlib import Path

import psycopg
from psycopg_pool import PoolTimeout

from ..errors import IndexCorrupt, StorageError
from ..home import made
from ..interruptible import StopSignal
from ..knowledge import Roots, lock
from ..knowledge.failures import translated
from ..knowledge.records import Only, Skipped, UnreadKind
from ..knowledge.selection import SqliteSelection
from . import indexed_files
from .database import Pool
from .index_replica import IndexReplica
from .index_writer import PostgresWriter
from .indexed_files import IndexState

log = logging.getLogger("mainstem.stores")

_INDEXING = 7_306_084_165
"""The advisory lock of the one index run."""

# A machine that is gone without a word holds the lock until its connection is.
_KEEPALIVE = "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3"

_ANEW = "The copy of the index in %s cannot be used, and is made anew from the database: %s"


class PostgresIndex:
    """The index in the database of `pool`; this machine's copy is in the folder `replica` of `home`."""

    def __init__(self, pool: Pool, home: Path) -> None:
        self._pool = pool
        self._home = home
        self._mine = threading.local()

    @property
    def home(self) -> Path:
        """The home folder, absolute."""
        return self._home.expanduser().resolve()

    @cached_property
    def _replica(self) -> IndexReplica:
        return IndexReplica(self.home / "replica", self.home)

    @property
    def copies(self) -> Path:
        """The folder of the tables' Parquet copies on this machine."""
        return self._replica.copies

    def exists(self) -> bool:
        """Whether anything was ever indexed."""
        return self._replica.exists() or self._state().version > 0

    @contextmanager
    def reading(
        self, stop: StopSignal, roots: Roots, collection: str | None, only: Only | None = None
    ) -> Generator[SqliteSelection | None]:
        """What is indexed there, in one state of the index; None when nothing is."""
        self._catch_up(stop)
        with self._replica.reading(stop, roots, collection, only) as selection:
            yield selection

    def skipped(self, stop: StopSignal, roots: Roots, collection: str) -> list[Skipped]:
        """The files that were skipped for what is in them, by path."""
        self._catch_up(stop)
        return self._replica.skipped(stop, roots, collection)

    def unread(self, stop: StopSignal, roots: Roots, collection: str) -> list[UnreadKind]:
        """The kinds of files that this machine came by and that are not read, most files first."""
        return self._replica.unread(stop, roots, collection)

    @contextmanager
    def alone(self, stop: StopSignal, waits: Callable[[], None], seconds: float | None = None) -> Generator[None]:
        """Be the one index run on this database. Raises `Busy` after `seconds` (None: WAIT_SECONDS)."""
        with self._told():
            connection = self._pool.connect()
        with closing(connection):  # the lock ends with it, however that comes about
            with self._told():
                connection.execute(_KEEPALIVE)
                lock.wait_for(lambda: _has_lock(connection), self._pool.place, stop, waits, seconds)
            self._catch_up(stop)
            self._mine.connection = connection
            try:
                yield
            finally:
                self._mine.connection = None

    def restore(self, stop: StopSignal) -> None:
        """Write uploads again that are missing on this machine."""
        with translated(self.home), self._told():
            self._replica.restore_from(self._pool, stop)

    @contextmanager
    def writing(self, stop: StopSignal) -> Generator[PostgresWriter]:
        """Change the index, within `alone`."""
        self._catch_up(stop)
        with self._told(), self._replica.changing(stop) as connection:
            yield PostgresWriter(connection, self._replica, self._mine.connection)

    def examine(self, stop: StopSignal) -> None:
        """Read all of this machine's copy through; one that is damaged is made anew from the database."""
        self._catch_up(stop)
        try:
            self._replica.examine(stop)
        except IndexCorrupt as error:
            self._make_anew(stop, error)

    def salvaged(self) -> dict[str, dict[str, str]]:
        """None: the database has all that a damaged copy held."""
        return {}

    def set_aside(self) -> str:
        """Delete a damaged copy, which is made anew from the database; returns what people call that."""
        self._replica.discard()
        return self._pool.place

    def close(self) -> None:
        """Close what is open; the next use opens it again."""
        self._replica.close()

    def _state(self) -> IndexState:
        with self._told(), self._pool.transaction() as connection:
            return indexed_files.state(connection)

    def _catch_up(self, stop: StopSignal) -> None:
        """Take what has changed since this machine's copy was last looked at. Raises `StorageError`."""
        there = self._state()
        try:
            mine = self._replica.state(stop)
            if mine != there and (mine or there.version):
                self._follow(stop)
        except IndexCorrupt as error:
            self._make_anew(stop, error)

    def _make_anew(self, stop: StopSignal, error: IndexCorrupt) -> None:
        log.warning(_ANEW, self._replica.home, error)
        self._replica.discard()
        self._follow(stop)

    def _follow(self, stop: StopSignal) -> None:
        with translated(self.home), self._told():
            made(self.home)
            with lock.alone(self._replica.home, stop, lambda: None):
                self._replica.follow(self._pool, stop)

    @contextmanager
    def _told(self) -> Generator[None]:
        """Turn errors of the database into ours."""
        try:
            yield
        except (psycopg.Error, PoolTimeout) as error:
            why = str(error).strip().partition("\n")[0]
            raise StorageError(
                f"The index in {self._pool.place} cannot be used ({why}). See whether the database of "
                "MAINSTEM_DATABASE_URL can be reached; what was indexed is kept, and new files are read the next time."
            ) from error


def _has_lock(connection: "psycopg.Connection[tuple[bool]]") -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (_INDEXING,)).fetchone()
    return bool(row and row[0])
