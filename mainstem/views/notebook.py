"""A run in a notebook: one output that is updated while it goes on, and stays as the record of it.

    from mainstem.notebook import show
    result = await show(session.ask("How do I resume a dropped stream?"))

The lines are those of the terminal, as HTML. Where there is no notebook, the run is shown in the terminal.
"""

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from html import escape
from typing import TYPE_CHECKING, Any, cast

from rich.console import Console
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from rich.text import Text

from ..stream.errors import MainstemError
from ..stream.run import Run
from ..stream.transcript import Result
from ..text import printable
from . import approval_widgets, rendering, terminal
from .frames import FrameRate
from .notebook_output import Interrupted, begin, begin_widget, jupyter, marimo, shown
from .rows import AnswerRow, InterruptRow, ToolCallRow
from .view import View

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

RATE = FrameRate(frame=0.1, idle=0.5)

_LINES = '<pre class="tex2jax_ignore mathjax_ignore" style="white-space:pre-wrap;margin:0">{}</pre>'
_CHART = (
    '<figure style="margin:0.5em 0"><img src="{}" alt="Chart: {}" style="max-width:100%">'
    '<figcaption><pre style="white-space:pre-wrap;margin:0">{}</pre></figcaption></figure>'
)
_RESUME = 'answer with: await show(run.resume({"decisions": [{"type": "approve"}]})), one decision a call'


async def show(run: Run) -> Result:
    """Show a run from its beginning to its end in one output of the notebook, and return what came of it.

    Interrupting the cell stops the run. As a cell's last line, the result is not shown once more. A run that asks for
    approvals ends with buttons (where ipywidgets is installed): a click goes on with it, below them. Raises `TypeError`
    for what is no run.
    """
    if not isinstance(cast("object", run), Run):
        raise TypeError(f"show takes the run that session.ask(…) or watch(…) returns, not {type(run).__name__}.")
    if not _in_notebook():
        return await terminal.show(run)
    view = View()
    result = await _show_in(_display(bundle(View(), 0.0)), run, view)
    await _offer(run, result)
    return shown(result, bundle(view, result.seconds))


async def _show_in(cell: Any, run: Run, view: View) -> Result:
    painting = asyncio.create_task(_paint(view, cell))
    try:
        await _follow(run, view)
    except asyncio.CancelledError:
        await run.stop()
        await _follow(run, view)
        raise Interrupted from None
    finally:
        painting.cancel()
        await asyncio.wait([painting])
        cell.update(bundle(view, view.finished.seconds if view.finished else 0.0), raw=True)
    return await run.result()


@dataclass(frozen=True)
class _Below:
    """Where a run's questions are asked, and what comes of the answers is shown."""

    asked: Any
    cell: Any


async def _offer(run: Run, result: Result, below: _Below | None = None) -> None:
    """Buttons for what the run asks."""
    if not result.interrupts or not approval_widgets.can_be_shown() or marimo() is not None:
        return
    going_on: set[asyncio.Task[Any]] = set()

    def decide(decisions: dict[str, Any]) -> None:
        going_on.add(asyncio.create_task(_go_on(run, decisions, place)))

    asked = approval_widgets.questions(await run.requests(), decide)
    if asked is None:
        return
    place = below or _begin_below()
    place.asked.children = (*place.asked.children, asked)


def _begin_below() -> _Below:
    asked = approval_widgets.stack()
    _display_widget(asked)
    return _Below(asked, _display(bundle(View(), 0.0)))


async def _go_on(run: Run, decisions: dict[str, Any], below: _Below) -> None:
    try:
        again = run.resume(decisions)
    except MainstemError as error:
        below.cell.update({"text/plain": f"{error} {error.hint}"}, raw=True)
        return
    await _offer(again, await _show_in(below.cell, again, View()), below)


async def _follow(run: Run, view: View) -> None:
    async for event in run.events(view.changes + 1):
        view.add(event)


async def _paint(view: View, cell: Any) -> None:
    async def draw(seconds: float) -> None:
        cell.update(bundle(view, seconds), raw=True)

    await RATE.paint(view, draw)


def _in_notebook() -> bool:
    return jupyter() is not None or marimo() is not None


_display, _display_widget = begin, begin_widget


def bundle(view: View, now: float) -> dict[str, str]:
    """What a notebook is given to show, as HTML and as plain text; `now` is the time in seconds of the run."""
    above, below = list(_above(view, now)), list(_below(view))
    answer = view.answer.text if view.answer else ""
    html = [_lines(above), *_charts(view), _words(answer), _lines(below)]
    plain = ["\n".join(line.plain for line in above), printable(answer), "\n".join(line.plain for line in below)]
    return {"text/html": "\n".join(filter(None, html)), "text/plain": "\n\n".join(filter(None, plain))}


def _words(answer: str) -> str:
    """The answer as HTML; a notebook would make formulas of what stands between dollar signs."""
    html = _markdown().render(printable(answer))
    return f'<div class="tex2jax_ignore mathjax_ignore">{html}</div>' if html else ""


def _charts(view: View) -> Iterator[str]:
    """The charts that tools drew, each with its query."""
    for row in view.rows.values():
        found = cast("dict[str, Any]", row.artifact) if isinstance(row, ToolCallRow) else None
        if isinstance(found, dict) and isinstance(found.get("svg"), str):
            about, query = (
                escape(str(found.get("chart") or found.get("title") or "")),
                escape(str(found.get("sql") or "")),
            )
            yield _CHART.format(_source_of(found["svg"]), about, query)


@lru_cache(maxsize=8)
def _source_of(svg: str) -> str:
    """A drawing as the address of a picture, in which nothing can run; kept, as an output is drawn often."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"


def _above(view: View, now: float) -> Iterator[Text]:
    for row in view.rows.values():
        if isinstance(row, AnswerRow):
            if row is not view.answer and row.message.pieces:
                yield Text(f"  {printable(row.text).strip()}", style="dim")
            continue
        yield rendering.draw(row, now)
        if isinstance(row, InterruptRow):
            yield Text(f"  {_RESUME}", style="dim")


def _below(view: View) -> Iterator[Text]:
    yield from rendering.citation_lines(view.citations, view.texts)
    end = view.finished
    if end is None:
        return
    if end.error:
        yield rendering.error_line(end.error)
    thread = view.started.thread_id if view.started else None
    yield rendering.numbers(end, view.answer, view.first_words_at, thread)


def _lines(lines: list[Text]) -> str:
    said = [html for line in lines if (html := "".join(_pieces(line)))]
    return _LINES.format("\n".join(said)) if said else ""


def _pieces(line: Text) -> Iterator[str]:
    for text, style, _ in line.render(_console()):
        css = style.get_html_style(DEFAULT_TERMINAL_THEME) if style else ""
        yield f'<span style="{css}">{escape(text)}</span>' if css else escape(text)


@cache
def _console() -> Console:
    return Console()


@cache
def _markdown() -> "MarkdownIt":
    """Markdown without what could act or hide: no HTML, no picture that a browser fetches, links with their address."""
    from markdown_it import MarkdownIt  # Rich brings it

    return MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "link", "reference"])
