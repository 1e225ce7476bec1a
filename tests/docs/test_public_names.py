"""What pages, examples and notebooks use of Mainstem is public: a name in `__all__` of a module that users import."""

import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from .pages import MANUAL, ROOT
from .reference_python import PUBLIC

MODULES = {*PUBLIC, "mainstem"}
SPANS = {"mainstem.read", "mainstem.reader", "mainstem.alert", "mainstem.alerts"}
WIRE = {"mainstem.progress", "mainstem.example", *SPANS}
"""Not Python: a name in AG-UI's stream, a host, names of spans and of a logger."""

_DOTTED = re.compile(r"(?<![\w./-])mainstem\.[a-z_]\w*(?:\.\w+)*")
_FROM = re.compile(r"^\s*from (mainstem(?:\.\w+)*) import \(?([\w, ]+)", re.MULTILINE)
FILES = [
    *MANUAL,
    ROOT / "README.md",
    *sorted((ROOT / "examples").glob("*.py")),
    *sorted((ROOT / "notebooks").glob("*.ipynb")),
]


def text_of(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    return "\n\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])


def private(text: str) -> Iterator[str]:
    """What the text names of Mainstem that no public module exports."""
    for module, names in _FROM.findall(text):
        taken = [name.split(" as ")[0].strip() for name in names.split(",") if name.strip()]
        yield from (f"{module}.{name}" for name in taken if not _is_public(f"{module}.{name}"))
    yield from (found for found in _DOTTED.findall(_FROM.sub("", text)) if not _is_public(found))


def _is_public(dotted: str) -> bool:
    first, second, *rest = [*dotted.split("."), "", ""]
    if f"{first}.{second}" in WIRE | MODULES:
        return not rest[0] or f"{first}.{second}" in WIRE or rest[0] in _exported(f"{first}.{second}")
    return second in _exported(first)


def _exported(module: str) -> list[str]:
    return importlib.import_module(module).__all__ if module in MODULES else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_public_names_are_used(path: Path):
    assert list(private(text_of(path))) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("from mainstem.stream.writer import StreamWriter", ["mainstem.stream.writer.StreamWriter"]),
        ("from mainstem import watch, nothing", ["mainstem.nothing"]),
        ("call `mainstem.settings.active()`", ["mainstem.settings.active"]),
        ("include `mainstem.web.router(graph)`, then `mainstem.watch`", []),
        ("from mainstem.testing import ScriptedModel", []),
    ],
)
def test_a_private_name_is_found(text: str, found: list[str]):
    assert list(private(text)) == found


@pytest.mark.parametrize("module", sorted(MODULES))
def test_what_a_module_exports_is_there_and_sorted(module: str):
    imported = importlib.import_module(module)
    assert imported.__all__ == sorted(imported.__all__, key=lambda name: (not name.isupper(), name[0].islower(), name))
    assert all(hasattr(imported, name) for name in imported.__all__)
