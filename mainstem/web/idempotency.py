"""`Idempotency-Key`: the same key at the same address starts the same run, however often it is sent.

A key is claimed on disk before its run is started, so that neither another process nor a restart starts a second one.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from hashlib import blake2b

from fastapi import Request
from pydantic import BaseModel

from mainstem.stores.errors import KeysError
from mainstem.stores.idempotency import IdempotencyKeys, KnownKey, SentKey

from .problems import Problem
from .run_manager import RunManager
from .schemas.runs import Started

log = logging.getLogger("mainstem.web")

STARTING_SECONDS = 5.0
"""How long a request waits for another process to say which run it started with the same key."""

POLL_SECONDS = 0.1
"""How often it looks whether that process has said so."""

StartFunction = Callable[[], Awaitable[Started]]


class IdempotencyStore:
    """The keys that were sent to the doors over `manager`, and the runs that they started."""

    def __init__(
        self,
        manager: RunManager,
        *,
        starting_seconds: float = STARTING_SECONDS,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._starting_seconds = starting_seconds
        self._poll_seconds = poll_seconds
        self._gate = manager.gate
        self._keys: IdempotencyKeys = manager.session.stores.keys
        self._starting: dict[SentKey, asyncio.Future[Started]] = {}

    async def once(self, key: str | None, request: Request, body: BaseModel, start: StartFunction) -> Started:
        """What `start` returns, or returned when `key` came first. Raises `Problem` when it came with another body."""
        if key is None:
            return await start()
        digest = blake2b(body.model_dump_json().encode(), digest_size=16).digest()
        sent = SentKey(f"{self._user()}{request.method} {request.scope['path']}", key, digest)
        if sent not in self._starting:
            self._begin(sent, start)
        return await asyncio.shield(self._starting[sent])  # it is started also when this client goes away

    def _user(self) -> str:
        """Whose key it is, where users are told apart: another's may be the same."""
        return f"{self._gate.user.id!r} " if self._gate.required else ""

    def _begin(self, sent: SentKey, start: StartFunction) -> None:
        def over(done: "asyncio.Future[Started]") -> None:
            self._starting.pop(sent, None)
            _ = done.cancelled() or done.exception()  # nobody may be left to be told

        starting = self._starting[sent] = asyncio.ensure_future(self._started(sent, start))
        starting.add_done_callback(over)

    async def _started(self, sent: SentKey, start: StartFunction) -> Started:
        until = time.monotonic() + self._starting_seconds
        while (known := await self._known(sent)) is not None:
            if known.digest != sent.digest:
                raise Problem(422, "This Idempotency-Key came with another body before.", hint="Use a new key.")
            if known.run_id is not None:
                return Started(run_id=known.run_id, thread_id=known.thread_id)
            if time.monotonic() > until:
                raise _cut_short()
            await asyncio.sleep(self._poll_seconds)
        return await self._first(sent, start)

    async def _known(self, sent: SentKey) -> KnownKey | None:
        try:
            return await self._keys.claim(sent)
        except KeysError as error:
            hint = "Make room or try again; without the key the run is started, but perhaps twice."
            raise Problem(503, f"The Idempotency-Key cannot be kept: {error}.", hint=hint) from error

    async def _first(self, sent: SentKey, start: StartFunction) -> Started:
        try:
            started = await start()
        except BaseException:
            await _noted(self._keys.forget(sent))
            raise
        await _noted(self._keys.settle(sent, started.run_id, started.thread_id))
        return started


async def _noted(note: Awaitable[None]) -> None:
    """Note what became of a key; where that fails, the key stays claimed and starts nothing more."""
    try:
        await note
    except KeysError as error:
        log.warning("What became of an Idempotency-Key cannot be kept: %s", error)


def _cut_short() -> Problem:
    hint = "GET /runs says whether its run began; if not, send the request again with a new key."
    return Problem(409, "A request with this Idempotency-Key was cut short, or still starts its run.", hint=hint)
