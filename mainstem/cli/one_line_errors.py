"""What Click refuses, told as everything else is: one line that says what is wrong and where to read on."""

import sys
from collections.abc import Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from .failures import FAILED, say

# Click's own family, whether Typer brings Click or carries a copy of it
_Refused: Any = typer.BadParameter.__bases__[0]


class OneLineErrors(TyperGroup):
    """The commands; a command line that Click does not take is refused in one line."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command that `args` name, and leave with its exit code."""
        try:
            code = super().main(args, prog_name, complete_var, False, windows_expand_args, **extra)
        except _Refused as error:
            _tell(error)
            sys.exit(error.exit_code)
        except typer.Abort:
            say("Nothing was done.")
            sys.exit(FAILED)
        sys.exit(code if isinstance(code, int) else 0)


def _tell(error: Any) -> None:
    message, context = error.format_message(), error.ctx
    if context is None:
        say(message)
    elif message == context.get_help():  # nothing was written behind the command
        typer.echo(message, err=True)
    else:
        quotes = " Put what belongs together in quotes." if "unexpected extra" in message else ""
        say(f"{message.rstrip('.')}.{quotes} `{context.command_path} -h` tells what can be given.")
