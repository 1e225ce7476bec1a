"""Runs that wait for their thread: they begin one after the other, in the order in which they were asked for."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Literal

from ...stores.threads import Threads

Policy = Literal["reject", "queue"]
"""What becomes of a run while another one has its thread: it is refused, or it waits."""

LOOK_SECONDS = 0.1
"""How often the first in the queue looks whether its thread is free: a run of another process tells nobody."""


class ThreadQueue:
    """The queues of a session's threads."""

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._waiting: dict[str, list[QueuePlace]] = {}

    def join(self, thread: str) -> "QueuePlace":
        """A place at the end of the thread's queue."""
        place = QueuePlace(self._threads, thread, self._waiting)
        self._waiting.setdefault(thread, []).append(place)
        return place

    def waiting(self, thread: str) -> int:
        """How many runs wait for the thread."""
        return len(self._waiting.get(thread, ()))


class QueuePlace:
    """A run's place in the queue of its thread."""

    def __init__(self, threads: Threads, thread: str, waiting: "dict[str, list[QueuePlace]]") -> None:
        self._threads = threads
        self._thread = thread
        self._waiting = waiting

    async def turn(self) -> None:
        """Return when the run is the first and its thread is free, as far as can be seen."""
        while self._waiting[self._thread][0] is not self or await self._threads.leased(self._thread):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)

    @asynccontextmanager
    async def lease(self) -> AsyncGenerator[None]:
        """Hold the thread, and leave the queue. Raises `ThreadBusy` where someone was quicker; the place stays."""
        async with self._threads.lease(self._thread):
            self.leave()
            yield

    def leave(self) -> None:
        """Let the next one be the first; harmless when that is done."""
        queue = self._waiting.get(self._thread, [])
        if self in queue:
            queue.remove(self)
        if not queue:
            self._waiting.pop(self._thread, None)  # of threads there is no end
