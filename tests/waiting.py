"""Waiting for what happens elsewhere, where it cannot be awaited: in a thread, in another process, behind a socket."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE = 60.0
"""Seconds after which a test has hung."""

_POLL = 0.01


async def eventually(holds: Callable[[], Any]) -> Any:
    """What `holds` gives as soon as that is true; it is called, and awaited where need be, until then.

    Raises `TimeoutError` after `PATIENCE` seconds.
    """
    async with asyncio.timeout(PATIENCE):
        while True:
            found: Any = holds()
            if isinstance(found, Awaitable):
                found = await found
            if found:
                return found
            await asyncio.sleep(_POLL)


def eventually_without_a_loop(holds: Callable[[], T]) -> T:
    """The same for code that has no event loop."""
    deadline = time.monotonic() + PATIENCE
    while not (result := holds()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{holds} did not come true within {PATIENCE:g} s")
        time.sleep(_POLL)
    return result
