"""`mainstem watch`: anyone's graph, run and shown."""

import sys
from typing import Annotated, Any

import typer

from .failures import UsageError, told
from .graphs import Graph, Url, Which
from .options import Home, Shown, Tags, Thread, again, format_of, json_of, settings_of, tags_of, thread_of
from .stage import Stage, end


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
    url: Url = None,
    graph: Graph = None,
    thread: Thread = None,
    tag: Tags = None,
    shown: Shown = None,
    home: Home = None,
) -> None:
    """Run any LangGraph graph and watch it."""
    with told():
        tags, thread = tags_of(tag), thread_of(thread)
        settings, form = settings_of(home=home), format_of(shown)
        if target and url:
            raise UsageError("Give a target or --url, not both.")
        what, which = _input(given), Which(target, url, graph)
        with Stage(which.session(settings), form, [*which.again(), *again(home)]) as stage:
            end(stage.play(lambda: stage.session.start(what, thread=thread, tags=tags)))


def _input(given: str | None) -> Any:
    if given is None:
        raise UsageError('--input is missing: --input "a question", or --input \'{"messages": […]}\', or --input -.')
    text = sys.stdin.read() if given == "-" else given
    if text.lstrip().startswith(("{", "[")):
        return json_of("--input", text)
    return {"messages": [{"role": "user", "content": text}]}
