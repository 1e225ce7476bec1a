"""Edit a call's arguments before it runs: in `$EDITOR`, or field by field where none is set."""

import json
import os
import shlex
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from mainstem.text import exact

Ask = Callable[[str], str]
"""Asks the person for a line."""

Tell = Callable[[str], None]
"""Shows the person a text."""


def edited(args: dict[str, Any], ask: Ask, tell: Tell) -> dict[str, Any]:
    """The arguments as the person wants them."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if editor:
        text = exact(args)
        while (text := _written(editor, text, tell)) is not None:
            try:
                return _object(text)
            except ValueError as error:
                tell(f"That is no JSON object ({error}).")
                ask("Enter opens the editor again: ")
    return _fields(args, ask, tell)


def _written(editor: str, text: str, tell: Tell) -> str | None:
    """What the person made of `text` in the editor; None where that cannot be had."""
    with tempfile.TemporaryDirectory(prefix="mainstem-") as folder:
        file = Path(folder) / "arguments.json"
        file.write_text(text + "\n", encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(file)], check=True)  # noqa: S603 - the person's own editor
            return file.read_text(encoding="utf-8")
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            tell(f"The editor cannot be used: {error}")
            return None


def _fields(args: dict[str, Any], ask: Ask, tell: Tell) -> dict[str, Any]:
    if not args:
        return _asked_whole(ask, tell)
    tell("Enter keeps a value; any other is text, or JSON where it was no text.")
    return {name: _field(name, value, ask, tell) for name, value in args.items()}


def _field(name: str, value: Any, ask: Ask, tell: Tell) -> Any:
    while said := ask(f"{name} [{exact(value)}]: "):
        if isinstance(value, str):
            return said
        try:
            return json.loads(said)
        except ValueError as error:
            tell(f"That is no JSON ({error}).")
    return value


def _asked_whole(ask: Ask, tell: Tell) -> dict[str, Any]:
    while True:
        try:
            return _object(ask("New arguments, as JSON: "))
        except ValueError:
            tell('Write a JSON object: {"name": "value"}.')


def _object(text: str) -> dict[str, Any]:
    """The JSON object in `text`. Raises `ValueError`."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("it begins with another character than {")
    return cast("dict[str, Any]", found)
