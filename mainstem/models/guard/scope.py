"""Which placeholders are counted together: those of a thread, else those of one run of a graph."""

import sys
import weakref
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from langchain_core.runnables.config import ensure_config

from mainstem.policy import Policy

from .placeholders import Placeholders

_THREADS = 1000
_by_thread: OrderedDict[str, Placeholders] = OrderedDict()
_by_run: weakref.WeakKeyDictionary[Any, Placeholders] = weakref.WeakKeyDictionary()
_of_the_call: ContextVar[Placeholders | None] = ContextVar("mainstem_placeholders", default=None)


def thread_placeholders(thread: str) -> Placeholders:
    """Those of a thread, as long as this process knows of it."""
    known = _by_thread.setdefault(thread, Placeholders())
    _by_thread.move_to_end(thread)
    while len(_by_thread) > _THREADS:
        _by_thread.popitem(last=False)
    return known


def placeholders_here(*, begin: bool = False) -> Placeholders:
    """Those of the thread or the run that this code is part of, counted anew; outside of a graph, those of a call.

    `begin`: a model is called: outside of a graph, numbers begin anew.
    """
    configurable = ensure_config().get("configurable") or {}
    if thread := configurable.get("thread_id"):
        return thread_placeholders(str(thread)).taking_over()  # what the question had is told with the rest
    writer = _writer_of_the_run()
    if writer is not None:
        return _by_run.setdefault(writer, Placeholders()).sharing()
    known = None if begin else _of_the_call.get()
    if known is None:
        known = Placeholders()
        _of_the_call.set(known)
    return known.sharing()


def _writer_of_the_run() -> Any:
    """What LangGraph makes for each run, and gives to all of its nodes."""
    if not may_be_in_a_graph():
        return None
    from langgraph.runtime import get_runtime

    try:
        writer = get_runtime().stream_writer
    except RuntimeError:
        return None
    return writer if "<locals>" in getattr(writer, "__qualname__", "") else None


def tell_masked(placeholders: Placeholders) -> None:
    """Tell the run what was masked with these placeholders; outside of a graph, nobody is told."""
    if not (placeholders.counts and may_be_in_a_graph()):
        return
    from mainstem.stream.writer import stream_writer

    try:
        writer = stream_writer()
    except RuntimeError:
        return
    for kind, count in placeholders.counts.items():
        writer.masked(kind, count)


def tell_halted(policy: Policy) -> None:
    """Tell the run that a policy has halted it; outside of a graph, nobody is told."""
    if not may_be_in_a_graph():
        return
    from mainstem.stream.writer import stream_writer

    with suppress(RuntimeError):
        stream_writer().halt("policy", f"The policy {policy.name} ended it.", rule=policy.name)


def tell_review(rule: str, text: str, decision: Mapping[str, Any] | None = None) -> None:
    """Tell the run that a person is to look at an answer, or what they decided."""
    from mainstem.stream.writer import stream_writer

    with suppress(RuntimeError):
        stream_writer().notice("review", text, rule=rule, decision=decision)


def may_be_in_a_graph() -> bool:
    """A model alone does not import LangGraph, which costs more than the model does."""
    return "langgraph.runtime" in sys.modules
