"""What nothing can stop: nodes and tools that are not async run in threads, and a thread runs until it returns."""

import inspect
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, cast

from langchain_core.runnables.base import RunnableBindingBase
from langchain_core.runnables.config import run_in_executor
from langchain_core.tools import BaseTool, StructuredTool, Tool
from langgraph.pregel import Pregel

from ..events import Notice
from ..translate import RunState
from ..translate.message_fields import field
from ..translate.open_items import names_of
from .graph_tools import tools_of

_IN_A_THREAD = (BaseTool._arun, StructuredTool._arun, Tool._arun)  # pyright: ignore[reportPrivateUsage] - overridden by what is async
_FROM_OUTSIDE = ("stopped", "timeout")  # how a call ends that did not end by itself


RUNS_ON = "thread"
"""The `rule` of a notice which says what could not be stopped."""


def still_running(graph: Any, state: RunState) -> Iterator[Notice]:
    """A notice that names the nodes and tools of a local graph that a run left behind in threads, if there are any."""
    nodes = [f"node {node.node!r}" for node in state.cut.values() if _in_a_thread(graph, names_of(node.ns, node.node))]
    blocking = {name for name, tool in _all_tools(graph) if _is_sync_tool(tool)}
    left = [tool for tool in state.tools.values() if tool.status in _FROM_OUTSIDE and tool.name in blocking]
    found = list(dict.fromkeys([*nodes, *(f"tool {tool.name!r} ({tool.tool_call_id})" for tool in left)]))
    if found:
        text = f"May still be running, and may still change things: {', '.join(found)}. What is not async runs in a "
        yield Notice(
            kind="review",
            rule=RUNS_ON,
            count=len(found),
            text=text + "thread, which cannot be stopped: make it async.",
        )


def _in_a_thread(graph: Any, path: tuple[str, ...]) -> bool:
    *around, name = path
    for step in around:
        graph = _bound(graph, step)
    found = _bound(graph, name)
    if found is not None:
        return _is_sync(found)
    return any(_is_sync_task(each, name) for each in _used_by_nodes(graph))


def _bound(graph: Any, name: str) -> Any:
    return getattr(getattr(graph, "nodes", {}).get(name), "bound", None)


def _is_sync(runnable: Any) -> bool:
    while isinstance(runnable, RunnableBindingBase):
        runnable = cast("Any", runnable).bound
    steps = getattr(runnable, "steps", None)
    if isinstance(steps, list):
        return any(_is_sync(step) for step in cast("list[Any]", steps))
    afunc = getattr(runnable, "afunc", None)
    waits = isinstance(afunc, partial) and cast("partial[Any]", afunc).func is run_in_executor
    return getattr(runnable, "func", None) is not None and (afunc is None or waits)


def _is_sync_tool(tool: BaseTool) -> bool:
    return getattr(tool, "coroutine", None) is None and type(tool)._arun in _IN_A_THREAD  # pyright: ignore[reportPrivateUsage] - as above


def _is_sync_task(used: Any, name: str) -> bool:
    """Whether it is a task of LangGraph's functional API, of that name."""
    function = getattr(used, "func", None)
    return getattr(function, "__name__", None) == name and not inspect.iscoroutinefunction(function)


def _all_tools(graph: Any) -> Iterator[tuple[str, BaseTool]]:
    """Those of its tool nodes, and those that the functions of its nodes call by hand."""
    yield from tools_of(graph)
    yield from ((tool.name, tool) for tool in _used_by_nodes(graph) if isinstance(tool, BaseTool))


def _used_by_nodes(graph: Any) -> Iterator[Any]:
    for node in getattr(graph, "nodes", {}).values():
        bound: Any = getattr(node, "bound", None)
        if isinstance(bound, Pregel):
            yield from _used_by_nodes(bound)
            continue
        for function in (field(bound, "func"), field(bound, "afunc")):
            if inspect.isfunction(function):
                yield from _used_by(function)


def _used_by(function: Callable[..., Any]) -> Iterator[Any]:
    """What a function's own names stand for, one list or dict deep."""
    known = inspect.getclosurevars(function)
    for value in (*known.nonlocals.values(), *known.globals.values()):
        if isinstance(value, list | tuple):
            yield from cast("list[Any]", value)
        elif isinstance(value, dict):
            yield from cast("dict[Any, Any]", value).values()
        else:
            yield value
