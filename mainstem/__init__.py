"""Ask your own documents and watch the work; or bring your own LangGraph graph and get a correct stream of it.

from mainstem import Session, watch

async with Session() as session:                 # the bundled agent, or the one your langgraph.json names
    async for event in session.ask("How do I resume a dropped stream?"): ...

async for event in watch(my_graph, my_input): ... # a compiled graph, a RemoteGraph, a Runnable
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .session import Session
    from .settings import Settings
    from .stream import events, laws
    from .stream.watch import watch
    from .sync import SyncSession

__version__ = "0.1.0"
__all__ = ["Session", "Settings", "SyncSession", "events", "laws", "watch"]

_WHERE = {
    "Session": ".session",
    "SyncSession": ".sync",
    "Settings": ".settings",
    "watch": ".stream.watch",
    "events": ".stream",
    "laws": ".stream",
}


def __getattr__(name: str) -> Any:
    # Names are imported when they are asked for: `mainstem --help` must not pay for LangGraph.
    if name not in _WHERE:
        raise AttributeError(f"module 'mainstem' has no attribute {name!r}")
    module = importlib.import_module(_WHERE[name], __name__)
    if name in ("events", "laws"):
        return importlib.import_module(f".{name}", module.__name__)
    return getattr(module, name)
