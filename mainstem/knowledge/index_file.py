"""The index file: its schema, its connections, and its errors in words."""

import errno
import os
import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from mainstem.knowledge.errors import Busy, DiskFull, IndexCorrupt, KnowledgeError, StorageError
from mainstem.knowledge.interruptible import Stop, Stopped
from mainstem.stores.home import made

VERSION = 1
"""Of the schema; an index of another version is built anew."""

BUSY_SECONDS = 5.0
"""How long to wait for another process that writes."""

_STEPS = 20_000  # of SQLite's machine, about a millisecond: how often a running statement looks at `stop`

_CHECKPOINT_PAGES = 16_000

_SCHEMA = f"""
CREATE TABLE collection (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE file (
    id INTEGER PRIMARY KEY,
    collection INTEGER NOT NULL REFERENCES collection,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    digest BLOB NOT NULL,
    chars INTEGER NOT NULL,
    first INTEGER NOT NULL,
    passages INTEGER NOT NULL,
    indexed_at REAL NOT NULL,
    UNIQUE (collection, path)
);
CREATE INDEX file_first ON file (collection, first, passages);
CREATE TABLE data_table (
    id INTEGER PRIMARY KEY,
    file INTEGER NOT NULL REFERENCES file,
    collection INTEGER NOT NULL,
    name TEXT NOT NULL,
    copy TEXT NOT NULL,
    columns TEXT NOT NULL,
    rows INTEGER NOT NULL,
    UNIQUE (collection, name)
);
CREATE INDEX data_table_file ON data_table (file);
CREATE VIRTUAL TABLE passage USING fts5(
    heading, text, file UNINDEXED, start UNINDEXED, page UNINDEXED, line UNINDEXED, tokenize='porter unicode61'
);
CREATE VIRTUAL TABLE data_words USING fts5(name, columns, tokenize='porter unicode61');
PRAGMA user_version = {VERSION};
"""

# What was added to the schema of this version: an index that was made without it gets it when it is next written.
_ADDED = """
CREATE TABLE IF NOT EXISTS skipped (
    collection INTEGER NOT NULL REFERENCES collection,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    digest TEXT,
    reason TEXT NOT NULL,
    limits TEXT NOT NULL,
    PRIMARY KEY (collection, path)
) WITHOUT ROWID;
"""

_FILES = """
SELECT collection.name, file.path, file.name FROM file CROSS JOIN collection ON collection.id = file.collection
ORDER BY file.id """

# Words are stemmed by putting them through the same tokenizer in a table of this connection's own.
_SCRATCH = """
PRAGMA query_only = 0;
PRAGMA temp_store = MEMORY;
CREATE VIRTUAL TABLE temp.scratch USING fts5(text, tokenize='porter unicode61');
CREATE VIRTUAL TABLE temp.scratch_words USING fts5vocab(temp, scratch, instance);
CREATE VIRTUAL TABLE temp.passage_words USING fts5vocab(main, passage, row);
"""


