"""How a command ends when something goes wrong: one line on stderr, and the right exit code."""

import os
import sys
from collections.abc import Generator
from contextlib import contextmanager

import typer

from mainstem.text import one_line

from . import starting

FAILED, USAGE, STOPPED = 1, 2, 130


class UsageError(Exception):
    """The command cannot be run as it was written. One line an argument."""


class CommandError(Exception):
    """The command could not do what it was asked to. `str(error)` is the line that says so."""


@contextmanager
def exit_on_error() -> Generator[None]:
    """Turn whatever is raised inside into a line on stderr and an exit code."""
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except UsageError as error:
        for line in error.args:
            say(line)
        raise typer.Exit(USAGE) from None
    except KeyboardInterrupt:
        raise typer.Exit(STOPPED) from None
    except BrokenPipeError:
        close_stdout()
        raise typer.Exit(STOPPED) from None
    except Exception as error:  # noqa: BLE001 - the last resort: people get a line, not a traceback
        say(f"failed: {line_of(error)}")
        raise typer.Exit(FAILED) from None


def line_of(error: Exception) -> str:
    """What an exception says, and its hint, as one line."""
    message = str(error) or type(error).__name__
    if isinstance(error, LookupError):  # all that it says is the key
        message = f"{type(error).__name__}: {message}"
    return f"{message} {getattr(error, 'hint', '')}"


def say(text: str) -> None:
    """One line for people, on stderr."""
    starting.clear()
    typer.echo(one_line(text), err=True)


def close_stdout() -> None:
    """Whoever read standard output is gone: let nothing more be written there, not even at the end of the process."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
