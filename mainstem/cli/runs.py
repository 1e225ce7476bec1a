"""`mainstem runs`, `replay` and `verify`: what was recorded of earlier runs."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from mainstem.text import counted, printable

from .completion import run_ids
from .endings import ending
from .failures import UsageError, exit_on_error, say
from .options import Format, FormatOption, HomeOption, format_of, settings_there

if TYPE_CHECKING:
    from mainstem.stores.journal import Journal, RunRecord, Verification
    from mainstem.stores.journal.recording import Recording
    from mainstem.stream.transcript import Result

RunId = Annotated[
    str, typer.Argument(metavar="RUN", help="The run's id, or the beginning of it.", autocompletion=run_ids)
]

CHANGED = 1
"""Exit code of `verify` when a record is not as it was written."""

UNKNOWN = 6
"""Exit code of `verify` when it cannot be known: the run was pruned, or the journal cannot be read."""


def _journal(home: "HomeOption") -> "Journal":
    from mainstem.stores.opening import open_stores

    return open_stores(settings_there(home), prune=False).journal  # who only looks forgets nothing


def runs(
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, newest first.")] = 20, home: HomeOption = None
) -> None:
    """List the latest runs."""
    with exit_on_error():
        for record in asyncio.run(_journal(home).runs(limit)):
            typer.echo(_line(record))


def _line(record: "RunRecord") -> str:
    took = "" if record.seconds is None else f"{record.seconds:.1f} s"
    tags = " ".join(f"{key}={value}" for key, value in record.tags.items())
    pruned = "pruned" if record.pruned else ""
    words = (
        record.run_id,
        record.started_at[:19],
        record.status or "goes on",
        took,
        record.thread_id or "",
        tags,
        pruned,
    )
    return printable("  ".join(word for word in words if word))


def replay(
    run: RunId,
    speed: Annotated[str, typer.Option("--speed", help="1: at its own pace; 2: twice as fast; max: at once.")] = "1",
    from_seq: Annotated[int, typer.Option("--from", min=1, metavar="SEQ", help="Begin with this event.")] = 1,
    shown: FormatOption = None,
    home: HomeOption = None,
) -> None:
    """Show a recorded run again, at its own pace."""
    with exit_on_error():
        asyncio.run(_replay(_journal(home), run, _speed(speed), from_seq, format_of(shown)))


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not speed > 0:
        raise UsageError(f"--speed {text}: write a number above 0, or max.")
    return speed


async def _replay(journal: "Journal", run: str, speed: float | None, from_seq: int, form: Format) -> None:
    from mainstem.stores.journal.recording import Recording

    record = await journal.find(run)
    if record.events is not None and from_seq > record.events:
        say(f"Run {record.run_id} has {record.events} events: there is none from {from_seq} on.")
        return
    result = await _shown(Recording(journal, record.run_id, speed=speed, from_seq=from_seq), form)
    if form is Format.TEXT and not result.text:
        say(ending(result) or "This run has no answer; --format json shows what it did.")


async def _shown(recording: "Recording", form: Format) -> "Result":
    if form is Format.LIVE:
        from mainstem.views import terminal

        return await terminal.show(recording)
    from . import output

    return await (output.write_json if form is Format.JSON else output.write_text)(recording, output.stdout_writer())


def verify(run: RunId, home: HomeOption = None) -> None:
    """Find out whether a recorded run is as it was written; exit code 1 if not, 6 if that cannot be known."""
    with exit_on_error():
        found = _checked(_journal(home), run)
        for fault in found.faults:
            typer.echo(str(fault))
        if found.pruned:
            typer.echo(f"{found.run_id}: pruned; only its end is left, and there is no chain to check.")
        elif found.ok:
            goes_on = "" if found.finished else " so far; the run goes on"
            typer.echo(f"{found.run_id}: {counted(found.events, 'record')}, each as it was written{goes_on}.")
        if not found.ok:
            raise typer.Exit(CHANGED)
        if found.pruned:
            raise typer.Exit(UNKNOWN)


def _checked(journal: "Journal", run: str) -> "Verification":
    from mainstem.stream.errors import JournalError, UnknownRun

    try:
        return asyncio.run(_verified(journal, run))
    except UnknownRun:
        raise
    except JournalError as error:
        say(f"{error} {error.hint}")
        raise typer.Exit(UNKNOWN) from error


async def _verified(journal: "Journal", run: str) -> "Verification":
    return await journal.verify((await journal.find(run)).run_id)
