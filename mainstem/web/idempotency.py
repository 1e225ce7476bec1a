"""`Idempotency-Key`: the same key starts the same run, however often it is sent."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from hashlib import blake2b

from pydantic import BaseModel

from .bodies import Started
from .problems import Problem

MOST = 10_000
"""Keys that are remembered; the oldest are forgotten first, and all of them when the server stops."""


class Keys:
    """The keys that were sent, and the runs that they started."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[bytes, asyncio.Future[Started]]] = OrderedDict()

    async def once(self, key: str | None, body: BaseModel, start: Callable[[], Awaitable[Started]]) -> Started:
        """What `start` returns, or returned when `key` came first. Raises `Problem` when it came with another body."""
        if key is None:
            return await start()
        digest = blake2b(body.model_dump_json().encode(), digest_size=16).digest()
        if key not in self._kept:
            self._keep(key, digest, asyncio.ensure_future(start()))
        said, starting = self._kept[key]
        if said != digest:
            raise Problem(422, "This Idempotency-Key came with another body before.", hint="Use a new key.")
        return await asyncio.shield(starting)

    def _keep(self, key: str, digest: bytes, starting: "asyncio.Future[Started]") -> None:
        self._kept[key] = digest, starting
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

        def forget_failures(done: "asyncio.Future[Started]") -> None:
            if done.cancelled() or done.exception():
                self._kept.pop(key, None)

        starting.add_done_callback(forget_failures)
