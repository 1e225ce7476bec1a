"""Waiting for a task that must not be left behind."""

import asyncio
from typing import Any


async def until_over(work: asyncio.Task[Any]) -> None:
    """Wait for `work` to end; a cancellation of the waiting task is passed on to it, and waited out."""
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            work.cancel()
