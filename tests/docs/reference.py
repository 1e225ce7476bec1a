"""Write what follows from the code: parts of `docs/` (events, settings, commands, public names), `.env.example`, types.

The types are those of what the server sends, for the page's JavaScript to be checked against.

    python -m tests.docs.reference            write what is out of date
    python -m tests.docs.reference --check    only say what is; the exit code is 1 when something is

In a page, what stands above the marker line is written by hand and kept. The examples of events come from
`tests/docs/examples.ndjson`, which `python tests/docs/record.py` records from real runs.
"""

import ast
import inspect
import json
import sys
import types
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from langchain_core.messages.ai import UsageMetadata
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined, to_json

from mainstem._bundled_agent import bundled_agent
from mainstem.budget import Budget
from mainstem.settings import Settings
from mainstem.stream import events
from mainstem.stream.events import Error, Event, Locator, ToolDecision
from mainstem.trust import NeedsTrust

from .reference_commands import command_reference
from .reference_python import python_reference
from .wire_types import wire_types

MARKER = "<!-- Generated from the code by `python -m tests.docs.reference`: do not edit below this line. -->"
"""Ends the hand-written part of a page."""

PAGES = Path("docs") / "reference"
WIRE_TYPES = Path("tests") / "web" / "page" / "js" / "wire.d.ts"
"""What the page's JavaScript is checked against."""

EXAMPLES = Path(__file__).with_name("examples.ndjson")
"""One recorded event of each kind."""

WIDTH = 100

JSON_TYPES: dict[Any, str] = {
    str: "string",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Any: "any JSON",
    tuple[str, ...]: "list of strings",
    dict[str, str]: "object of strings",
    dict[str, Any]: "object",
    Error: "object, see Error",
    Locator: "object, see Locator",
    ToolDecision: "object, see ToolDecision",
    UsageMetadata: "object, LangChain's `UsageMetadata`",
}
"""How the reference calls the types that fields have."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or check all generated files of the checkout."""
    check = "--check" in (sys.argv[1:] if arguments is None else arguments)
    stale = [(path, text) for path, text in generated(bundled_agent()) if not _is(path, text)]
    for path, text in stale:
        if not check:
            path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{'out of date' if check else 'written'}: {path}\n")
    return 1 if check and stale else 0


def generated(root: Path) -> Iterator[tuple[Path, str]]:
    """Every generated file below `root`, with what it should contain."""
    yield _page(root / PAGES / "events.md", lambda: event_reference(EXAMPLES))
    yield _page(root / PAGES / "settings.md", settings_reference)
    yield _page(root / PAGES / "command-line.md", command_reference)
    yield _page(root / PAGES / "python.md", python_reference)
    yield root / ".env.example", env_example()
    yield root / WIRE_TYPES, wire_types()


def _page(path: Path, write: Callable[[], str]) -> tuple[Path, str]:
    head = path.read_text(encoding="utf-8").partition(MARKER)[0]
    return path, f"{head}{MARKER}\n\n{write()}"


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


# events


def event_reference(examples: Path) -> str:
    """Every kind of event with its fields and a recorded example, in Markdown."""
    recorded = {event.type: event for event in _recorded(examples)}
    parts = [_common(), *(_kind(kind, recorded[_type_of(kind)]) for kind in events.KINDS)]
    return "\n".join([*parts, _model(Error), _model(Locator), _model(ToolDecision)])


def _recorded(examples: Path) -> Iterator[Event]:
    for line in examples.read_text(encoding="utf-8").splitlines():
        yield events.decode(line)


def _type_of(kind: type[Event]) -> str:
    return str(kind.model_fields["type"].default)


def _common() -> str:
    return "## Fields of every event\n\n" + _fields(Event, frozenset())


def _kind(kind: type[Event], example: Event) -> str:
    name = _type_of(kind)
    says = _sentence(kind)
    own = _fields(kind, frozenset(Event.model_fields))
    fields = own or "It has no fields beside those of every event.\n"
    return f"## {name}\n\n{says}\n\n{fields}\n```json\n{_wrapped(example)}\n```\n"


def _model(model: type[BaseModel]) -> str:
    return f"## {model.__name__}\n\n{_sentence(model)}\n\n{_fields(model, frozenset())}"


def _sentence(model: type[BaseModel]) -> str:
    return inspect.cleandoc(model.__doc__ or "")


def _fields(model: type[BaseModel], without: frozenset[str]) -> str:
    documents = field_documents(model)
    nullable = cast("frozenset[str]", getattr(model, "nullable", frozenset[str]()))
    shown = [(name, info) for name, info in model.model_fields.items() if name not in without]
    return "".join(f"- `{name}` ({_described(name, info, nullable)}): {documents[name]}\n" for name, info in shown)


