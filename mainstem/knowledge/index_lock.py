"""One index run at a time on a home, in whichever process; and what such a run tells while it goes on."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

from mainstem.knowledge.errors import Busy
from mainstem.knowledge.index_file import Store
from mainstem.knowledge.interruptible import Stop
from mainstem.stores.home import made

WAIT_SECONDS = 60.0
"""How long an index run waits for another one to end."""


@dataclass(frozen=True)
class Progress:
    """How far an index run is: `label` is the file just dealt with, `done` of `total` are.

    `unchanged` says of that file that nothing had to be done about it.
    """

    label: str
    done: int
    total: int
    unit: str = "files"
    unchanged: bool = False


@contextmanager
def alone(store: Store, stop: Stop, report: Callable[[Progress], None], wait: float | None = None) -> Generator[None]:
    """Wait for other index runs on this home, in whichever process, to end.

    Raises `Busy` after `wait` seconds (None: WAIT_SECONDS).
    """
    from filelock import FileLock, Timeout

    with store.errors():
        made(store.home)
        lock = FileLock(store.home / "index.lock")
        deadline, told = monotonic() + (WAIT_SECONDS if wait is None else wait), False
        while True:
            try:
                lock.acquire(blocking=False)
                break
            except Timeout as error:
                if monotonic() > deadline:
                    raise Busy(f"Another process is indexing into {store.home}. Try again when it is done.") from error
                if not told:
                    report(Progress("waiting for another index run", 0, 1))
                    told = True
                stop.wait(0.1)
                stop.check()
        try:
            yield
        finally:
            lock.release()
