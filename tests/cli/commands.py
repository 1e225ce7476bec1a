"""The commands, run in this process: what the tests of several of them share."""

import functools

import typer.testing
from typer.main import get_command
from typer.testing import CliRunner, Result

from mainstem.cli import app

# Typer makes the tree of commands anew for each call, which takes longer than most commands.
typer.testing.__dict__["_get_command"] = functools.cache(get_command)


def run(*args, **more) -> Result:
    return CliRunner().invoke(app.app, [str(arg) for arg in args], **more)


def line(result: Result) -> str:
    """The one line on stderr."""
    assert "Traceback" not in result.output
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr
