"""What a node of a local graph can write, as far as its code tells: a stop keeps only what the node would keep."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, cast

from langgraph.pregel import Pregel


def may_write(graph: Any, path: Sequence[str], node: str | None, key: str) -> bool:
    """Whether a node, in the graphs that `path` names, can write the outermost graph's `key`.

    False where a function on the way calls a graph and alone decides what becomes of its words. True where nothing
    can be told: a helper makes what the node returns, or its source is not there. May read source files.
    """
    for name in path:
        graph = _bound(graph, name)
        if not isinstance(graph, Pregel) or key not in cast("Pregel[Any, Any, Any, Any]", graph).channels:
            return False
    function = _function(_bound(graph, node or ""))
    written = keys_returned(function) if function else None
    return written is None or key in written


def keys_returned(function: Callable[..., Any]) -> set[str] | None:
    """The keys of all dicts that a function returns; None where they cannot be read."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function))))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    if not tree.body or not isinstance(body := tree.body[0], ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    found = [_keys(value) for value in _returned(body)]
    return None if None in found else {key for keys in found for key in keys or ()}


def _returned(function: ast.AST) -> Iterator[ast.expr | None]:
    for child in ast.iter_child_nodes(function):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            continue
        if isinstance(child, ast.Return):
            yield child.value
        elif isinstance(child, ast.Yield | ast.YieldFrom):
            yield child
        else:
            yield from _returned(child)


def _keys(value: ast.expr | None) -> set[str] | None:
    if value is None or (isinstance(value, ast.Constant) and value.value is None):
        return set()
    if isinstance(value, ast.IfExp):
        one, other = _keys(value.body), _keys(value.orelse)
        return None if one is None or other is None else one | other
    if isinstance(value, ast.Dict):
        names = {key.value for key in value.keys if isinstance(key, ast.Constant)}
        known = all(isinstance(key, ast.Constant) for key in value.keys)
        return {str(name) for name in names} if known else None
    if isinstance(value, ast.Call) and _called(value.func) == "Command" and not value.args:
        given = {keyword.arg: keyword.value for keyword in value.keywords}
        return None if None in given else _keys(given.get("update"))
    return None


def _called(function: ast.expr) -> str:
    return getattr(function, "id", "") or getattr(function, "attr", "")


def _bound(graph: Any, name: str) -> Any:
    return getattr(getattr(graph, "nodes", {}).get(name), "bound", None)


def _function(runnable: Any) -> Callable[..., Any] | None:
    function = getattr(runnable, "func", None) or getattr(runnable, "afunc", None)
    while isinstance(function, partial):
        function = cast("Any", function).func
    return function
