"""Idempotency keys: which run a key that a client sent has started, so that it never starts a second one."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from mainstem.stores.database import Database, SqliteFile, in_thread
from mainstem.stores.errors import KeysError

KEPT_SECONDS = 24 * 3600.0
"""How long a key is remembered."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    scope TEXT NOT NULL, key TEXT NOT NULL, digest BLOB NOT NULL, run_id TEXT, thread_id TEXT, made_at REAL NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID
"""

_CLAIM = "INSERT INTO keys (scope, key, digest, made_at) VALUES (?, ?, ?, ?) ON CONFLICT (scope, key) DO NOTHING"
_KNOWN = "SELECT digest, run_id, thread_id FROM keys WHERE scope = ? AND key = ?"


@dataclass(frozen=True)
class SentKey:
    """A key as it was sent: `scope` is the method and the path, `digest` that of the body."""

    scope: str
    key: str
    digest: bytes


@dataclass(frozen=True)
class KnownKey:
    """What is remembered of a key: the body that it came with, and its run; `run_id` is None until that is known."""

    digest: bytes
    run_id: str | None
    thread_id: str | None


class IdempotencyKeys(Protocol):
    """The keys that were sent in the last day. Every method raises `KeysError` when they cannot be kept."""

    async def claim(self, sent: SentKey) -> KnownKey | None:
        """None when the key is now the caller's to start a run with, and nobody else's; else what is known of it."""
        ...

    async def settle(self, sent: SentKey, run_id: str, thread_id: str | None) -> None:
        """Remember which run the key started."""
        ...

    async def forget(self, sent: SentKey) -> None:
        """The key started nothing: it may be used again."""
        ...


class KeysTable:
    """The keys in a table of `database`; each is remembered `kept_seconds`."""

    def __init__(self, database: Database, *, kept_seconds: float = KEPT_SECONDS) -> None:
        self._database = database
        self._kept_seconds = kept_seconds

    async def claim(self, sent: SentKey) -> KnownKey | None:
        """None when the key is now the caller's; else what is known of it."""
        return await in_thread(self._database, lambda: self._claim(sent), KeysError)

    async def settle(self, sent: SentKey, run_id: str, thread_id: str | None) -> None:
        """Remember which run the key started."""
        query = "UPDATE keys SET run_id = ?, thread_id = ? WHERE scope = ? AND key = ?"
        await in_thread(self._database, lambda: self._change(query, run_id, thread_id, sent.scope, sent.key), KeysError)

    async def forget(self, sent: SentKey) -> None:
        """The key started nothing: it may be used again."""
        query = "DELETE FROM keys WHERE scope = ? AND key = ?"
        await in_thread(self._database, lambda: self._change(query, sent.scope, sent.key), KeysError)

    def _claim(self, sent: SentKey) -> KnownKey | None:
        place, now = (sent.scope, sent.key), time.time()
        with self._database.changing() as tables:
            tables.execute("DELETE FROM keys WHERE made_at < ?", (now - self._kept_seconds,))
            while tables.execute(_CLAIM, (*place, sent.digest, now)).rowcount == 0:
                if row := tables.execute(_KNOWN, place).fetchone():  # else it was forgotten in this very moment
                    return KnownKey(*row)
            return None

    def _change(self, query: str, *values: str | None) -> None:
        with self._database.changing() as tables:
            tables.execute(query, values)


class SqliteIdempotencyKeys(KeysTable):
    """The keys in the file at `path`, which is made with the first of them."""

    def __init__(self, path: Path, *, kept_seconds: float = KEPT_SECONDS) -> None:
        super().__init__(SqliteFile(path, _SCHEMA), kept_seconds=kept_seconds)
