"""`mainstem trust`: follow what a folder's own `.env` says of where data goes."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from . import consent
from .failures import UsageError, exit_on_error, say

if TYPE_CHECKING:
    from mainstem.trust import GuardedValues


def trust(
    folder: Annotated[Path, typer.Argument(metavar="[FOLDER]", help="Default: the working folder.")] = Path(),
    forget: Annotated[bool, typer.Option("--forget", help="Trust it no more.")] = False,
) -> None:
    """Follow what a folder's .env and langgraph.json's env say of where data goes, until that changes."""
    with exit_on_error():
        if not folder.is_dir():
            raise UsageError(f"{folder}: there is no such folder.")
        for line in _forgotten(folder) if forget else _trusted(folder):
            say(line)


def _trusted(folder: Path) -> Iterator[str]:
    saying = [says for says in _sources(folder) if says.guarded]
    for says in saying:
        consent.save_trust(says)
        yield f"{says.file} is trusted with:"
        yield from (f"  {line}" for line in says.lines())
    if not saying:
        yield f"There is nothing to trust: no file of {folder.resolve()} says where data goes, or what starts."


def _forgotten(folder: Path) -> Iterator[str]:
    for says in _sources(folder):
        says.forget()
    yield f"{folder.resolve()} is not trusted any more."


def _sources(folder: Path) -> "list[GuardedValues]":
    from mainstem.sessions import agents
    from mainstem.settings import guarded_dotenv

    found = [guarded_dotenv(folder)]
    if (folder / agents.CONFIG).is_file():
        found.append(agents.guarded_environment(agents.read_config(folder.resolve())))
    return found
