"""What a benchmark hands back: words, tables and charts for the page."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Table:
    """Rows of text under columns; the first column names the row."""

    columns: list[str]
    rows: list[list[str]]


@dataclass(frozen=True)
class Chart:
    """A plot: bars by name, or lines over `x`. `rows` hold the fields named here; `log` makes both axes logarithmic."""

    file: str
    title: str
    x: str
    y: str
    rows: list[dict[str, Any]]
    line: bool = False
    log: bool = False


@dataclass(frozen=True)
class Section:
    """One benchmark's part of the page."""

    title: str
    text: str
    tables: list[Table] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
