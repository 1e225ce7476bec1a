"""Ask your own documents and watch the work; or bring your own LangGraph graph and get a correct stream of it.

from mainstem import Session, watch

async with Session() as session:                 # the bundled agent, or the one your langgraph.json names
    async for event in session.ask("How do I resume a dropped stream?"): ...

async for event in watch(my_graph, my_input): ... # a compiled graph, a RemoteGraph, a Runnable
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from . import events, laws
    from .sessions.session import Session
    from .sessions.sync import SyncSession
    from .settings import Settings
    from .stream.watch import watch
    from .stream.writer import StreamWriter, stream_writer

__version__ = "0.1.0"
__all__ = ["Session", "Settings", "StreamWriter", "SyncSession", "events", "laws", "stream_writer", "watch"]

_WHERE = {
    "Session": ".sessions.session",
    "SyncSession": ".sessions.sync",
    "Settings": ".settings",
    "watch": ".stream.watch",
    "StreamWriter": ".stream.writer",
    "stream_writer": ".stream.writer",
}


def __getattr__(name: str) -> Any:
    # Names are imported when they are asked for: `mainstem --help` must not pay for LangGraph.
    if name in ("events", "laws"):
        return importlib.import_module(f".{name}", __name__)
    if name not in _WHERE:
        raise AttributeError(f"module 'mainstem' has no attribute {name!r}")
    return getattr(importlib.import_module(_WHERE[name], __name__), name)
