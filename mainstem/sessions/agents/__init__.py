"""The agents that a langgraph.json names: found, loaded and opened as LangGraph's own server does."""

from .config import CONFIG, DEFAULT, Agent, AgentError, at, find, read_config
from .environment import guarded_environment
from .loading import load
from .opening import opened

__all__ = [
    "CONFIG",
    "DEFAULT",
    "Agent",
    "AgentError",
    "at",
    "find",
    "guarded_environment",
    "load",
    "opened",
    "read_config",
]
