"""The Python reference, written from what the public modules export."""

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

PUBLIC = ("mainstem", "mainstem.laws", "mainstem.notebook", "mainstem.testing", "mainstem.web", "mainstem.events")
"""The modules that a user imports. A name that is in none of their `__all__` is private."""

EVENTS = "mainstem.stream.events."


def python_reference() -> str:
    """Every public name with its signature and what it says of itself, in Markdown."""
    return "\n".join(_module(importlib.import_module(name)) for name in PUBLIC)


def _module(module: Any) -> str:
    first, _, _ = inspect.cleandoc(module.__doc__).partition("\n\n")
    parts = [f"## {module.__name__}\n\n{_line(first)}\n"]
    for name in module.__all__:
        value = getattr(module, name)
        if not inspect.ismodule(value) and not _is_event(value):
            parts.append("".join(_name(module.__name__, name, value)))
    if module.__name__ == "mainstem.events":
        parts.append("The events themselves are in the [event reference](events.md).\n")
    return "\n".join(parts)


def _is_event(value: Any) -> bool:
    return inspect.isclass(value) and issubclass(value, BaseModel) and value.__module__.startswith(EVENTS)


def _name(module: str, name: str, value: Any) -> Iterator[str]:
    if not callable(value) or not hasattr(value, "__qualname__"):
        return
    yield f"### {module}.{name}\n\n{_said(value)}\n\n```text\n{name}{_signature(value)}\n```\n"
    members = [_member(each, member) for each, member in _members(value)]
    if members:
        yield "\n" + "".join(members)


def _members(value: Any) -> Iterator[tuple[str, Any]]:
    """The public methods and properties that a class and its bases of ours define, in the order of their source."""
    if not inspect.isclass(value) or issubclass(value, BaseModel):
        return
    ours = [each for each in value.__mro__ if each.__module__.startswith("mainstem")]
    found = {name: member for each in reversed(ours) for name, member in vars(each).items()}
    own = {name: found.pop(name) for name in vars(value) if name in found}
    for name, member in {**own, **found}.items():
        shown = isinstance(member, property | classmethod | staticmethod) or inspect.isfunction(member)
        if shown and not name.startswith("_") and inspect.getdoc(getattr(value, name)):
            yield name, member


def _member(name: str, member: Any) -> str:
    function = getattr(member, "__func__", member)
    called = name if isinstance(member, property) else f"{name}{_signature(function)}"
    return f"- `{called}`: {_said(member)}\n"


def _said(value: Any) -> str:
    first, _, _ = (inspect.getdoc(value) or "").partition("\n\n")
    return _line(first)


def _line(text: str) -> str:
    return " ".join(text.split())


def _signature(value: Any) -> str:
    """The parameters by name, without their types; a model's are its fields, which have a reference of their own."""
    if inspect.isclass(value) and issubclass(value, BaseModel):
        return "(**fields)"
    try:
        parameters = list(inspect.signature(value).parameters.values())
    except ValueError:
        return "(…)"
    bare = [each.replace(annotation=inspect.Parameter.empty) for each in parameters if each.name not in ("self", "cls")]
    return str(inspect.Signature(bare))
