"""Jupyter notebooks: the words of each cell, its code and what that printed, each below the cell's kind and number."""

import json
from typing import Any, cast

from mainstem.knowledge.errors import Unreadable
from mainstem.knowledge.files.formats import html, text
from mainstem.knowledge.files.formats.extract import Extract, Heading, InnerTable, TextBuilder

_MAX_OUTPUT = 4_000  # characters of what one cell printed: the rest is seldom words


def read(data: bytes) -> Extract:
    """The text of a notebook. Raises `Unreadable` when it is broken."""
    try:
        cells = json.loads(text.decode(data))["cells"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unreadable("no notebook that can be read (its JSON is broken, or older than version 4)") from error
    if not isinstance(cells, list):
        raise Unreadable("no notebook that can be read (its cells are no list)")
    builder = TextBuilder()
    for number, cell in enumerate(cast("list[Any]", cells), 1):
        if isinstance(cell, dict):
            _add(builder, number, cast("dict[str, Any]", cell))
    return builder.extract()


def _add(builder: TextBuilder, number: int, cell: dict[str, Any]) -> None:
    kind, source = cell.get("cell_type"), _joined(cell.get("source"))
    if kind == "markdown":
        _add_markdown(builder, source)
    elif source.strip():
        builder.add(f"[{kind} cell {number}]", "\n")
        builder.add(f"```\n{source}\n```" if kind == "code" else source)
        for output in cast("list[Any]", cell.get("outputs") or []):
            if isinstance(output, dict):
                _add_output(builder, number, cast("dict[str, Any]", output))


def _add_markdown(builder: TextBuilder, source: str) -> None:
    """The cell as a Markdown document of its own: its headings and tables are the notebook's."""
    start = builder.length
    lead = len(source) - len(source.lstrip("\n"))
    inner = text.read(source.strip("\n").encode("utf-8", "replace"), "md") if source.strip() else Extract("")
    builder.headings += [Heading(h.start + start, h.level, h.title) for h in inner.headings]
    builder.tables += [t._replace(start=t.start + start, end=t.end + start) for t in inner.tables]
    builder.add(source[lead:])


def _add_output(builder: TextBuilder, number: int, output: dict[str, Any]) -> None:
    data = cast("dict[str, Any]", output.get("data") or {})
    shown = html.read(_joined(data.get("text/html")).encode("utf-8", "replace")) if "text/html" in data else None
    plain = _joined(output.get("text") or data.get("text/plain"))
    if shown is not None and shown.tables:
        plain = shown.text
        start = builder.length + len(f"[output of cell {number}]\n")
        builder.tables += [InnerTable(start, start + len(plain), t.header, t.rows, t.caption) for t in shown.tables]
    if plain.strip():
        builder.add(f"[output of cell {number}]", "\n")
        builder.add(plain[:_MAX_OUTPUT])


def _joined(lines: object) -> str:
    return "".join(map(str, cast("list[object]", lines))) if isinstance(lines, list) else str(lines or "")
