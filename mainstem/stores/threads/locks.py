"""Leases of threads on one machine: a locked file each, which the system unlocks when its process dies."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

from filelock import FileLock, Timeout

from ...stream.errors import ThreadBusy

_held: set[Path] = set()
"""The locks of this process: of two runs that are asked for at once, the first is the one that runs."""


@contextmanager
def thread_lock(folder: Path, thread: str) -> Generator[FileLock]:
    """The lock of a thread, which is this caller's among all in this process. Raises `ThreadBusy`."""
    lock = _lock(folder, thread)
    path = Path(lock.lock_file)
    if path in _held:
        raise _busy(thread)
    _held.add(path)
    try:
        yield lock
    finally:
        _held.discard(path)


@asynccontextmanager
async def locked(lock: FileLock, thread: str, before: Callable[[], None]) -> AsyncGenerator[None]:
    """Hold the lock against every other process on this machine; `before` is done first. Raises `ThreadBusy`."""

    def take() -> None:
        before()
        lock.acquire()

    try:
        await asyncio.to_thread(take)
    except Timeout:
        raise _busy(thread) from None
    try:
        yield
    finally:
        await asyncio.to_thread(_let_go, lock)


def is_held(folder: Path, thread: str) -> bool:
    """Whether a run on this machine holds the thread just now."""
    lock = _lock(folder, thread)
    path = Path(lock.lock_file)
    if path in _held or not path.exists():
        return path in _held
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    _let_go(lock)
    return False


def _busy(thread: str) -> ThreadBusy:
    return ThreadBusy(f"Thread {thread!r} is busy with another run.")


def _let_go(lock: FileLock) -> None:
    """Release a lock and leave no file of it; whoever waits for it notices, and makes a new one."""
    with suppress(OSError):
        Path(lock.lock_file).unlink()
    lock.release()


def _lock(folder: Path, thread: str) -> FileLock:
    name = blake2b(thread.encode(), digest_size=16).hexdigest()
    # not at once: whoever only looks, as `is_held` does, has it for a moment
    return FileLock(folder / f"{name}.lock", timeout=0.1, poll_interval=0.02, thread_local=False)
