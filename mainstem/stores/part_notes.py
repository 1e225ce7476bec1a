"""Notes that a model made of parts of documents, kept so that the same part is not paid for twice."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from mainstem.stores.errors import NotesError
from mainstem.stores.small_file import changing, in_thread

MAX_CHARS = 20_000_000
"""Characters of notes that are kept; beyond it, those that were used least recently are forgotten."""

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
        return await in_thread(lambda: self._find(key), NotesError)

    async def known(self, keys: Sequence[bytes]) -> set[bytes]:
        """Those of the keys under which notes are kept."""
        return await in_thread(lambda: self._known(keys), NotesError)

    async def keep(self, key: bytes, text: str) -> None:
        """Keep notes; what was used least recently is forgotten when there are too many."""
        await in_thread(lambda: self._keep(key, text), NotesError)

    def _find(self, key: bytes) -> str | None:
        with changing(self._path, _SCHEMA) as database:
            row = database.execute("SELECT text FROM notes WHERE key = ?", (key,)).fetchone()
            database.execute("UPDATE notes SET used_at = ? WHERE key = ?", (time.time(), key))
        return row[0] if row else None

    def _known(self, keys: Sequence[bytes]) -> set[bytes]:
        with changing(self._path, _SCHEMA) as database:
            look = "SELECT 1 FROM notes WHERE key = ?"
            return {key for key in keys if database.execute(look, (key,)).fetchone()}

    def _keep(self, key: bytes, text: str) -> None:
        with changing(self._path, _SCHEMA) as database:
            row = (key, text, len(text), time.time())
            database.execute("INSERT OR REPLACE INTO notes (key, text, chars, used_at) VALUES (?, ?, ?, ?)", row)
            database.execute(_FORGET, (self._max_chars,))
