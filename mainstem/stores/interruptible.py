"""Blocking work in a thread, that really ends when the task that awaits it is cancelled."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")

GRACE_SECONDS = 1.0
"""Seconds that a cancelled task waits for its thread to end."""


class Stopped(Exception):
    """The task that wanted this work was cancelled; it unwinds the thread, the task itself sees CancelledError."""


class StopSignal(threading.Event):
    """Asks the work in a thread to end."""

    def check(self) -> None:
        """Raise `Stopped` when the work is no longer wanted."""
        if self.is_set():
            raise Stopped


async def in_thread(work: Callable[[StopSignal], T]) -> T:
    """Run `work(stop)` in a thread; a cancelled caller sets `stop` and waits up to `GRACE_SECONDS` for the end."""
    import asyncio  # the process that reads documents needs only what is above, and begins in two thirds of the time

    stop = StopSignal()
    task = asyncio.ensure_future(asyncio.to_thread(work, stop))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop.set()
        task.add_done_callback(_retrieve)
        await asyncio.wait([task], timeout=GRACE_SECONDS)
        raise


def _retrieve(task: "asyncio.Future[T]") -> None:
    if not task.cancelled():
        task.exception()
