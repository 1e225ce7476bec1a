"""Importing what a langgraph.json names."""

import importlib
import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from ...stream.extras import require
from . import environment
from .config import Agent, AgentError


def load(agent: Agent) -> Any:
    """Import the agent and return what is there: a compiled graph, or a factory.

    Raises `AgentError`, and `MissingExtra` for the bundled agent without its packages.
    """
    if agent.bundled:
        require("agent")
    for path in (agent.folder, *agent.imports):
        if str(path) not in sys.path:
            sys.path.insert(0, str(path))
    environment.apply(agent)
    found = attribute_at(agent, agent.target)
    return found.compile() if hasattr(found, "compile") and hasattr(found, "add_node") else found


def attribute_at(agent: Agent, target: str) -> Any:
    """What `./file.py:attribute` or `package.module:attribute` is. Raises `AgentError`."""
    where, _, attribute = target.rpartition(":")
    try:
        module = _by_path(agent.folder / where) if where.endswith(".py") else importlib.import_module(where)
        return getattr(module, attribute)
    except ImportError as error:
        hint = f"It was looked for in {agent.folder}. Is the project installed? `pip install -e .` there does it."
        raise AgentError(f"{target} cannot be loaded: {error}.", hint=hint) from error
    except Exception as error:  # somebody's module may raise anything while it is imported
        raise AgentError(
            f"{target} cannot be loaded: {error}.", hint=f"It was looked for in {agent.folder}."
        ) from error


def _by_path(path: Path) -> ModuleType:
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    name = _module_name(path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses and pydantic look their module up while it is being run
    spec.loader.exec_module(module)
    return module


def _module_name(path: Path) -> str:
    """A name of its own: two files called graph.py are two modules."""
    name = f"mainstem_loaded_{path.stem}"
    other = getattr(sys.modules.get(name), "__file__", None)
    return name if other in (None, str(path)) else f"{name}_{path.parent.name}"