class Store:
    """The index under `home`: hands out connections and names their errors."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._idle: SimpleQueue[tuple[tuple[int, int], sqlite3.Connection]] = SimpleQueue()

    @property
    def home(self) -> Path:
        """The home folder, absolute."""
        return self._home.expanduser().resolve()

    @property
    def path(self) -> Path:
        """The index file."""
        return self.home / "index.sqlite"

    @property
    def copies(self) -> Path:
        """The folder of the tables' Parquet copies."""
        return self.home / "tables"

    @contextmanager
    def reading(self, stop: Stop) -> Generator[sqlite3.Connection | None]:
        """A connection that sees one state of the index throughout, or None when nothing was ever indexed."""
        with self.errors():
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
    def writing(self, stop: Stop) -> Generator[sqlite3.Connection]:
        """A connection in autocommit mode that may write; the index is made if there is none."""
        with self.errors():
            made(self.home)
            with closing(_connect(self.path, create=True)) as connection:
                version = _version(connection)
                if version not in (0, VERSION):
                    raise IndexCorrupt(_other_version(self.home))
                if version == 0:
                    connection.execute("PRAGMA journal_mode = WAL")
                    connection.executescript("BEGIN IMMEDIATE;" + _SCHEMA + "COMMIT;")
                connection.execute(_ADDED)
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("PRAGMA cache_size = -32000")
                # Fewer and larger moves from the log to the file; the log shrinks again afterwards.
                connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
                connection.execute("PRAGMA journal_size_limit = 4000000")
                connection.set_progress_handler(stop.is_set, _STEPS)
                yield connection
                connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def examine(self, stop: Stop) -> None:
        """Read all of the index through (75 MB in a second). Raises `IndexCorrupt` when a part of it is damaged."""
        if not self.path.exists():
            return
        with self.writing(stop) as connection:
            (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            if found != "ok":
                raise IndexCorrupt(_damaged(self._home, found.splitlines()[-1]))
            for table in ("passage", "data_words"):
                connection.execute(f"INSERT INTO {table}({table}) VALUES ('integrity-check')")  # noqa: S608

    def salvaged(self) -> dict[str, dict[str, str]]:
        """The files of each collection, their names by path, as far as a damaged index still tells."""
        held: dict[str, dict[str, str]] = {}
        for order in ("ASC", "DESC"):  # from both ends, each up to where the damage is
            with suppress(sqlite3.Error), closing(_connect(self.path, create=False)) as connection:
                for collection, path, name in connection.execute(_FILES + order):
                    held.setdefault(str(collection), {})[str(path)] = str(name)
        return held

    def set_aside(self) -> Path:
        """Move a damaged index out of the way and return where it is now."""
        with self.errors():
            number = 1
            while (target := self.path.with_name(f"index.sqlite.corrupt-{number}")).exists():
                number += 1
            self.path.replace(target)
            for suffix in ("-wal", "-shm"):
                Path(f"{self.path}{suffix}").unlink(missing_ok=True)
            return target

    def close(self) -> None:
        """Close the idle connections; the next use opens new ones."""
        while True:
            try:
                self._idle.get_nowait()[1].close()
            except Empty:
                return

    @contextmanager
    def errors(self) -> Generator[None]:
        """Turn errors of SQLite and of the disk into ours."""
        try:
            yield
        except sqlite3.Error as error:
            raise _translated(error, self._home) from error
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(_full(self._home)) from error
            if error.filename is not None and str(error.filename).startswith(str(self.home)):
                raise StorageError(
                    f"{error.filename} cannot be used ({error.strerror}). Check its permissions, "
                    "or set MAINSTEM_HOME to another folder."
                ) from error
            raise

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
        connection = _connect(self.path, create=False)
        try:
            version = _version(connection)
            if version == 0:  # another process has just made the file, and not yet what is in it
                connection.close()
                return None
            if version != VERSION:
                raise IndexCorrupt(_other_version(self._home))
            connection.executescript(_SCRATCH)
        except BaseException:
            connection.close()
            raise
        return connection


def _connect(path: Path, *, create: bool) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.as_uri()}?mode={'rwc' if create else 'rw'}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _translated(error: sqlite3.Error, home: Path) -> KnowledgeError | Stopped:
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_INTERRUPT:
            return Stopped()
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Busy(f"Another process holds the index in {home}. Wait until it is done and try again.")
        case sqlite3.SQLITE_FULL:
            return DiskFull(_full(home))
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return IndexCorrupt(_damaged(home, str(error)))
        case _ if str(error).startswith("Could not decode"):
            return IndexCorrupt(_damaged(home, "a text in it cannot be read"))
        case _:
            return StorageError(
                f"The index in {home} cannot be used ({error}). Check that the folder can be written, "
                "or set MAINSTEM_HOME to another one."
            )


def _damaged(home: Path, what: str) -> str:
    return (
        f"The index in {home} is damaged ({what}). Run `mainstem index` on your folders to build it anew; "
        "the damaged file is kept beside it."
    )


def _full(home: Path) -> str:
    return f"The disk with {home} is full. Free some space and index again; what was indexed before is kept."


def _other_version(home: Path) -> str:
    return f"The index in {home} was made by another version. Run `mainstem index` on your folders to build it anew."
