"""What a function returns, as far as its code tells: the state keys that a node writes, and what stands there."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any, cast

from langgraph.types import Command

Values = dict[str, list[ast.expr]]
"""What is written, by state key."""

_DEPTH = 3
"""How many calls of helpers deep an update is looked for."""

_LITERALS = (ast.Constant, ast.List, ast.Tuple, ast.Dict, ast.keyword, ast.expr_context)


def values_returned(function: Callable[..., Any], depth: int = _DEPTH) -> Values | None:
    """The keys of all dicts and updates that a function returns, and their values; None where they cannot be read."""
    plain = inspect.unwrap(function)
    bodies = _bodies(plain)
    held = [_Body(body, _names(plain), depth).values(value) for body in bodies for value in _ends(body)]
    return _merged(held) if bodies else None


def is_computed(value: ast.expr) -> bool:
    """Whether it is more than what the code itself says: anything but constants, and messages made of them."""
    if isinstance(value, ast.Call) and _called(value.func).endswith("Message"):
        return any(is_computed(part) for part in [*value.args, *(keyword.value for keyword in value.keywords)])
    if not isinstance(value, _LITERALS):
        return True
    return any(is_computed(cast("ast.expr", part)) for part in ast.iter_child_nodes(value))


def is_one_message(value: ast.expr) -> bool:
    """Whether it is a single message: a list of one, or what a model says when it is asked there."""
    match value:
        case ast.List(elts=[only]) | ast.Tuple(elts=[only]):
            return not isinstance(only, ast.Starred)
        case ast.Await(value=ast.Call() as call) | (ast.Call() as call):
            return _called(call.func) in ("ainvoke", "invoke")
        case _:
            return False


def _bodies(function: Any) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]:
    """The code of a function; of a lambda, each of its lines that it may be."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return []
    if isinstance(tree.body[0], ast.FunctionDef | ast.AsyncFunctionDef):
        return [tree.body[0]]
    given = function.__code__.co_varnames[: function.__code__.co_argcount]
    lambdas = [node for node in ast.walk(tree) if isinstance(node, ast.Lambda)]
    return [node for node in lambdas if tuple(arg.arg for arg in node.args.args) == given]


def _ends(body: ast.AST) -> list[ast.expr | None]:
    return [body.body] if isinstance(body, ast.Lambda) else list(_returned(body))


def _returned(function: ast.AST) -> Iterator[ast.expr | None]:
    for node in _own(function):
        if isinstance(node, ast.Return):
            yield node.value
        elif isinstance(node, ast.Yield | ast.YieldFrom):
            yield node


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's code, without the functions and classes within it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            yield child
            yield from _own(child)


def _names(function: Any) -> Mapping[str, Any]:
    """What the names that a function does not bind itself stand for."""
    code = function.__code__
    names = {name: value for name, value in function.__globals__.items() if name not in code.co_varnames}
    for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
        names.pop(name, None)
        with suppress(ValueError):  # not bound yet
            names[name] = cell.cell_contents
    return names


@dataclass(frozen=True)
class _Body:
    """The code of one function."""

    code: ast.AST
    names: Mapping[str, Any]
    depth: int
    within: frozenset[str] = frozenset()
    """The variables that are being read."""

    def values(self, value: ast.expr | None) -> Values | None:
        """What an expression holds, by key."""
        match value:
            case None | ast.Constant(value=None):
                return {}
            case ast.Await():
                return self.values(value.value)
            case ast.IfExp():
                return _merged([self.values(value.body), self.values(value.orelse)])
            case ast.List():
                return _merged([self.values(each) for each in value.elts])
            case ast.Dict():
                return _merged([self._pair(key, each) for key, each in zip(value.keys, value.values, strict=True)])
            case ast.Name():
                return self._variable(value.id)
            case ast.Call():
                return self._call(value)
            case _:
                return None

    def _pair(self, key: ast.expr | None, value: ast.expr) -> Values | None:
        if key is None:
            return self.values(value)
        return {str(key.value): [value]} if isinstance(key, ast.Constant) else None

    def _variable(self, name: str) -> Values | None:
        """What a variable holds that is used for nothing but to collect what is returned."""
        if name in self.within:
            return None
        inner = replace(self, within=self.within | {name})
        held = [each for node in _own(self.code) for each in inner._bound(node, name)]
        ends = [end for end in _ends(self.code) if end is not None]
        known = len(held) + sum(_count(end, name) for end in ends)
        return _merged(held) if held and known == _count(self.code, name) else None

    def _bound(self, node: ast.AST, name: str) -> list[Values | None]:
        """What a statement puts into a variable."""
        match node:
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target) if node.value:
                return self._assigned(target, node.value, name)
            case ast.AugAssign(op=ast.BitOr(), target=target) if _is(target, name):
                return [self.values(node.value)]
            case ast.Call(func=ast.Attribute(value=owner, attr="update")) if _is(owner, name):
                return [_merged([*map(self.values, node.args), *(_keyword(each) for each in node.keywords)])]
            case _:
                return []

    def _assigned(self, target: ast.expr, value: ast.expr, name: str) -> list[Values | None]:
        if _is(target, name):
            return [self.values(value)]
        if isinstance(target, ast.Subscript) and _is(target.value, name):
            return [self._pair(target.slice, value)]
        return []

    def _call(self, call: ast.Call) -> Values | None:
        """What a class or a function of this program makes of an update's keys."""
        name = _called(call.func)
        called = self.names.get(name, dict if name == "dict" else None) if isinstance(call.func, ast.Name) else None
        keywords = None if call.args else {keyword.arg: keyword.value for keyword in call.keywords}
        if name == "Command" or (isinstance(called, type) and issubclass(called, Command)):
            return self.values(keywords.get("update")) if keywords is not None and None not in keywords else None
        if isinstance(called, type) and keywords is not None:
            return _merged([_keyword(each) for each in call.keywords])
        if isinstance(called, FunctionType) and self.depth:
            return values_returned(called, self.depth - 1)
        return None


def _keyword(keyword: ast.keyword) -> Values | None:
    return {keyword.arg: [keyword.value]} if keyword.arg else None


def _merged(parts: Iterable[Values | None]) -> Values | None:
    merged: Values = {}
    for part in parts:
        if part is None:
            return None
        for key, values in part.items():
            merged.setdefault(key, []).extend(values)
    return merged


def _is(node: ast.AST | None, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _count(node: ast.AST, name: str) -> int:
    return sum(_is(each, name) for each in ast.walk(node))


def _called(function: ast.expr) -> str:
    return getattr(function, "id", "") or getattr(function, "attr", "")
