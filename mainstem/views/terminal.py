"""A run in a terminal: steps, tools and words as they come, drawn a dozen times a second at most."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from rich.console import Console

from ..stream.readable import Readable
from ..stream.transcript import Result
from .frames import FrameRate
from .screen import Screen
from .view import View

RATE = FrameRate(frame=1 / 12, idle=0.25)


class Terminal(Console):
    """Standard output. When nobody reads it any more that is told, and does not end the process on the spot."""

    def on_broken_pipe(self) -> None:
        """Raise `BrokenPipeError`, so that the run is stopped first."""
        raise BrokenPipeError


async def show(run: Readable, console: Console | None = None, *, folded: bool = False) -> Result:
    """Show a run from its beginning to its end on a terminal, and return what came of it.

    `folded`: its steps and calls as one line that moves.
    """
    view, screen = View(), Screen(console or Terminal(), folded=folded)
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
    async def draw(seconds: float) -> None:
        # In a thread: a terminal that is paused must not hold up the graph.
        await _to_its_end(asyncio.to_thread(screen.draw, tuple(view.rows.values()), seconds))

    await RATE.paint(view, draw)


async def _to_its_end(drawing: Coroutine[Any, Any, None]) -> None:
    """Wait for a drawing; when cancelled, wait all the same: two threads must not draw at once."""
    work = asyncio.ensure_future(drawing)
    try:
        await asyncio.shield(work)
    except asyncio.CancelledError:
        await asyncio.wait([work])
        raise
