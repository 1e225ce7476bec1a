"""A run in a terminal: finished lines stay, what still moves is redrawn below them, a dozen times a second at most.

What is final is printed once and never touched again, so that scrolling back works and nothing flickers. The answer
stays in the moving part, where it can still be withdrawn, until it outgrows the screen; then its finished paragraphs
are printed, and only the last one moves.
"""

import asyncio
import re
import time
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.live import Live
from rich.segment import Segment
from rich.text import Text

from . import drawing
from .rows import Row, Speech, Withdrawn
from .stream.fold import Result
from .stream.run import Run
from .view import View

FRAME = 1 / 12
"""Seconds between two drawings, at least."""

IDLE = 0.25
"""Seconds between two drawings while nothing happens but time passing."""

SHARE = 5
"""A drawing that took long is followed by that many times its own time without another."""

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


async def show(run: Run, console: Console) -> Result:
    """Show a run from its beginning to its end, and return what came of it."""
    view, screen = View(), Screen(console)
    painting = asyncio.create_task(_paint(view, screen))
    try:
        async for event in run.events():
            view.add(event)
    finally:
        painting.cancel()
        await asyncio.wait([painting])
        await asyncio.to_thread(screen.close, view)
    return await run.result()


async def _paint(view: View, screen: "Screen") -> None:
    """Draw what changed. In a thread: a terminal that is paused must not hold up the graph."""
    began = time.monotonic()
    drawn, drawn_at = -1, 0.0
    while True:
        now = time.monotonic()
        took = 0.0
        if view.changes != drawn or now - drawn_at > IDLE:
            drawn, drawn_at = view.changes, now
            drawing = asyncio.ensure_future(asyncio.to_thread(screen.draw, tuple(view.rows.values()), now - began))
            await _to_its_end(drawing)
            took = time.monotonic() - now
        await asyncio.sleep(max(FRAME, took * SHARE))


async def _to_its_end(work: "asyncio.Future[None]") -> None:
    """Wait for a thread's work; when cancelled, wait all the same: two threads must not draw at once."""
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise
