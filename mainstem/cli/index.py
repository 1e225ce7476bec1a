"""`mainstem index` and `mainstem docs`: what is there to answer from."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mainstem.text import counted, one_line

from .failures import CommandError, UsageError, exit_on_error, say
from .options import HomeOption, settings_of, settings_there

if TYPE_CHECKING:
    from mainstem.knowledge import Column, IndexProgress, IndexReport, Library, UnreadKind
    from mainstem.settings import Settings

PathsArgument = Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders to read.")]
Forget = Annotated[
    list[Path] | None,
    typer.Option("--forget", metavar="PATH", help="Take what lies at or below PATH out of the index."),
]


def index(paths: PathsArgument, home: HomeOption = None) -> None:
    """Read documents and tables to answer from."""
    with exit_on_error():
        for path in paths:
            if not path.exists():
                raise UsageError(f"{path}: there is no such file or folder.")
        report = asyncio.run(_index(_library(settings_of(home=home)), paths))
        for skipped in report.skipped:
            say(f"skipped {skipped.path}: {skipped.reason}")
        for partly in report.partly:
            say(f"read in part {partly.path}: {partly.reason}")
        _say_unread(report.unread)
        typer.echo(_summary(report))


def docs(forget: Forget = None, home: HomeOption = None) -> None:
    """List what is indexed, or forget some of it."""
    with exit_on_error():
        if forget:
            asyncio.run(_forget(_library(settings_there(home)), forget))
        else:
            asyncio.run(_list(_library(settings_there(home))))


def _library(settings: "Settings") -> "Library":
    from mainstem.knowledge.index_cache import library

    return library(settings)


async def _index(library: "Library", paths: Sequence[Path]) -> "IndexReport":
    progress = _Lines() if not sys.stderr.isatty() else _Counter()
    try:
        return await library.index(paths, progress=progress.tell, thorough=True)
    finally:
        progress.end()
        await library.close()


class _Lines:
    """Progress in a file or a pipe: a line a file that was read."""

    def tell(self, progress: "IndexProgress") -> None:
        if not progress.unchanged:
            say(f"{progress.done}/{progress.total} {progress.unit}: {progress.label}")

    def end(self) -> None:
        """Nothing is left to write."""


class _Counter:
    """Progress on a terminal: one line that counts."""

    def __init__(self) -> None:
        from rich.console import Console

        self._status = Console(stderr=True).status("reading")
        self._status.start()

    def tell(self, progress: "IndexProgress") -> None:
        from rich.text import Text

        shown = f"{progress.done}/{progress.total} {progress.unit}  {one_line(progress.label)}"
        self._status.update(Text(shown, no_wrap=True, overflow="ellipsis"))

    def end(self) -> None:
        self._status.stop()


def _say_unread(unread: "Sequence[UnreadKind]") -> None:
    if unread:
        from mainstem.knowledge.files.discovery import kinds_in_line

        say(f"not read, for their kind: {kinds_in_line(unread)}")


def _summary(report: "IndexReport") -> str:
    return (
        f"{counted(report.indexed, 'file')} read, {report.unchanged} unchanged, {report.removed} removed, "
        f"{len(report.skipped)} skipped: {counted(report.passages, 'passage')}, {counted(report.tables, 'table')}, "
        f"{report.seconds:.1f} s"
    )


async def _forget(library: "Library", paths: Sequence[Path]) -> None:
    try:
        await library.ensure_readable()
        for path in paths:
            forgotten = await library.forget(path)
            if not forgotten:
                raise CommandError(f"Nothing at or below {path} is indexed; `mainstem docs` lists what is.")
            typer.echo(f"{path}: {counted(forgotten, 'file')} forgotten")
    finally:
        await library.close()


async def _list(library: "Library") -> None:
    try:
        await library.ensure_readable()
        documents, tables, skipped = await library.documents(), await library.tables(), await library.skipped()
        unread = await library.unread()
    finally:
        await library.close()
    for document in documents:
        typer.echo(f"{one_line(document.document)}  {counted(document.passages, 'passage')}  {one_line(document.path)}")
    for table in tables:
        columns = "; ".join(_column(column) for column in table.columns if not column.is_added)
        typer.echo(
            f"{one_line(table.name)}  {counted(table.rows, 'row')} ({one_line(columns)})  {one_line(table.path)}"
        )
        for note in table.notes:
            typer.echo(f"  {one_line(note)}")
    for each in skipped:
        say(f"skipped {one_line(each.path)}: {one_line(each.reason)}")
    _say_unread(unread)
    if not documents and not tables:
        say("Nothing is indexed: mainstem index PATH reads documents and tables.")


def _column(column: "Column") -> str:
    """A column's name and type, and how it was read where its text says something else."""
    read_as = f", read as {column.read_as}" if column.read_as else ""
    return f"{column.name} {column.type}{read_as}"
