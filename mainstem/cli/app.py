"""The commands, by name."""

from typing import Annotated

import typer

from mainstem import __version__

from . import (
    acp,
    approvals,
    ask,
    chat,
    check,
    index,
    mcp,
    migrate,
    models,
    resume,
    rollout,
    runs,
    search,
    serve,
    stats,
    thread_commands,
    token,
    trust,
    watch,
    whole_files,
)
from .one_line_errors import OneLineErrors

app = typer.Typer(
    name="mainstem",
    cls=OneLineErrors,
    # Plain help and plain errors: Rich's own would cost a tenth of a second at every start.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command("ask")(ask.ask)
app.command("chat")(chat.chat)
app.command("summarise")(whole_files.summarise)
app.command("review")(whole_files.review)
app.command("index")(index.index)
app.command("docs")(index.docs)
app.command("search")(search.search)
app.add_typer(thread_commands.threads, name="threads")
app.command("approvals")(approvals.approvals)
app.command("resume")(resume.resume)
app.command("watch")(watch.watch)
app.command("serve")(serve.serve)
app.command("mcp")(mcp.mcp)
app.command("acp")(acp.acp)
app.add_typer(token.token, name="token")
app.command("migrate")(migrate.migrate)
app.command("check")(check.check)
app.command("runs")(runs.runs)
app.command("stats")(stats.stats)
app.command("rollout")(rollout.rollout)
app.command("replay")(runs.replay)
app.command("verify")(runs.verify)
app.command("models")(models.models)
app.command("trust")(trust.trust)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"mainstem {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Ask your own documents and watch the work; or watch any LangGraph graph.

    Exit codes: 0 done, 1 failed, 2 usage, 3 interrupted (a person must decide), 4 truncated, 5 halted,
    6 cannot be verified or judged, 130 stopped.
    """
