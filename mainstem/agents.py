"""Which agent to run: the one that the working folder's langgraph.json names, and else the bundled one."""

import importlib
import importlib.util
import inspect
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from .bundle import home_of_bundle
from .stream.errors import MainstemError

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
    env: Path | None = None
    """The file of environment variables that the langgraph.json names."""
    imports: tuple[Path, ...] = ()
    """Further folders that imports are found in."""
    bundled: bool = False
    """Whether it is the agent that comes with this package."""


def find(folder: Path | None = None, name: str | None = None) -> Agent:
    """The agent of `folder` (default: the working folder). Raises `AgentError` when its langgraph.json is unusable."""
    folder = (folder or Path.cwd()).resolve()
    return read(folder if (folder / CONFIG).is_file() else home_of_bundle(), name)


def read(folder: Path, name: str | None = None) -> Agent:
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
    path = cast("Mapping[str, str]", target)["path"] if isinstance(target, dict) else str(target)
    env = config.get("env")
    imports = tuple(folder / str(item) for item in config.get("dependencies") or () if str(item).startswith("."))
    return Agent(
        chosen, path, folder, folder / env if isinstance(env, str) else None, imports, folder == home_of_bundle()
    )


def at(target: str, folder: Path | None = None) -> Agent:
    """The agent that `package.module:attribute` or `./file.py:attribute` names."""
    if ":" not in target:
        raise AgentError(f"{target!r} names no graph.", hint="Write package.module:graph or ./file.py:graph.")
    return Agent(target.rpartition(":")[2], target, (folder or Path.cwd()).resolve())


def load(agent: Agent) -> Any:
    """Import the agent and return its compiled graph; a factory is called. Raises `AgentError` when that fails."""
    for path in (agent.folder, *agent.imports):
        if str(path) not in sys.path:
            sys.path.insert(0, str(path))
    if agent.env is not None and not agent.bundled:
        _take_environment(agent.env)
    where, _, attribute = agent.target.rpartition(":")
    try:
        module = _by_path(agent.folder / where) if where.endswith(".py") else importlib.import_module(where)
        found = getattr(module, attribute)
    except Exception as error:  # somebody's module may raise anything while it is imported
        raise AgentError(
            f"{agent.target} cannot be loaded: {error}.", hint=f"It was looked for in {agent.folder}."
        ) from error
    return _made(found, agent)


def _by_path(path: Path) -> ModuleType:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    name = f"mainstem_loaded_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pydantic look their module up while it is being run
    spec.loader.exec_module(module)
    return module


def _made(found: Any, agent: Agent) -> Any:
    if hasattr(found, "astream") or not callable(found):
        return found
    made: Any = found({}) if inspect.signature(found).parameters else found()
    if inspect.isawaitable(made):
        raise AgentError(f"{agent.target} is an async factory.", hint="Name a compiled graph, or a plain function.")
    return made


def _take_environment(file: Path) -> None:
    from dotenv import dotenv_values

    if file.is_file():
        for key, value in dotenv_values(file).items():
            os.environ.setdefault(key, value or "")
