"""The closed list of names that say where data goes, or which programs start."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pydantic import AliasChoices
from pydantic_settings import BaseSettings

_NAMES = frozenset(
    ("PATH", "HOME", "SHELL", "EDITOR", "VISUAL", "PAGER", "BROWSER", "TMPDIR", "NODE_OPTIONS", "SSLKEYLOGFILE")
)
_BEGIN = ("LANGSMITH_", "LANGCHAIN_", "OTEL_", "SSL_CERT_", "PYTHON", "LD_", "DYLD_", "XDG_")
_END = ("_URL", "_URI", "_DSN", "_HOST", "_ENDPOINT", "_ADDRESS", "_BASE", "_PROXY", "_CA_BUNDLE")


def guarded(name: str) -> bool:
    """Whether an environment variable of any program says where data goes, or which programs and libraries start.

    Addresses, proxies, certificates, tracing, and what finds programs; names are told apart in capitals.
    """
    capitals = name.upper()
    return capitals in _NAMES or capitals.startswith(_BEGIN) or capitals.endswith(_END)


def _never(value: str, folder: Path) -> bool:
    return False


def paths_inside(value: str, folder: Path) -> bool:
    """Whether a JSON list of paths stays in the folder; what is no such list is refused later, by name."""
    try:
        paths = cast("list[Any]", json.loads(value))
        return all((folder / str(path)).resolve().is_relative_to(folder.resolve()) for path in paths)
    except (ValueError, TypeError):
        return True


def quotes_only(value: str, folder: Path) -> bool:
    """Whether it names the model that sends nothing anywhere."""
    return value.strip() == "extractive"


def masks_secrets(value: str, folder: Path) -> bool:
    """Whether it names what is masked, and secrets among it."""
    return not {"secrets", "all"}.isdisjoint(name.strip().lower() for name in value.split(","))


def stays_here(value: str, folder: Path) -> bool:
    """Whether it names no telemetry that is sent anywhere."""
    return "otlp" not in value.lower()


def tokens_only(value: str, folder: Path) -> bool:
    """Whether it lets a server ask who one is, without code of the folder's."""
    return ":" not in value


def weights_inside(value: str, folder: Path) -> bool:
    """Whether it names weights that are installed, or in the folder, and so nothing that is sent anywhere."""
    name = value.strip()
    if name == "wordllama":
        return True
    return not name.startswith("openai:") and (folder / name).resolve().is_relative_to(folder.resolve())


@dataclass(frozen=True)
class NeedsTrust:
    """Marks a setting that says where data goes: a folder's own `.env` says it in vain until the folder is trusted."""

    unless: Callable[[str, Path], bool] = _never
    """Which values of it, as they are written, are harmless in that folder."""
    lead: str = ""
    """Which of its values need trust, for the reference; empty: all."""
    here_only: bool = False
    """A graph of the folder's own may be given it: it is code of the same folder."""


class Names:
    """The settings of one class that carry the mark, by each name, in capitals, that they can be set by."""

    def __init__(self, settings: type[BaseSettings]) -> None:
        self._fields = list(_marked(settings))
        self._marks = {name: mark for names, mark in self._fields for name in names}

    def needing(self, file: Path, values: Mapping[str, str | None]) -> dict[str, str]:
        """What `file` says that needs trust, by name in capitals: as a setting, or as any program's environment."""
        folder, found = file.parent, dict[str, str]()
        for name, value in values.items():
            # as pydantic tells names apart, which has more than one way to write a K
            capitals = name.lower().upper()
            mark = self._marks.get(capitals)
            if value and (guarded(capitals) if mark is None else not mark.unless(value, folder)):
                found[capitals] = value
        return found

    def counts(self, name: str, environment: Mapping[str, str]) -> bool:
        """Whether it is a setting that the environment does not set itself, under any of its names."""
        given = {key.upper() for key, value in environment.items() if value}
        return any(name in names and given.isdisjoint(names) for names, _ in self._fields)

    def is_here_only(self, name: str) -> bool:
        """Whether a graph of the folder's own may be given it."""
        return name in self._marks and self._marks[name].here_only


def _marked(settings: type[BaseSettings]) -> Iterator[tuple[frozenset[str], NeedsTrust]]:
    for name, info in settings.model_fields.items():
        alias = info.validation_alias
        others = alias.choices if isinstance(alias, AliasChoices) else ()
        names = (f"{settings.model_config.get('env_prefix')}{name}", *map(str, others))
        for mark in info.metadata:
            if isinstance(mark, NeedsTrust):
                yield frozenset(each.upper() for each in names), mark
