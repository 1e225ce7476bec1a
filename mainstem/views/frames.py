"""When a view is drawn again: not too often, more seldom where drawing is slow, and while only time passes, too."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .view import View

DRAWING_SHARE = 5
"""A drawing is followed by this many times its own duration without another: long answers must not cost the graph."""


@dataclass(frozen=True)
class FrameRate:
    """Seconds between two drawings."""

    frame: float
    """The least."""
    idle: float
    """While nothing happens but time passing."""

    async def paint(self, view: View, draw: Callable[[float], Awaitable[None]]) -> None:
        """Call `draw`, with the seconds since now, for as long as `view` is shown; ends by being cancelled."""
        began, drawn, drawn_at = time.monotonic(), -1, 0.0
        while True:
            now, took = time.monotonic(), 0.0
            if view.changes != drawn or now - drawn_at > self.idle:
                drawn, drawn_at = view.changes, now
                await draw(now - began)
                took = time.monotonic() - now
            await asyncio.sleep(max(self.frame, took * DRAWING_SHARE))
