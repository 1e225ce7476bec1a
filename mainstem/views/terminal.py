"""A run in a terminal: steps, tools and words as they come, drawn a dozen times a second at most."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from rich.console import Console

from ..stream.readable import Readable
from ..stream.transcript import Result
from .screen import Screen
from .view import View

FRAME_SECONDS = 1 / 12
"""Seconds between two drawings, at least."""

IDLE_SECONDS = 0.25
"""Seconds between two drawings while nothing happens but time passing."""

DRAWING_SHARE = 5
"""A drawing is followed by this many times its own duration without another: long answers must not cost the graph."""


class Terminal(Console):
    """Standard output. When nobody reads it any more that is told, and does not end the process on the spot."""

    def on_broken_pipe(self) -> None:
        """Raise `BrokenPipeError`, so that the run is stopped first."""
        raise BrokenPipeError


async def show(run: Readable, console: Console | None = None) -> Result:
    """Show a run from its beginning to its end on a terminal, and return what came of it."""
    view, screen = View(), Screen(console or Terminal())
    following, painting = asyncio.create_task(_follow(run, view)), asyncio.create_task(_paint(view, screen))
    try:
        await asyncio.wait((following, painting), return_when=asyncio.FIRST_COMPLETED)
    finally:
        following.cancel()
        painting.cancel()
        await asyncio.wait((following, painting))
    if not painting.cancelled():
        painting.result()  # raises why the terminal cannot be drawn on
    await asyncio.to_thread(screen.close, view)
    return await run.result()


async def _follow(run: Readable, view: View) -> None:
    async for event in run.events():
        view.add(event)


async def _paint(view: View, screen: Screen) -> None:
    began, drawn, drawn_at = time.monotonic(), -1, 0.0
    while True:
        now, took = time.monotonic(), 0.0
        if view.changes != drawn or now - drawn_at > IDLE_SECONDS:
            drawn, drawn_at = view.changes, now
            # In a thread: a terminal that is paused must not hold up the graph.
            await _to_its_end(asyncio.to_thread(screen.draw, tuple(view.rows.values()), now - began))
            took = time.monotonic() - now
        await asyncio.sleep(max(FRAME_SECONDS, took * DRAWING_SHARE))


async def _to_its_end(drawing: Coroutine[Any, Any, None]) -> None:
    """Wait for a drawing; when cancelled, wait all the same: two threads must not draw at once."""
    work = asyncio.ensure_future(drawing)
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise
