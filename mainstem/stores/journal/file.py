"""The journal's file: its tables, and how it is opened for writing and for reading."""

import sqlite3
from collections.abc import Generator
from contextlib import closing, contextmanager
from pathlib import Path

from ...stream.errors import JournalError, UnknownRun
from ..home import made

BUSY_SECONDS = 5.0
"""How long another process's lock is waited for."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS runs (
    run_id TEXT PRIMARY KEY, thread_id TEXT, graph TEXT, tags TEXT, started_at TEXT, owner TEXT,
    status TEXT, seconds REAL, events INTEGER, bytes INTEGER, head BLOB, pruned INTEGER NOT NULL DEFAULT 0, seal BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS events (
    run_id TEXT, seq INTEGER, data BLOB, hash BLOB, PRIMARY KEY (run_id, seq)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS feedback (
    run_id TEXT, name TEXT, score REAL, label TEXT, explanation TEXT, annotator TEXT, at TEXT
);
CREATE INDEX IF NOT EXISTS feedback_of_run ON feedback (run_id);
"""


def is_sealed(connection: sqlite3.Connection) -> bool:
    """Whether the file has seals: the first version had none."""
    return any(row[1] == "seal" for row in connection.execute("PRAGMA table_info(runs)"))


_NONE = "No run has been recorded here yet."
_ASK = 'Ask something first: mainstem ask "…".'


def open_to_write(path: Path, busy_seconds: float = BUSY_SECONDS) -> tuple[sqlite3.Connection, Path | None]:
    """A connection that writes, and where a file went that was no journal. Raises `sqlite3.Error`, `OSError`."""
    made(path.parent)
    try:
        return connected(path, busy_seconds), None
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        aside = _move_aside(path)
        return connected(path, busy_seconds), aside


def connected(path: Path, busy_seconds: float = BUSY_SECONDS) -> sqlite3.Connection:
    """A connection to a file that is a journal, or becomes one."""
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.executescript(_SCHEMA)
        _add_seals(connection)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _add_seals(connection: sqlite3.Connection) -> None:
    if is_sealed(connection):
        return
    try:
        connection.execute("ALTER TABLE runs ADD COLUMN seal BLOB")
    except sqlite3.OperationalError:
        if not is_sealed(connection):  # another process may have been quicker
            raise


@contextmanager
def reading(path: Path, busy_seconds: float = BUSY_SECONDS) -> Generator[sqlite3.Connection]:
    """A connection that only reads. Raises `UnknownRun` without a file, `JournalError` on an unreadable one."""
    if not path.exists():
        raise UnknownRun(_NONE, hint=_ASK)
    try:
        with closing(
            sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=busy_seconds)
        ) as connection:
            yield connection
    except sqlite3.Error as error:
        if "no such table" in str(error):  # another thread or process is about to make them
            raise UnknownRun(_NONE, hint=_ASK) from error
        raise JournalError(
            f"The journal {path} cannot be read: {error}.",
            hint="Move the file away; a new one is begun with the next run.",
        ) from error


def _move_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.corrupt-{number}")).exists():
        number += 1
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return path.rename(aside)
