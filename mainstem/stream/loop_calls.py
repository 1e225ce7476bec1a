"""Calls for event loops from a thread of ours: those that are made together wake each loop once.

Waking a loop is a system call, and lets go of the interpreter: for each of many runs it costs more than what is done.
"""

import asyncio
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

Calls = dict[asyncio.AbstractEventLoop, list[Callable[[], object]]]


class _Gathered(threading.local):
    calls: Calls | None = None


_gathered = _Gathered()


def call_in_loop(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> None:
    """Let `loop` call `call` soon; within `together`, at its end. Raises `RuntimeError` for a loop that is closed."""
    if _gathered.calls is None:
        loop.call_soon_threadsafe(call)
    else:
        _gathered.calls.setdefault(loop, []).append(call)


@contextmanager
def together() -> Generator[None]:
    """What is called in loops within, by this thread, is called at the end; of a loop that is closed, nothing is."""
    if _gathered.calls is not None:
        yield  # within another one, which calls
        return
    calls = _gathered.calls = Calls()
    try:
        yield
    finally:
        _gathered.calls = None
        for loop, its in calls.items():
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(_call_all, loop, its)


def _call_all(loop: asyncio.AbstractEventLoop, calls: list[Callable[[], object]]) -> None:
    for call in calls:
        loop.call_soon(call)  # each by itself: one that fails keeps none from being made
