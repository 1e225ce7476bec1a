"""Notes that a model made of parts of documents, kept so that the same part is not paid for twice."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from mainstem.stores.database import Database, SqliteFile, in_thread
from mainstem.stores.errors import NotesError

MAX_CHARS = 20_000_000
"""Characters of notes that are kept; beyond it, those that were used least recently are forgotten."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS notes (
    key BLOB PRIMARY KEY, text TEXT NOT NULL, chars INTEGER NOT NULL, used_at REAL NOT NULL
) WITHOUT ROWID
"""
_KEEP = """
INSERT INTO notes (key, text, chars, used_at) VALUES (?, ?, ?, ?)
ON CONFLICT (key) DO UPDATE SET text = excluded.text, chars = excluded.chars, used_at = excluded.used_at
"""
_FORGET = """
DELETE FROM notes WHERE key IN (
    SELECT key FROM (SELECT key, sum(chars) OVER (ORDER BY used_at DESC, key) AS total FROM notes) AS used
    WHERE total > ?
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


class NotesTable:
    """The notes in a table of `database`; `max_chars` characters are kept."""

    def __init__(self, database: Database, *, max_chars: int = MAX_CHARS) -> None:
        self._database = database
        self._max_chars = max_chars

    async def find(self, key: bytes) -> str | None:
        """The notes kept under `key`, which count as used now."""
        return await in_thread(self._database, lambda: self._find(key), NotesError)

    async def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of the keys under which notes are kept."""
        return await in_thread(self._database, lambda: self._known(keys), NotesError)

    async def keep(self, key: bytes, text: str) -> None:
        """Keep notes; what was used least recently is forgotten when there are too many."""
        await in_thread(self._database, lambda: self._keep(key, text), NotesError)

    def _find(self, key: bytes) -> str | None:
        with self._database.changing() as tables:
            row = tables.execute("SELECT text FROM notes WHERE key = ?", (key,)).fetchone()
            tables.execute("UPDATE notes SET used_at = ? WHERE key = ?", (time.time(), key))
        return row[0] if row else None

    def _known(self, keys: Sequence[bytes]) -> set[bytes]:
        with self._database.changing() as tables:
            look = "SELECT 1 FROM notes WHERE key = ?"
            return {key for key in keys if tables.execute(look, (key,)).fetchone()}

    def _keep(self, key: bytes, text: str) -> None:
        with self._database.changing() as tables:
            row = (key, text, len(text), time.time())
            tables.execute(_KEEP, row)
            tables.execute(_FORGET, (self._max_chars,))


class SqlitePartNotes(NotesTable):
    """The notes in the file at `path`, which is made with the first of them."""

    def __init__(self, path: Path, *, max_chars: int = MAX_CHARS) -> None:
        super().__init__(SqliteFile(path, _SCHEMA), max_chars=max_chars)