def field_documents(model: type[BaseModel]) -> dict[str, str]:
    """The docstring beneath each field of `model` and of the models that it extends."""
    found: dict[str, str] = {}
    for each in reversed(model.__mro__):
        if issubclass(each, BaseModel) and each.__module__.startswith(f"{events.__name__}."):
            found.update(_documents(each))
    return found


def _documents(model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    (body,) = ast.parse(inspect.getsource(model)).body
    statements = cast("ast.ClassDef", body).body
    for field, below in pairwise(statements):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(below, ast.Expr):
            yield field.target.id, " ".join(str(cast("ast.Constant", below.value).value).split())


def _described(name: str, info: FieldInfo, nullable: frozenset[str]) -> str:
    said = "string" if name == "type" else _json_type(info.annotation)
    if not _takes_none(info.annotation):
        return said
    return f"{said}, or null" if name in nullable else f"{said}, may be absent"


def _takes_none(annotation: Any) -> bool:
    return type(None) in get_args(annotation)


def _json_type(annotation: Any) -> str:
    if get_origin(annotation) in (Union, types.UnionType):
        # a callable can be given in Python only, and its description says so
        written = [each for each in get_args(annotation) if get_origin(each) is not Callable]
        (annotation,) = (each for each in written if each is not type(None))
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) is Literal:
        return " or ".join(f'`"{value}"`' for value in get_args(annotation))
    return JSON_TYPES[annotation]


def _wrapped(event: Event) -> str:
    """The event's JSON, broken between fields where a line would grow too long."""
    lines = ["{"]
    items = list(json.loads(events.encode(event)).items())
    for number, (key, value) in enumerate(items, 1):
        item = f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" + ("," if number < len(items) else "}")
        if len(lines[-1]) + len(item) > WIDTH and lines[-1] != "{":
            lines.append(" " + item)
        else:
            lines[-1] += item if lines[-1] in ("{", " ") else " " + item
    return "\n".join(lines)


# settings


def settings_reference() -> str:
    """Every setting with its default, in Markdown."""
    said = [_setting(name, info) for name, info in Settings.model_fields.items()]
    return "## All settings\n\n" + "".join(said)


def _setting(name: str, info: FieldInfo) -> str:
    kind, default = _setting_type(info.annotation), _default(info)
    shown = f"default `{default}`" if default else "no default"
    return (
        f"- `{_variable(name)}` ({kind}, {shown}), in Python `Settings({name}=…)`: {info.description}{_trust(info)}\n"
    )


def _trust(info: FieldInfo) -> str:
    """From where a setting is followed, when not from everywhere."""
    marks = [mark for mark in info.metadata if isinstance(mark, NeedsTrust)]
    return "".join(
        f" In `./.env`{f', {mark.lead},' if mark.lead else ''} after `mainstem trust` only." for mark in marks
    )


def _variable(name: str) -> str:
    return f"{Settings.model_config.get('env_prefix')}{name}".upper()


SETTING_TYPES: dict[Any, str] = {
    Path: "path",
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    SecretStr: "secret",
    list[Path]: "JSON list",
    list[str]: "JSON list",
    dict[str, str]: "JSON object",
    dict[str, list[str]]: "JSON object",
    Settings.model_fields["prices"].annotation: "JSON object",
    dict[str, str]: "JSON object",
    dict[str, list[str]]: "JSON object",
    Settings.model_fields["approvals"].annotation: "JSON object",
    Settings.model_fields["mcp"].annotation: "JSON object",
    Settings.model_fields["policies"].annotation: "JSON list",
    Settings.model_fields["variants"].annotation: "JSON list",
    Budget: "JSON object",
}
"""How the reference calls the types that settings have."""


def _setting_type(annotation: Any) -> str:
    if get_origin(annotation) in (Union, types.UnionType):
        # a callable can be given in Python only, and its description says so
        written = [each for each in get_args(annotation) if get_origin(each) is not Callable]
        (annotation,) = (each for each in written if each is not type(None))
    if get_origin(annotation) is Literal:
        return " or ".join(f"`{value}`" for value in get_args(annotation))
    return SETTING_TYPES[annotation]


def _default(info: FieldInfo) -> str:
    """The default as one would write it into the environment; empty when there is none."""
    value: Any = info.get_default(call_default_factory=True, validated_data={})
    if value is None or value is PydanticUndefined:
        return ""
    return value if isinstance(value, str) else to_json(value).decode().strip('"')


def env_example() -> str:
    """Every setting as a commented line of an environment file."""
    head = (
        "# Settings of Mainstem. Copy this file to .env and uncomment what you want to change.\n"
        "# Real environment variables win over .env. What says where data goes counts after `mainstem trust`.\n"
        "# Written by `python -m tests.docs.reference`.\n"
    )
    return head + "".join(_commented(name, info) for name, info in Settings.model_fields.items())


def _commented(name: str, info: FieldInfo) -> str:
    return f"\n# {info.description}\n# {_variable(name)}={_default(info)}\n"


if __name__ == "__main__":
    raise SystemExit(main())
