"""`mainstem chat`: question after question in one thread."""

import importlib
import sys
from contextlib import suppress
from typing import Any
from uuid import uuid4

import typer

from .ask import player_for
from .chat_commands import ChatThread
from .failures import exit_on_error
from .options import (
    DocsOption,
    FormatOption,
    HomeOption,
    ModelOption,
    TagsOption,
    ThreadOption,
    VerboseOption,
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
    verbose: VerboseOption = False,
    home: HomeOption = None,
) -> None:
    """Ask one question after the other, in one thread. Ctrl-C stops an answer, Ctrl-D leaves, /help tells more."""
    with exit_on_error():
        tags, settings = tags_of(tag), settings_of(home=home, docs=docs, model=model)
        thread = thread_of(thread) or str(uuid4())
        options = settings_options(home, docs, model)
        with player_for(settings, format_of(shown), options, verbose=verbose) as player, suppress(EOFError):
            talk = ChatThread(player, thread, tags, _typed if _at_terminal() else None)
            if _at_terminal():
                talk.greet()
            while True:
                result = talk.take(line) if (line := _line()) else None
                if result and (result.status == "interrupted" or waits_for_a_person(result)):
                    raise typer.Exit(CODES["interrupted"])


def _line() -> str:
    """The next line; empty when Ctrl-C took it back. Raises `EOFError` at the end."""
    try:
        return _typed() if _at_terminal() else _read()
    except KeyboardInterrupt:
        typer.echo(err=True)
        return ""


def _at_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _typed(before: str = "") -> str:
    """A line that is typed, or what becomes of the one that stands there."""
    readline: Any = importlib.import_module("readline")  # it gives `input` its editing and its history, too
    readline.set_startup_hook(lambda: readline.insert_text(before))
    try:
        return input("> ").strip()
    finally:
        readline.set_startup_hook()


def _read() -> str:
    if sys.stdin.isatty():
        typer.echo("> ", err=True, nl=False)  # `input` would write its prompt between the answers
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()
