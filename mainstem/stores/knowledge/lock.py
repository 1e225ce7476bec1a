"""One index run at a time on a home, in whichever process."""

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic

from ..errors import Busy
from ..home import made
from ..interruptible import StopSignal

WAIT_SECONDS = 60.0
"""How long an index run waits for another one to end."""


@contextmanager
def alone(home: Path, stop: StopSignal, waits: Callable[[], None], seconds: float | None = None) -> Generator[None]:
    """Wait for other index runs on this home, in whichever process, to end; `waits` is called once if there is one.

    Raises `Busy` after `seconds` (None: WAIT_SECONDS).
    """
    from filelock import FileLock, Timeout

    made(home)
    lock = FileLock(home / "index.lock")

    def take() -> bool:
        with suppress(Timeout):
            lock.acquire(blocking=False)
        return lock.is_locked

    wait_for(take, str(home), stop, waits, seconds)
    try:
        yield
    finally:
        lock.release()


def wait_for(
    take: Callable[[], bool], place: str, stop: StopSignal, waits: Callable[[], None], seconds: float | None
) -> None:
    """Return when `take` has taken the lock; `waits` is called once if somebody else has it.

    Raises `Busy` after `seconds` (None: WAIT_SECONDS).
    """
    deadline, told = monotonic() + (WAIT_SECONDS if seconds is None else seconds), False
    while not take():
        if monotonic() > deadline:
            raise Busy(f"Another process is indexing into {place}. Try again when it is done.")
        if not told:
            waits()
            told = True
        stop.wait(0.1)
        stop.check()
