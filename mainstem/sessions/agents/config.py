"""Which agent to run: the one that the working folder's langgraph.json names, and else the bundled one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ..._bundled_agent import bundled_agent
from ...stream.errors import MainstemError

CONFIG = "langgraph.json"
DEFAULT = "agent"


class AgentError(MainstemError):
    """No agent is where one was looked for, or it cannot be loaded."""


@dataclass(frozen=True)
class Agent:
    """A graph that a langgraph.json names."""

    name: str
    """Its name there."""
    target: str
    """Where it is: `./folder/file.py:attribute` or `package.module:attribute`."""
    folder: Path
    """The folder that paths count from and that imports are found in."""
    env: Path | Mapping[str, str] | None = None
    """The environment variables that the langgraph.json names: a file of them, or themselves."""
    imports: tuple[Path, ...] = ()
    """Further folders that imports are found in."""
    store: Mapping[str, Any] | None = None
    """What the langgraph.json says of the store: a `path` to one of its own, or an `index` to search by meaning."""
    bundled: bool = False
    """Whether it is the agent that comes with this package."""


def find(folder: Path | None = None, name: str | None = None) -> Agent:
    """The agent of `folder` (default: the working folder). Raises `AgentError` when its langgraph.json is unusable."""
    folder = (folder or Path.cwd()).resolve()
    return read_config(folder if (folder / CONFIG).is_file() else bundled_agent(), name)


def read_config(folder: Path, name: str | None = None) -> Agent:
    """The agent that the langgraph.json in `folder` names; without a name: `agent`, else its first."""
    file = folder / CONFIG
    try:
        config = cast("dict[str, Any]", json.loads(file.read_text(encoding="utf-8")))
        graphs = cast("dict[str, Any]", config["graphs"])
        chosen = name or (DEFAULT if DEFAULT in graphs else next(iter(graphs)))
        target = graphs[chosen]
    except (OSError, ValueError, TypeError, StopIteration) as error:
        raise AgentError(
            f"{file} cannot be used: {error}.", hint='It needs {"graphs": {"agent": "./file.py:graph"}}.'
        ) from error
    except KeyError as error:
        raise AgentError(f"{file} names no graph {error}.", hint='Look at its "graphs".') from error
    path = cast("Mapping[str, str]", target).get("path") if isinstance(target, Mapping) else str(target)
    if not path:
        raise AgentError(f"{file} names no path for {chosen!r}.", hint='Write {"path": "./file.py:graph"}.')
    return Agent(
        chosen,
        path,
        folder,
        env=_environment(file, config),
        imports=_imports(folder, config),
        store=_mapping(file, config, "store"),
        bundled=folder == bundled_agent(),
    )


def _environment(file: Path, config: Mapping[str, Any]) -> Path | Mapping[str, str] | None:
    env = config.get("env")
    if not env:
        return None
    if isinstance(env, str):
        return file.parent / env
    return {key: str(value) for key, value in (_mapping(file, config, "env") or {}).items()}


def _imports(folder: Path, config: Mapping[str, Any]) -> tuple[Path, ...]:
    """The folders among what a langgraph.json depends on; packages are for pip."""
    listed = config.get("dependencies")
    found = [folder / item for item in cast("list[Any]", listed) if isinstance(item, str)] if listed else []
    return tuple(path for path in found if path.is_dir())


def _mapping(file: Path, config: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    value = config.get(key)
    if value is not None and not isinstance(value, Mapping):
        raise AgentError(f'{file} cannot be used: "{key}" is no object.', hint="Look at LangGraph's schema for it.")
    return cast("Mapping[str, Any] | None", value)


def at(target: str, folder: Path | None = None) -> Agent:
    """The agent that `package.module:attribute` or `./file.py:attribute` names."""
    if ":" not in target:
        raise AgentError(f"{target!r} names no graph.", hint="Write package.module:graph or ./file.py:graph.")
    return Agent(target.rpartition(":")[2], target, (folder or Path.cwd()).resolve())
