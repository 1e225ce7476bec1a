"""What the server sends, as TypeScript declares it: the page's JavaScript is checked against it."""

import importlib
import pkgutil
import types
from collections.abc import Iterator, Sequence
from datetime import datetime
from inspect import cleandoc
from typing import Any, Literal, Union, cast, get_args, get_origin

from langchain_core.messages.ai import UsageMetadata
from pydantic import BaseModel, RootModel
from pydantic.fields import FieldInfo

from mainstem.stream import events
from mainstem.web import schemas

HEAD = """// What the server sends. Written from the code by `python -m tests.docs.reference`: do not edit.
"""

PLAIN: dict[Any, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    datetime: "string",
    type(None): "null",
    Any: "unknown",
    events.Error: "events.Error",
    UsageMetadata: "UsageMetadata",
}
"""How TypeScript calls types that are no composition of others."""

USAGE = """  /** LangChain's `UsageMetadata`. */
  interface UsageMetadata {
    input_tokens: number;
    output_tokens: number;
    total_tokens: number;
  }
"""


def wire_types() -> str:
    """The declarations: a namespace for events, and one for the bodies of answers."""
    kinds: list[type[BaseModel]] = [events.Error, events.Locator, events.ToolDecision, events.Event, *events.KINDS]
    union = "  type AnyEvent = " + " | ".join(kind.__name__ for kind in events.KINDS) + ";\n"
    said = _namespace("events", [USAGE, *map(_interface, kinds), union])
    return HEAD + said + _namespace("schemas", list(_answers()))


def _answers() -> Iterator[str]:
    """What requests are answered with. Requests forbid extra fields, and the page writes them itself."""
    for found in _schemas():
        if found.model_config.get("extra") != "forbid" and not issubclass(found, RootModel):
            found.model_rebuild()
            yield _interface(found)


def _schemas() -> Iterator[type[BaseModel]]:
    for info in pkgutil.iter_modules(schemas.__path__, f"{schemas.__name__}."):
        for found in vars(importlib.import_module(info.name)).values():
            if isinstance(found, type) and issubclass(found, BaseModel) and found.__module__ == info.name:
                yield found


def _namespace(name: str, parts: Sequence[str]) -> str:
    return f"\ndeclare namespace {name} {{\n" + "\n".join(parts) + "}\n"


def _interface(model: type[BaseModel]) -> str:
    (line, *_) = cleandoc(model.__doc__ or "").splitlines()
    is_kind = issubclass(model, events.Event) and model is not events.Event
    shared = set(events.Event.model_fields) - {"type"} if is_kind else set[str]()
    own = [(name, info) for name, info in model.model_fields.items() if name not in shared]
    fields = "".join(f"    {_field(model, name, info)};\n" for name, info in own)
    return f"  /** {line} */\n  interface {model.__name__}{' extends Event' if is_kind else ''} {{\n{fields}  }}\n"


def _field(model: type[BaseModel], name: str, info: FieldInfo) -> str:
    if _is_omitted(model, name, info):
        present = [each for each in get_args(info.annotation) if each is not type(None)] or [info.annotation]
        return f"{name}?: {' | '.join(map(_type, present))}"
    return f"{name}: {_type(info.annotation)}"


def _is_omitted(model: type[BaseModel], name: str, info: FieldInfo) -> bool:
    """Whether the field is left out where it is null, as events do, unless its null says something."""
    says = cast("frozenset[str]", getattr(model, "nullable", frozenset[str]()))
    omits = issubclass(model, (events.Event, events.Error, events.Locator))
    takes_none = info.annotation is Any or type(None) in get_args(info.annotation)
    return omits and takes_none and name not in {*says, "type"}


def _type(annotation: Any) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, types.UnionType):
        return " | ".join(map(_type, arguments))
    if origin is Literal:
        return " | ".join(f'"{value}"' for value in arguments)
    if origin in (list, tuple):
        return f"{_type(arguments[0])}[]"
    if origin is dict:
        return f"Record<string, {_type(arguments[1])}>"
    return PLAIN.get(annotation) or annotation.__name__
