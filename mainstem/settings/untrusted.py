"""What the working folder's own `.env` says of where data goes: it counts only once the folder is trusted."""

import os
import warnings
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from dotenv import dotenv_values
from pydantic_settings import BaseSettings, DotEnvSettingsSource

from ..trust import GuardedValues, Names, Untrusted, guarded_values

ENV = Path(".env")
"""The working folder's own. It is told from what a caller names by being this very object."""


@cache
def names_of(settings: type[BaseSettings]) -> Names:
    """The settings of a class that need trust."""
    return Names(settings)


def guarded_in(folder: Path, settings: type[BaseSettings]) -> GuardedValues:
    """What the `.env` of `folder` says of where data goes, and what of it would count for these settings."""
    file = folder / ENV
    values: Mapping[str, str | None] = dotenv_values(file) if file.is_file() else {}
    names = names_of(settings)
    found = names.needing(file, values)
    return guarded_values(file, found, _counting(names, found))


def hold_back(source: DotEnvSettingsSource, settings: type[BaseSettings]) -> None:
    """Take from what was read what does not count."""
    names = names_of(settings)
    found = names.needing(ENV, source.env_vars)
    counting = _counting(names, found)
    if counting and not _is_trusted(guarded_values(ENV, found, counting)):
        counting = []
    source.env_vars = {
        key: value for key, value in source.env_vars.items() if key.upper() in counting or key.upper() not in found
    }


def _counting(names: Names, found: Iterable[str]) -> list[str]:
    return [name for name in found if names.counts(name, os.environ)]


def _is_trusted(says: GuardedValues) -> bool:
    if not says.trusted:
        warnings.warn(says.passed_over, Untrusted, stacklevel=6)
        return False
    return True
