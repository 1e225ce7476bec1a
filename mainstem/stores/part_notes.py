"""Notes that a model made of parts of documents, kept so that the same part is not paid for twice."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol, TypeVar

from mainstem.stores.errors import NotesError
from mainstem.stores.home import made

T = TypeVar("T")

MAX_CHARS = 20_000_000
"""Characters of notes that are kept; beyond it, those that were used least recently are forgotten."""

BUSY_SECONDS = 15.0
"""How long the notes' database waits for another process."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS notes (
    key BLOB PRIMARY KEY, text TEXT NOT NULL, chars INTEGER NOT NULL, used_at REAL NOT NULL
) WITHOUT ROWID
"""
_FORGET = """
DELETE FROM notes WHERE key IN (
    SELECT key FROM (SELECT key, sum(chars) OVER (ORDER BY used_at DESC, key) AS total FROM notes) WHERE total > ?
)
"""


class PartNotes(Protocol):
    """Notes by a key that stands for all that they follow from. Every method raises `NotesError` when it cannot."""

    async def find(self, key: bytes) -> str | None:
        """The notes kept under `key`, which count as used now."""
        ...

    async def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of the keys under which notes are kept."""
        ...

    async def keep(self, key: bytes, text: str) -> None:
        """Keep notes; what was used least recently is forgotten when there are too many."""
        ...


class SqlitePartNotes:
    """The notes in the file at `path`, which is made with the first of them; `max_chars` characters are kept."""

    def __init__(self, path: Path, *, max_chars: int = MAX_CHARS) -> None:
        self._path = path
        self._max_chars = max_chars

    async def find(self, key: bytes) -> str | None:
        """The notes kept under `key`, which count as used now."""
        return await _in_thread(lambda: self._find(key))

    async def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of the keys under which notes are kept."""
        return await _in_thread(lambda: self._known(keys))

    async def keep(self, key: bytes, text: str) -> None:
        """Keep notes; what was used least recently is forgotten when there are too many."""
        await _in_thread(lambda: self._keep(key, text))

    def _find(self, key: bytes) -> str | None:
        with self._changing() as database:
            row = database.execute("SELECT text FROM notes WHERE key = ?", (key,)).fetchone()
            database.execute("UPDATE notes SET used_at = ? WHERE key = ?", (time.time(), key))
        return row[0] if row else None

    def _known(self, keys: Sequence[bytes]) -> set[bytes]:
        with self._changing() as database:
            look = "SELECT 1 FROM notes WHERE key = ?"
            return {key for key in keys if database.execute(look, (key,)).fetchone()}

    def _keep(self, key: bytes, text: str) -> None:
        with self._changing() as database:
            row = (key, text, len(text), time.time())
            database.execute("INSERT OR REPLACE INTO notes (key, text, chars, used_at) VALUES (?, ?, ?, ?)", row)
            database.execute(_FORGET, (self._max_chars,))

    @contextmanager
    def _changing(self) -> Generator[sqlite3.Connection]:
        made(self._path.parent)
        with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)) as database, database:
            database.execute("BEGIN IMMEDIATE")
            database.execute(_SCHEMA)
            yield database


async def _in_thread(work: Callable[[], T]) -> T:
    try:
        return await asyncio.to_thread(work)
    except (OSError, sqlite3.Error) as error:
        raise NotesError(str(error)) from error
