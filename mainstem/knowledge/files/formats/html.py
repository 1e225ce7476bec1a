"""HTML pages: what a reader of the page would read, one block after the other."""

import re
from collections.abc import Container
from typing import TYPE_CHECKING

from mainstem.knowledge.files.formats import html_tables
from mainstem.knowledge.files.formats.extract import Extract, Heading, InnerTable, storable
from mainstem.knowledge.files.formats.grid import note_table
from mainstem.knowledge.files.formats.text import decode

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_SILENT = ["head", "script", "style", "noscript", "template", "svg", "nav", "iframe", "select", "button"]
_BLOCKS = frozenset(
    """
    address article aside blockquote body caption dd details dialog div dl dt fieldset figcaption figure footer form
    h1 h2 h3 h4 h5 h6 header hr li main ol p pre section summary table td th tr ul
    """.split()  # noqa: SIM905 (words read better without quotes)
)
_LEVELS = {f"h{level}": level for level in range(1, 7)}
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
_BREAK = "\0"  # what <br> becomes: it stands in no page, for the parser replaces it


def read(data: bytes) -> Extract:
    """The text of a page: headings, paragraphs, lists (`- item`), tables (`cell | cell`) and fenced code."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(_decoded(data))
    title = tree.css_first("title")
    page = _Page(_SPACE.sub(" ", title.text()).strip() if title else "")
    tree.strip_tags(_SILENT)
    if tree.body is not None:
        tables = html_tables.found(tree.body)
        for block, words in _blocks(tree.body, tables):
            if (table := tables.get(block.mem_id)) is not None:
                page.add_table(table)
            else:
                page.add(block, words)
    return Extract(storable("".join(page.parts)), page.headings, tables=page.tables)


def _decoded(data: bytes) -> str:
    named = _CHARSET.search(data, 0, 4096)
    if named and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode(named[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass  # it names an encoding that it is not in
    return decode(data)


def _blocks(body: "LexborNode", whole: Container[int]) -> "list[tuple[LexborNode, str]]":
    """The text nodes, those that follow each other within one block element (or one of the `whole` ones) joined."""
    blocks: list[tuple[LexborNode, list[str]]] = []
    # The block that each element lies in, noted on the way down: climbing from every text is quadratic in the depth.
    around: dict[int, LexborNode] = {}
    for node in body.traverse(include_text=True):
        tag = node.tag
        if tag == "-text":
            block = _around(node, around)
            if not blocks or blocks[-1][0].mem_id != block.mem_id:
                blocks.append((block, []))
            blocks[-1][1].append(node.text_content or "")
        elif tag == "br":
            if blocks:
                blocks[-1][1].append(_BREAK)
        else:
            over = _around(node, around)
            around[node.mem_id] = node if tag in _BLOCKS and over.mem_id not in whole else over
    return [(block, "".join(words)) for block, words in blocks]


def _around(node: "LexborNode", around: "dict[int, LexborNode]") -> "LexborNode":
    parent = node.parent
    return node if parent is None else around.get(parent.mem_id, parent)


class _Page:
    """Text under construction, with the headings found so far."""

    def __init__(self, title: str) -> None:
        self.parts: list[str] = []
        self.headings = [Heading(0, 0, title)] if title else []
        self.tables: list[InnerTable] = []
        self._length = 0
        self._row: int | None = None
        self._list: int | None = None

    def add(self, block: "LexborNode", words: str) -> None:
        """Append one block in the form its element asks for."""
        tag, parent = block.tag or "", block.parent
        text = _code(words) if tag == "pre" else _lines(words)
        if not text:
            return
        row = parent.mem_id if parent is not None and tag in ("td", "th") else None
        items = parent.mem_id if parent is not None and tag == "li" else None
        joint = self._joint(row, items)
        if tag in _LEVELS:
            self.headings.append(Heading(self._length + len(joint), _LEVELS[tag], text.replace("\n", " ")))
        self._append(joint + ("- " if items is not None else "") + text)
        self._row, self._list = row, items

    def add_table(self, table: html_tables.HtmlTable) -> None:
        """Append a table, each row with the names of the columns beside its cells."""
        lines = ([table.caption] if table.caption else []) + table.grid.lines()
        if not lines:
            return
        joint = self._joint(None, None)
        start = self._length + len(joint)
        self._append(joint + "\n".join(lines))
        self._row = self._list = None
        note_table(self.tables, table.grid, start, self._length, table.caption)

    def _joint(self, row: int | None, items: int | None) -> str:
        if not self.parts:
            return ""
        if row is not None and self._row is not None:
            return " | " if row == self._row else "\n"
        return "\n" if items is not None and items == self._list else "\n\n"

    def _append(self, text: str) -> None:
        # Cleaned piece by piece, so that the offsets of headings are those of the final text.
        text = storable(text)
        self.parts.append(text)
        self._length += len(text)


def _code(words: str) -> str:
    code = words.replace(_BREAK, "\n").strip("\n")
    return f"```\n{code}\n```" if code.strip() else ""


def _lines(words: str) -> str:
    return "\n".join(line for part in words.split(_BREAK) if (line := _SPACE.sub(" ", part).strip()))
