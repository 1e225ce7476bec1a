"""`mainstem threads`: list the threads, and show, rename, delete or export one, by its id or how that begins."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mainstem.text import counted, printable, short

from .completion import thread_ids
from .failures import CommandError, UsageError, exit_on_error, say
from .graphs import GraphChoice
from .options import Format, HomeOption, settings_there
from .run_player import RunPlayer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mainstem.sessions.threads.branches import Branch
    from mainstem.sessions.threads.export import ExportFormat
    from mainstem.sessions.threads.info import ThreadInfo

threads = typer.Typer(
    rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True
)

ThreadArgument = Annotated[
    str, typer.Argument(metavar="THREAD", help="The thread's id, or its beginning.", autocompletion=thread_ids)
]
Formats = Annotated[str, typer.Option("--format", help="markdown or json.")]


def _player(home: Path | None) -> RunPlayer:
    return RunPlayer(GraphChoice().session(settings_there(home)), Format.TEXT)


@threads.callback()
def listed(
    context: typer.Context,
    search: Annotated[str, typer.Option("--search", metavar="WORDS", help="Only those that hold these words.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="So many at most.")] = 50,
    home: HomeOption = None,
) -> None:
    """List the latest threads."""
    if context.invoked_subcommand is not None:
        return
    with exit_on_error(), _player(home) as player:
        found = player.call(player.session.threads(limit, search=search))
        for thread in found:
            typer.echo(_line(thread))
        if not found:
            say("No thread holds these words." if search else "There is no thread yet: mainstem ask starts one.")


def _line(thread: "ThreadInfo") -> str:
    waiting = "  waits for a decision" if thread.waiting else ""
    return printable(
        f"{thread.thread_id}  {thread.updated_at[:19]}  {counted(thread.turns, 'turn')}  {thread.title}{waiting}"
    )


@threads.command("show")
def show(thread: ThreadArgument, home: HomeOption = None) -> None:
    """Show what was said in a thread, as Markdown with its citations, and which other branches it has."""
    with exit_on_error(), _player(home) as player:
        typer.echo(printable(_exported(player, thread, "markdown")), nl=False)
        for place in player.call(player.session.branches(player.call(player.session.find(thread)))):
            say(_other_branches(place))


def _other_branches(place: "Sequence[Branch]") -> str:
    """The questions that were asked in place of one that is shown, or of one on a branch that is not."""
    asked = ", ".join(f"“{short(each.question, 60)}”" for each in place if not each.latest)
    return f"On other branches: {asked}."


@threads.command("rename")
def rename(
    thread: ThreadArgument,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="Its new title; an empty one takes it away.")],
    home: HomeOption = None,
) -> None:
    """Give a thread a title."""
    with exit_on_error(), _player(home) as player:
        found = player.call(player.session.find(thread))
        given = player.call(player.session.rename(found, title))
        say(f"Thread {found} is called {given!r}." if given else f"Thread {found} has no title of its own any more.")


@threads.command("delete")
def delete(
    thread: ThreadArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    home: HomeOption = None,
) -> None:
    """Forget a thread and what was recorded of it, for good."""
    with exit_on_error(), _player(home) as player:
        found = player.call(player.session.find(thread))
        title = player.call(player.session.describe(found)).title
        if not yes and not _confirmed(f"Delete thread {found} ({printable(title)}) for good?"):
            raise typer.Exit(1)
        player.call(player.session.delete(found))
        say(f"Thread {found} was deleted.")


@threads.command("export")
def export(
    thread: ThreadArgument,
    form: Formats = "markdown",
    out: Annotated[Path | None, typer.Option("--out", metavar="FILE", help="Write it to this file.")] = None,
    home: HomeOption = None,
) -> None:
    """Write a thread as Markdown with its citations, or as JSON."""
    with exit_on_error():
        if form not in ("markdown", "json"):
            raise UsageError(f"--format {form}: give markdown or json.")
        with _player(home) as player:
            text = _exported(player, thread, form)
            if out is None:
                typer.echo(text, nl=False)
                return
            try:
                out.write_text(text, encoding="utf-8")
            except OSError as error:
                raise CommandError(f"{out} cannot be written: {error.strerror}. Name another file.") from error
            say(f"Written to {out}.")


def _confirmed(question: str) -> bool:
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        typer.echo(err=True)
        raise UsageError("Nobody is here to say so: give --yes if that is meant.") from None


def _exported(player: RunPlayer, thread: str, form: "ExportFormat") -> str:
    return player.call(player.session.export(player.call(player.session.find(thread)), form))
