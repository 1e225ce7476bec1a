"""Blocking work in a thread, that really ends when the task that awaits it is cancelled."""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol, TypeVar

T = TypeVar("T")

GRACE = 1.0
"""Seconds that a cancelled task waits for its thread to end."""

_POLL = 0.05


class Stopped(Exception):
    """The task that wanted this work was cancelled; it unwinds the thread, the task itself sees CancelledError."""


class Stop(threading.Event):
    """Asks the work in a thread to end."""

    def check(self) -> None:
        """Raise `Stopped` when the work is no longer wanted."""
        if self.is_set():
            raise Stopped


class Interruptible(Protocol):
    """What `watched` can interrupt from another thread."""

    def interrupt(self) -> None:
        """Make the call that runs now raise."""
        ...


async def in_thread(work: Callable[[Stop], T]) -> T:
    """Run `work(stop)` in a thread; a cancelled caller sets `stop` and waits up to `GRACE` seconds for the end."""
    stop = Stop()
    task = asyncio.ensure_future(asyncio.to_thread(work, stop))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        stop.set()
        task.add_done_callback(_retrieve)
        await asyncio.wait([task], timeout=GRACE)
        raise


def _retrieve(task: "asyncio.Future[T]") -> None:
    if not task.cancelled():
        task.exception()


@contextmanager
def watched(connection: Interruptible, stop: Stop, seconds: float | None = None) -> Generator[None]:
    """Interrupt `connection` from a side thread once `stop` is set or `seconds` are over."""
    deadline = None if seconds is None else monotonic() + seconds
    done = threading.Event()

    def watch() -> None:
        while not done.wait(_POLL):
            if stop.is_set() or (deadline is not None and monotonic() > deadline):
                # Again at every turn: an interrupt that comes between two statements is lost.
                connection.interrupt()

    thread = threading.Thread(target=watch, name="knowledge-watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
