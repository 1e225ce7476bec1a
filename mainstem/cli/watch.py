"""`mainstem watch`: anyone's graph, run and shown."""

import sys
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from . import page
from .failures import UsageError, exit_on_error
from .graphs import AnswerNodesOption, GraphChoice, GraphOption, TargetArgument, UrlOption
from .options import (
    ContextOption,
    Format,
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
from .run_player import RunPlayer, exit_with_status

if TYPE_CHECKING:
    from mainstem.settings import Settings


InputOption = Annotated[
    str | None,
    typer.Option("--input", metavar="JSON|TEXT", help="The input; text is a user's message; - reads stdin."),
]
WebOption = Annotated[bool, typer.Option("--web", help="In the page, served on this machine until Ctrl-C.")]
PortOption = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="With --web; default: a free one.")]
OpenOption = Annotated[bool, typer.Option("--open", help="With --web: open the browser as well.")]


def watch(
    target: TargetArgument = None,
    given: InputOption = None,
    web: WebOption = False,
    port: PortOption = None,
    opened: OpenOption = False,
    url: UrlOption = None,
    graph: GraphOption = None,
    answer_node: AnswerNodesOption = None,
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
        which = GraphChoice(target, url, graph, frozenset(answer_node) if answer_node else None)
        settings, labels = settings_of(home=home), tags_of(tag)
        asked = _Asked(given, thread_of(thread), labels, context_of(context))
        if web:
            if shown:
                raise UsageError("--format is about the terminal: leave it out with --web.")
            _in_page(which, settings, asked, port or 0, open_browser=opened)
        elif port is not None or opened:
            raise UsageError("--port and --open are about the page: give --web too.")
        else:
            _in_terminal(which, settings, asked, shown, [*which.as_options(), *settings_options(home, context=context)])


@dataclass(frozen=True)
class _Asked:
    given: str | None
    """The input as it was written."""
    thread: str | None
    tags: dict[str, str]
    context: dict[str, Any] | None


def _in_page(which: GraphChoice, settings: "Settings", asked: _Asked, port: int, *, open_browser: bool) -> None:
    first = None if asked.given is None else page.FirstRun(_input(asked.given), asked.thread, asked.tags)
    page.serve_page(which.session(settings), port, first, open_browser=open_browser, context=asked.context)


def _in_terminal(
    which: GraphChoice, settings: "Settings", asked: _Asked, shown: Format | None, options: list[str]
) -> None:
    what, form = _input(asked.given), format_of(shown)
    with RunPlayer(which.session(settings), form, options) as player:
        player.accept(asked.context)
        start = partial(player.session.start, what, thread=asked.thread, tags=asked.tags, context=asked.context)
        exit_with_status(player.play(start))


def _input(given: str | None) -> Any:
    if given is None:
        raise UsageError('--input is missing: --input "a question", or --input \'{"messages": […]}\', or --input -.')
    text = sys.stdin.read() if given == "-" else given
    if text.lstrip().startswith(("{", "[")):
        return json_of("--input", text)
    return {"messages": [{"role": "user", "content": text}]}
