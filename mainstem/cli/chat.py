"""`mainstem chat`: question after question in one thread."""

import importlib
import sys
from uuid import uuid4

import typer

from .ask import player_for
from .failures import exit_on_error
from .options import (
    DocsOption,
    FormatOption,
    HomeOption,
    ModelOption,
    TagsOption,
    ThreadOption,
    format_of,
    settings_of,
    settings_options,
    tags_of,
    thread_of,
)
from .run_player import CODES, waits_for_a_person


def chat(
    docs: DocsOption = None,
    thread: ThreadOption = None,
    model: ModelOption = None,
    tag: TagsOption = None,
    shown: FormatOption = None,
    home: HomeOption = None,
) -> None:
    """Ask one question after the other, in one thread. Ctrl-C stops an answer, Ctrl-D leaves."""
    with exit_on_error():
        tags, settings = tags_of(tag), settings_of(home=home, docs=docs, model=model)
        thread = thread_of(thread) or str(uuid4())
        with player_for(settings, format_of(shown), settings_options(home, docs, model)) as player:
            while (question := _question()) is not None:
                if question:
                    result = player.play(lambda said=question: player.session.ask(said, thread=thread, tags=tags))
                    if result.status == "interrupted" or waits_for_a_person(result):
                        raise typer.Exit(CODES["interrupted"])


def _question() -> str | None:
    """The next line; empty when Ctrl-C took it back, None at the end."""
    try:
        return _typed() if sys.stdin.isatty() and sys.stdout.isatty() else _read()
    except EOFError:
        return None
    except KeyboardInterrupt:
        typer.echo(err=True)
        return ""


def _typed() -> str:
    importlib.import_module("readline")  # being imported is what gives `input` its editing and its history
    return input("> ").strip()


def _read() -> str:
    if sys.stdin.isatty():
        typer.echo("> ", err=True, nl=False)  # `input` would write its prompt between the answers
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()
