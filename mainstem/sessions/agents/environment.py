"""The environment that a langgraph.json names, and how much of it is followed."""

import os
import warnings
from collections.abc import Mapping

from dotenv import dotenv_values

from ...settings import guarded_settings
from ...trust import GuardedValues, Untrusted, guarded_values
from .config import CONFIG, Agent


def guarded_environment(agent: Agent) -> GuardedValues:
    """What the agent's environment says of where data goes, and what of it would count. Reads a file."""
    return _guarded(agent, _values(agent))


def apply(agent: Agent) -> None:
    """Set what is not set yet, but for what only a trusted folder may say."""
    values = _values(agent)
    told = _guarded(agent, values)
    held = frozenset[str]() if not told.names or told.trusted else frozenset(told.names)
    if held:
        warnings.warn(told.passed_over, Untrusted, stacklevel=2)
    for name, value in values.items():
        if _capitals(name) not in held:
            os.environ.setdefault(name, value or "")


def _guarded(agent: Agent, values: Mapping[str, str | None]) -> GuardedValues:
    file = agent.env if isinstance(agent.env, os.PathLike) else agent.folder / CONFIG
    found = guarded_settings().needing(file, values)
    new = {_capitals(name) for name in values if name not in os.environ}
    counting = (name for name in found if name in new and not guarded_settings().is_here_only(name))
    return guarded_values(file, found, counting, folder=agent.folder)


def _values(agent: Agent) -> Mapping[str, str | None]:
    if agent.env is None or agent.bundled:
        return {}
    if isinstance(agent.env, os.PathLike):
        return dotenv_values(agent.env) if agent.env.is_file() else {}
    return agent.env


def _capitals(name: str) -> str:
    return name.lower().upper()
