"""Which placeholders are counted together: those of a thread, else those of one run of a graph."""

import weakref
from collections import OrderedDict
from contextvars import ContextVar
from typing import Any, cast

from langchain_core.runnables.config import ensure_config
from langgraph.runtime import get_runtime

from mainstem.stream.writer import stream_writer

from .placeholders import Placeholders

_THREADS = 1000
_by_thread: OrderedDict[str, Placeholders] = OrderedDict()
_by_run: weakref.WeakKeyDictionary[Any, Placeholders] = weakref.WeakKeyDictionary()
_of_the_task: ContextVar[Placeholders | None] = ContextVar("mainstem_placeholders", default=None)


def thread_placeholders(thread: str) -> Placeholders:
    """Those of a thread, as long as this process knows of it."""
    known = _by_thread.setdefault(thread, Placeholders())
    _by_thread.move_to_end(thread)
    while len(_by_thread) > _THREADS:
        _by_thread.popitem(last=False)
    return known


def placeholders_here() -> Placeholders:
    """Those of the thread or the run that this code is part of, else of its task; counted anew."""
    configurable = ensure_config().get("configurable") or {}
    if thread := configurable.get("thread_id"):
        return thread_placeholders(str(thread)).sharing()
    writer = _writer_of_the_run()
    if writer is not None:
        return _by_run.setdefault(writer, Placeholders()).sharing()
    if _of_the_task.get() is None:
        _of_the_task.set(Placeholders())
    return cast("Placeholders", _of_the_task.get()).sharing()


def _writer_of_the_run() -> Any:
    """What LangGraph makes for each run, and gives to all of its nodes."""
    try:
        writer = get_runtime().stream_writer
    except RuntimeError:
        return None
    return writer if "<locals>" in getattr(writer, "__qualname__", "") else None


def tell_masked(placeholders: Placeholders) -> None:
    """Tell the run what was masked with these placeholders; outside of a graph, nobody is told."""
    if not placeholders.counts:
        return
    try:
        writer = stream_writer()
    except RuntimeError:
        return
    for kind, count in placeholders.counts.items():
        writer.masked(kind, count)
