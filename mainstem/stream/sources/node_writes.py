"""What a node of a local graph can write, as far as its code tells: a stop keeps only what the node would keep."""

import ast
import inspect
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, cast

from langgraph.pregel import Pregel

from .returned_keys import is_computed, is_one_message, values_returned


def may_write(graph: Any, path: Sequence[str], node: str | None, key: str) -> bool:
    """Whether a node, in the graphs that `path` names, can write what a model said into the outermost graph's `key`.

    False where a function on the way calls a graph and alone decides what becomes of its words, where a graph on the
    way does not give that key back, and where the node writes nothing there but what its code says. True where nothing
    can be told: its source is not there, or is not plain. May read source files.
    """
    for name in path:
        graph = _bound(graph, name)
        if not isinstance(graph, Pregel) or key not in _gives(cast("Pregel[Any, Any, Any, Any]", graph)):
            return False
    written = _written(graph, node, key)
    return written is None or any(map(is_computed, written))


def writes_one(graph: Any, path: Sequence[str], node: str | None, key: str) -> bool:
    """Whether a node surely adds one message to `key`, however often it asks a model. May read source files."""
    for name in path:
        graph = _bound(graph, name)
    written = _written(graph, node, key)
    return bool(written) and all(map(is_one_message, written or ()))


def _written(graph: Any, node: str | None, key: str) -> list[ast.expr] | None:
    """What stands under `key` in all that a node returns; None where its code does not tell."""
    function = _function(_bound(graph, node or ""))
    values = values_returned(function) if function else None
    return None if values is None else values.get(key, [])


def _gives(graph: "Pregel[Any, Any, Any, Any]") -> Sequence[str]:
    given = graph.output_channels
    return [given] if isinstance(given, str) else given


def _bound(graph: Any, name: str) -> Any:
    return getattr(getattr(graph, "nodes", {}).get(name), "bound", None)


def _function(runnable: Any) -> Callable[..., Any] | None:
    """The function that makes what a node returns: of a chain, its last."""
    while steps := getattr(runnable, "steps", None):
        runnable = steps[-1]
    function = getattr(runnable, "func", None) or getattr(runnable, "afunc", None)
    while isinstance(function, partial):
        function = cast("Any", function).func
    return function if function is None or inspect.isroutine(function) else type(function).__call__
