"""`mainstem watch`: anyone's graph, run and shown."""

import sys
from typing import Annotated, Any

import typer

from . import page
from .failures import UsageError, exit_on_error
from .graphs import GraphChoice, GraphOption, UrlOption
from .options import (
    ContextOption,
    FormatOption,
    HomeOption,
    TagsOption,
    ThreadOption,
    context_of,
    format_of,
    json_of,
    settings_of,
    settings_options,
    tags_of,
    thread_of,
)
from .run_player import RunPlayer, end


def watch(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="[TARGET]",
            help="package.module:graph, ./file.py:graph or a server's http:// address. "
            "Default: what the folder's langgraph.json names.",
        ),
    ] = None,
    given: Annotated[
        str | None,
        typer.Option("--input", metavar="JSON|TEXT", help="The input; text is a user's message; - reads stdin."),
    ] = None,
    web: Annotated[bool, typer.Option("--web", help="In the page, served on this machine until Ctrl-C.")] = False,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="With --web; default: a free one.")
    ] = None,
    opened: Annotated[bool, typer.Option("--open", help="With --web: open the browser as well.")] = False,
    url: UrlOption = None,
    graph: GraphOption = None,
    answer_node: Annotated[
        list[str] | None,
        typer.Option(
            "--answer-node",
            metavar="NODE",
            help="A node whose words are the answer; may be repeated. Default: what the graph says.",
        ),
    ] = None,
    thread: ThreadOption = None,
    context: ContextOption = None,
    tag: TagsOption = None,
    shown: FormatOption = None,
    home: HomeOption = None,
) -> None:
    """Run any LangGraph graph and watch it, in the terminal or in the page."""
    with exit_on_error():
        if target and url:
            raise UsageError("Give a target or --url, not both.")
        which, settings, labels = (
            GraphChoice(target, url, graph, frozenset(answer_node) if answer_node else None),
            settings_of(home=home),
            tags_of(tag),
        )
        thread, chosen = thread_of(thread), context_of(context)
        if web:
            if shown:
                raise UsageError("--format is about the terminal: leave it out with --web.")
            first = None if given is None else page.FirstRun(_input(given), thread, labels)
            page.serve_page(which.session(settings), port or 0, first, open_browser=opened, context=chosen)
        elif port is not None or opened:
            raise UsageError("--port and --open are about the page: give --web too.")
        else:
            what, form = _input(given), format_of(shown)
            with RunPlayer(
                which.session(settings), form, [*which.as_options(), *settings_options(home, context=context)]
            ) as player:
                player.accept(chosen)
                end(player.play(lambda: player.session.start(what, thread=thread, tags=labels, context=chosen)))


def _input(given: str | None) -> Any:
    if given is None:
        raise UsageError('--input is missing: --input "a question", or --input \'{"messages": […]}\', or --input -.')
    text = sys.stdin.read() if given == "-" else given
    if text.lstrip().startswith(("{", "[")):
        return json_of("--input", text)
    return {"messages": [{"role": "user", "content": text}]}
