"""JSON and JSON Lines: a line a value, after its path; a list of flat records is a table too."""

import json
from collections.abc import Mapping
from typing import Any, cast

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats import grid
from mainstem.knowledge.files.formats.extract import Extract, TextBuilder
from mainstem.knowledge.files.formats.text import decode

_MAX_DEPTH = 100
_FLAT = (str, int, float, bool, type(None))
_TOO_DEEP = "its values lie more than 100 levels deep"


def read(data: bytes, kind: str) -> Extract:
    """The values of a `json` or `jsonl` file. Raises `Unreadable` with the line where it is broken."""
    text = decode(data)
    try:
        value = _lines(text) if kind == "jsonl" else _whole(text)
    except RecursionError as error:
        raise Unreadable(_TOO_DEEP) from error
    builder = TextBuilder()
    _add(builder, "", value, 0)
    return builder.extract(by_line=True)


def _whole(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        # Many a .json file holds a value a line.
        if text.count("\n") and text.lstrip().startswith("{"):
            try:
                return _lines(text)
            except Unreadable:
                pass
        raise Unreadable(f"broken JSON ({error})") from error


def _lines(text: str) -> list[Any]:
    values: list[Any] = []
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                values.append(json.loads(line))
            except ValueError as error:
                raise Unreadable(f"broken JSON in line {number} ({error})") from error
    return values


def _add(builder: TextBuilder, path: str, value: Any, depth: int) -> None:
    """Append what lies at `path`; an object that holds others, and a list of records, begins a section."""
    if depth > _MAX_DEPTH:
        raise Unreadable(_TOO_DEEP)
    if isinstance(value, _FLAT):
        builder.add(f"{path}: {_said(value)}" if path else _said(value), "\n")
    elif isinstance(value, Mapping):
        _add_object(builder, path, cast("Mapping[str, Any]", value), depth)
    elif records := _records(cast("list[Any]", value)):
        if path:
            builder.heading(depth, path)
        grid.append_table(builder, records)
    else:
        for at, each in enumerate(cast("list[Any]", value)):
            _add(builder, f"{path}[{at}]", each, depth + 1)


def _add_object(builder: TextBuilder, path: str, value: Mapping[str, Any], depth: int) -> None:
    if path and any(not isinstance(each, _FLAT) for each in value.values()):
        builder.heading(depth, path)
    for name, each in value.items():
        _add(builder, f"{path}.{name}" if path else name, each, depth + 1)
    builder.end_block()


def _said(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _records(values: list[Any]) -> grid.Grid | None:
    """A list of objects without others in them (lists of plain values are written out), as a table; else None."""
    if len(values) < 2 or not all(isinstance(value, Mapping) for value in values):
        return None
    records = cast("list[Mapping[str, Any]]", values)
    names = list(dict.fromkeys(name for record in records for name in record))
    if len(names) * len(records) > grid.MAX_CELLS or not all(
        _is_flat(v) for record in records for v in record.values()
    ):
        return None
    rows = [[_cell(record.get(name)) for name in names] for record in records]
    return grid.grid([names, *rows], 1)


def _is_flat(value: object) -> bool:
    plain = cast("list[object]", value) if isinstance(value, list) else [value]
    return all(isinstance(each, _FLAT) for each in plain)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_said, cast("list[object]", value)))
    return "" if value is None else _said(value)
