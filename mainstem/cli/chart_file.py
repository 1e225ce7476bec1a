"""The chart of an answer in a file: `mainstem ask … --out FILE.svg`."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from .failures import CommandError, UsageError

if TYPE_CHECKING:
    from mainstem.stream.events import Event
    from mainstem.stream.run import Run

OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="FILE.svg", help="Write the chart that is drawn to this file.")
]


def check(file: Path | None) -> None:
    """Refuse a file that no chart can be written to, before anything is asked. Raises `UsageError`."""
    if file is None:
        return
    if file.suffix.lower() != ".svg":
        raise UsageError(f"--out {file}: a chart is written as SVG. Name a file that ends in .svg.")
    if not file.parent.is_dir():
        raise UsageError(f"--out {file}: there is no folder {file.parent}.")


async def write(file: Path, runs: Iterable["Run"]) -> str:
    """Write the last chart of these runs; returns what it shows. Raises `CommandError` where there is none."""
    charts = [chart for run in runs async for event in run.events() if (chart := _drawn_by(event))]
    if not charts:
        raise CommandError(f"The answer has no chart, so {file} was not written. Ask for one: Draw a chart of …")
    try:
        await asyncio.to_thread(file.write_text, charts[-1]["svg"], encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{file} cannot be written: {error.strerror}. Name another file.") from error
    return str(charts[-1].get("chart") or "a chart")


def _drawn_by(event: "Event") -> dict[str, Any] | None:
    """The chart that a tool call came back with."""
    artifact: Any = getattr(event, "artifact", None)
    found = cast("dict[str, Any]", artifact) if isinstance(artifact, dict) else {}
    return found if isinstance(found.get("svg"), str) else None
