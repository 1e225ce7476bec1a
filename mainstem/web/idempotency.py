"""`Idempotency-Key`: the same key at the same address starts the same run, however often it is sent.

A key is claimed on disk before its run is started, so that neither another process nor a restart starts a second one.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from fastapi import Request
from pydantic import BaseModel

from mainstem.stores.home import made

from .problems import Problem
from .run_manager import RunManager
from .schemas import Started

log = logging.getLogger("mainstem.web")

KEPT_SECONDS = 24 * 3600.0
"""How long a key is remembered."""

BUSY_SECONDS = 15.0
"""How long the keys' database waits for another process."""

STARTING_SECONDS = 5.0
"""How long a request waits for another process to say which run it started with the same key."""

_POLL = 0.1  # seconds

_SCHEMA = """
CREATE TABLE IF NOT EXISTS keys (
    scope TEXT NOT NULL, key TEXT NOT NULL, digest BLOB NOT NULL, run_id TEXT, thread_id TEXT, made_at REAL NOT NULL,
    PRIMARY KEY (scope, key)
) WITHOUT ROWID
"""

Start = Callable[[], Awaitable[Started]]


@dataclass(frozen=True)
class Claim:
    """A key as it was sent: `scope` is the method and the path, `digest` that of the body."""

    scope: str
    key: str
    digest: bytes


@dataclass(frozen=True)
class Kept:
    """What is remembered of a key; `started` is None until its run is known."""

    digest: bytes
    started: Started | None


class Table:
    """The keys in one SQLite file. Everything here blocks, and raises `OSError` or `sqlite3.Error`."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def claim(self, claim: Claim) -> Kept | None:
        """None when the key is now ours to start a run with; else what is remembered of it."""
        place, now = (claim.scope, claim.key), time.time()
        with self._changing() as database:
            database.execute("DELETE FROM keys WHERE made_at < ?", (now - KEPT_SECONDS,))
            query = "SELECT digest, run_id, thread_id FROM keys WHERE scope = ? AND key = ?"
            row = database.execute(query, place).fetchone()
            if row is None:
                new = "INSERT INTO keys (scope, key, digest, made_at) VALUES (?, ?, ?, ?)"
                database.execute(new, (*place, claim.digest, now))
                return None
        return Kept(row[0], Started(run_id=row[1], thread_id=row[2]) if row[1] else None)

    def settle(self, claim: Claim, started: Started) -> None:
        """Remember which run the key started."""
        query = "UPDATE keys SET run_id = ?, thread_id = ? WHERE scope = ? AND key = ?"
        with self._changing() as database:
            database.execute(query, (started.run_id, started.thread_id, claim.scope, claim.key))

    def forget(self, claim: Claim) -> None:
        """The key started nothing: it may be used again."""
        with self._changing() as database:
            database.execute("DELETE FROM keys WHERE scope = ? AND key = ?", (claim.scope, claim.key))

    @contextmanager
    def _changing(self) -> Generator[sqlite3.Connection]:
        made(self._path.parent)
        with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)) as database, database:
            database.execute("BEGIN IMMEDIATE")
            database.execute(_SCHEMA)
            yield database


class IdempotencyStore:
    """The keys that were sent to the doors over `manager`, and the runs that they started."""

    def __init__(self, manager: RunManager) -> None:
        self._table = Table(manager.session.settings.home / "idempotency.sqlite")
        self._starting: dict[Claim, asyncio.Future[Started]] = {}

    async def once(self, key: str | None, request: Request, body: BaseModel, start: Start) -> Started:
        """What `start` returns, or returned when `key` came first. Raises `Problem` when it came with another body."""
        if key is None:
            return await start()
        digest = blake2b(body.model_dump_json().encode(), digest_size=16).digest()
        claim = Claim(f"{request.method} {request.scope['path']}", key, digest)
        if claim not in self._starting:
            self._begin(claim, start)
        return await asyncio.shield(self._starting[claim])  # it is started also when this client goes away

    def _begin(self, claim: Claim, start: Start) -> None:
        def over(done: "asyncio.Future[Started]") -> None:
            self._starting.pop(claim, None)
            _ = done.cancelled() or done.exception()  # nobody may be left to be told

        starting = self._starting[claim] = asyncio.ensure_future(self._started(claim, start))
        starting.add_done_callback(over)

    async def _started(self, claim: Claim, start: Start) -> Started:
        until = time.monotonic() + STARTING_SECONDS
        while (kept := await self._claim(claim)) is not None:
            if kept.digest != claim.digest:
                raise Problem(422, "This Idempotency-Key came with another body before.", hint="Use a new key.")
            if kept.started is not None:
                return kept.started
            if time.monotonic() > until:
                raise _cut_short()
            await asyncio.sleep(_POLL)
        return await self._first(claim, start)

    async def _claim(self, claim: Claim) -> Kept | None:
        try:
            return await asyncio.to_thread(self._table.claim, claim)
        except (OSError, sqlite3.Error) as error:
            hint = "Make room or try again; without the key the run is started, but perhaps twice."
            raise Problem(503, f"The Idempotency-Key cannot be kept: {error}.", hint=hint) from error

    async def _first(self, claim: Claim, start: Start) -> Started:
        try:
            started = await start()
        except BaseException:
            await _noted(self._table.forget, claim)
            raise
        await _noted(self._table.settle, claim, started)
        return started


async def _noted(note: Callable[..., None], *what: object) -> None:
    """Note what became of a key; where that fails, the key stays claimed and starts nothing more."""
    try:
        await asyncio.to_thread(note, *what)
    except (OSError, sqlite3.Error) as error:
        log.warning("What became of an Idempotency-Key cannot be kept: %s", error)


def _cut_short() -> Problem:
    hint = "GET /runs says whether its run began; if not, send the request again with a new key."
    return Problem(409, "A request with this Idempotency-Key was cut short, or still starts its run.", hint=hint)
