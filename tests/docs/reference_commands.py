"""The command line reference, written from the commands themselves."""

from collections.abc import Iterator
from typing import Any

import typer.main

from mainstem.cli.app import app


def command_reference() -> str:
    """Every command with its arguments and options, in Markdown."""
    group: Any = typer.main.get_command(app)
    return "\n".join("".join(_command(name, command)) for name, command in _commands(group))


def _commands(group: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The commands by how they are called, those of a group behind it."""
    for name, command in group.commands.items():
        yield f"{path}{name}", command
        if hasattr(command, "commands"):
            yield from _commands(command, f"{path}{name} ")


def _command(name: str, command: Any) -> Iterator[str]:
    yield f"## mainstem {name}\n\n{_prose(command.help)}\n\n```text\nmainstem {name}{_usage(command)}\n```\n"
    listed = [f"- `{_called(each)}`{_says(each)}\n" for each in command.params]
    if listed:
        yield "\n" + "".join(listed)


def _prose(text: str) -> str:
    """The paragraphs of a help text, each on one line."""
    return "\n\n".join(" ".join(part.split()) for part in text.replace("\b", "").split("\n\n"))


def _usage(command: Any) -> str:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    words = "".join(f" {_called(each)}" if each.required else f" [{_called(each)}]" for each in arguments)
    return words + " [OPTIONS]"


def _called(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name.upper())
    return ", ".join([*parameter.opts, *parameter.secondary_opts])


def _says(parameter: Any) -> str:
    text = " ".join((getattr(parameter, "help", None) or "").split())
    default = parameter.default
    plain = isinstance(default, str | int | float) and not isinstance(default, bool) and default != ""
    return (f": {text}" if text else "") + (f" Default: `{default}`." if plain else "")
