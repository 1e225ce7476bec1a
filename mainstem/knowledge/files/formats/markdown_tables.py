"""Tables of Markdown: a row of names, a row of dashes, rows of cells between bars."""

import re
from collections.abc import Iterator

from mainstem.knowledge.files.formats.extract import InnerTable
from mainstem.knowledge.files.formats.grid import MAX_TABLES, grid

_FENCED = re.compile(r"^[ \t]*+(?P<fence>`{3,}+(?![^\n]*`)|~{3,}+)(?s:.*?)(?:^[ \t]*+(?P=fence)|\Z)", re.MULTILINE)
_DASHES = re.compile(r"\n(?=[^\n]*\|)(?=[^\n]*-)[ \t|:-]++(?=\n|\Z)")
_BAR = re.compile(r"(?<!\\)\|")
_MARKUP = re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)|</?[A-Za-z][^>\n]*>|[`*]+|(?<!\w)_+|_+(?!\w)")


def tables(text: str) -> list[InnerTable]:
    """The tables outside of code, with what marks words left out of their cells."""
    if not _DASHES.search(text):
        return []
    fences = [match.span() for match in _FENCED.finditer(text)]
    return [table for table in _tables(text) if not any(begin <= table.start < end for begin, end in fences)]


def _tables(text: str) -> Iterator[InnerTable]:
    count, end = 0, 0
    for match in _DASHES.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        header = text[start : match.start()]
        if start < end or "|" not in header or count == MAX_TABLES:
            continue
        end = _end(text, match.end())
        rows = [_cells(line) for line in (header, *text[match.end() : end].splitlines()) if line.strip()]
        table = grid(rows, 1)
        if len(rows[0]) == len(_cells(match[0])) and table.is_queryable:
            count += 1
            yield InnerTable(start, end, table.header, table.rows, labelled=False)


def _end(text: str, end: int) -> int:
    """Where the last line with a bar in it ends, of those that follow each other from `end` on."""
    while end < len(text):
        stop = text.find("\n", end + 1)
        stop = len(text) if stop < 0 else stop
        if "|" not in text[end:stop]:
            break
        end = stop
    return end


def _cells(line: str) -> list[str]:
    line = line.strip().removeprefix("|")
    line = line[:-1] if line.endswith("|") and not line.endswith("\\|") else line
    return [_MARKUP.sub(r"\1", cell).replace("\\|", "|").strip() for cell in _BAR.split(line)]
