"""Tables of a page: those that hold data; a table with others in it, or with one column, lays out the page."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mainstem.knowledge.files.formats.grid import MAX_CELLS, Grid, grid

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_MAX_SPAN = 100  # columns or rows that a cell can be believed to span


@dataclass(frozen=True)
class HtmlTable:
    """A table of a page, and what is written above it as its caption."""

    grid: Grid
    caption: str


@dataclass
class _Cell:
    text: str
    is_head: bool
    columns: int
    rows: int


@dataclass
class _Table:
    node: "LexborNode"
    is_layout: bool = False
    caption: str = ""
    rows: list[list[_Cell]] = field(default_factory=list[list[_Cell]])


def found(body: "LexborNode") -> dict[int, HtmlTable]:
    """The tables of data, by the id of their elements."""
    tables: dict[int, HtmlTable] = {}
    for table in _collected(body):
        if table.is_layout or not any(len(row) > 1 for row in table.rows):
            continue
        heads = next((at for at, row in enumerate(table.rows) if not all(c.is_head for c in row)), len(table.rows))
        rows = _spread(table.rows)
        tables[table.node.mem_id] = HtmlTable(grid(rows, heads or None), table.caption)
    return tables


def _collected(body: "LexborNode") -> list[_Table]:
    # Which table each element lies in, noted on the way down, as blocks are.
    tables: list[_Table] = []
    within: dict[int, _Table] = {}
    for node in body.traverse():
        parent = node.parent
        table = within.get(parent.mem_id) if parent is not None else None
        tag = node.tag
        if tag == "table":
            if table is not None:
                table.is_layout = True
            table = _Table(node, is_layout=(node.attributes.get("role") or "") in ("presentation", "none"))
            tables.append(table)
        elif table is not None:
            _take(table, node, tag or "")
        if table is not None:
            within[node.mem_id] = table
    return tables


def _take(table: _Table, node: "LexborNode", tag: str) -> None:
    if tag == "tr":
        table.rows.append([])
    elif tag == "pre":
        table.is_layout = True  # code keeps its lines
    elif tag == "caption":
        table.caption = _words(node)
    elif tag in ("td", "th") and table.rows and not table.is_layout:
        spans = _number(node, "colspan"), _number(node, "rowspan")
        table.rows[-1].append(_Cell(_words(node), tag == "th", *spans))


def _words(node: "LexborNode") -> str:
    return " ".join(node.text(separator=" ").split())


def _number(node: "LexborNode", name: str) -> int:
    said = (node.attributes.get(name) or "").strip()
    number = int(said) if said.isdecimal() and len(said) < 9 else 1
    return number if 0 < number <= _MAX_SPAN else 1


def _spread(rows: list[list[_Cell]]) -> list[list[str]]:
    """Each cell where it stands: over several columns in the first (a head in each), over several rows in each."""
    spread: list[list[str]] = []
    open_cells: dict[int, tuple[_Cell, int]] = {}  # by column: what reaches down into this row, and how far on
    cells = 0
    for row in rows:
        line: list[str] = []
        reaching, open_cells = open_cells, {}
        for cell in row:
            _fill(line, reaching, open_cells)
            for at in range(cell.columns):
                if cell.rows > 1:
                    open_cells[len(line)] = cell, cell.rows - 1
                line.append(cell.text if at == 0 or cell.is_head else "")
        _fill(line, reaching, open_cells)
        cells += len(line)
        if cells > MAX_CELLS:
            break
        spread.append(line)
    return spread


def _fill(line: list[str], reaching: dict[int, tuple[_Cell, int]], open_cells: dict[int, tuple[_Cell, int]]) -> None:
    while len(line) in reaching:
        cell, rows = reaching.pop(len(line))
        if rows > 1:
            open_cells[len(line)] = cell, rows - 1
        line.append(cell.text)
