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
    from .budget import Budget
    from .models.coalesce.client import http_client, sync_http_client
    from .models.guard.guarded import guarded
    from .models.guard.logs import MaskingFilter
    from .models.guard.named import mask_of
    from .models.openai.fast import fast
    from .models.registry import disconnect as disconnect_models
    from .models.registry import load as load_model
    from .models.scoring import ScoredSentence
    from .policy import Policy
    from .sessions.session import Session
    from .sessions.sync import SyncSession
    from .settings import Settings
    from .settings import active as active_settings
    from .stream.callbacks.handler import CallbackRun
    from .stream.errors import DecisionPending, ThreadBusy
    from .stream.gc_tuning import settle as settle_gc
    from .stream.log_context import JsonFormatter, RunIdFilter
    from .stream.run import Run
    from .stream.steering import steered, steering_waits
    from .stream.transcript import Result
    from .stream.watch import watch
    from .stream.writer import StreamWriter, stream_writer
    from .trust import Untrusted
    from .variant import Variant

__version__ = "0.1.0"
__all__ = [
    "Budget",
    "CallbackRun",
    "DecisionPending",
    "JsonFormatter",
    "MaskingFilter",
    "Policy",
    "Result",
    "Run",
    "RunIdFilter",
    "ScoredSentence",
    "Session",
    "Settings",
    "StreamWriter",
    "SyncSession",
    "ThreadBusy",
    "Untrusted",
    "Variant",
    "active_settings",
    "disconnect_models",
    "events",
    "fast",
    "guarded",
    "http_client",
    "laws",
    "load_model",
    "mask_of",
    "settle_gc",
    "steered",
    "steering_waits",
    "stream_writer",
    "sync_http_client",
    "watch",
]

_WHERE = {
    "Budget": ".budget:Budget",
    "CallbackRun": ".stream.callbacks.handler:CallbackRun",
    "DecisionPending": ".stream.errors:DecisionPending",
    "JsonFormatter": ".stream.log_context:JsonFormatter",
    "MaskingFilter": ".models.guard.logs:MaskingFilter",
    "Policy": ".policy:Policy",
    "Result": ".stream.transcript:Result",
    "Run": ".stream.run:Run",
    "RunIdFilter": ".stream.log_context:RunIdFilter",
    "ScoredSentence": ".models.scoring:ScoredSentence",
    "Session": ".sessions.session:Session",
    "Settings": ".settings:Settings",
    "StreamWriter": ".stream.writer:StreamWriter",
    "SyncSession": ".sessions.sync:SyncSession",
    "ThreadBusy": ".stream.errors:ThreadBusy",
    "Untrusted": ".trust:Untrusted",
    "Variant": ".variant:Variant",
    "active_settings": ".settings:active",
    "disconnect_models": ".models.registry:disconnect",
    "fast": ".models.openai.fast:fast",
    "guarded": ".models.guard.guarded:guarded",
    "http_client": ".models.coalesce.client:http_client",
    "load_model": ".models.registry:load",
    "mask_of": ".models.guard.named:mask_of",
    "settle_gc": ".stream.gc_tuning:settle",
    "steered": ".stream.steering:steered",
    "steering_waits": ".stream.steering:steering_waits",
    "stream_writer": ".stream.writer:stream_writer",
    "sync_http_client": ".models.coalesce.client:sync_http_client",
    "watch": ".stream.watch:watch",
}


def __getattr__(name: str) -> Any:
    # Names are imported when they are asked for: `mainstem --help` must not pay for LangGraph.
    if name in ("events", "laws"):
        return importlib.import_module(f".{name}", __name__)
    if name not in _WHERE:
        raise AttributeError(f"module 'mainstem' has no attribute {name!r}")
    module, _, attribute = _WHERE[name].partition(":")
    found = globals()[name] = getattr(importlib.import_module(module, __name__), attribute)
    return found
