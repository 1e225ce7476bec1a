"""Sentences of a passage, word by word: no headings, code, tables or list marks, and no cut at *e.g.* or *3.5*."""

import re
from collections.abc import Container
from typing import NamedTuple

_FENCE = re.compile(r"^\s*(?:```|~~~)(.*)$")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s")
_UNDERLINE = re.compile(r"^\s*[=\-~^*_\"'`+]{3,}\s*$")
_TABLE_ROW = re.compile(r"^\s*\|.*\|\s*$|^\s*\+[-=+]+\+\s*$")
_CELLS = re.compile(r"\S \| \S")  # a row of a table in what was an HTML page or a Word file
_FIELD = re.compile(r"^\s*[\w][\w.\[\]-]*:\s+\S(?!.*[.!?;,]$)")  # `Title: …` above a text, `pump.model: X` of JSON
_DIRECTIVE = re.compile(r"^\s*(?:\.\.\s|:{3}|!!!|\?\?\?|<!--|<[a-zA-Z/][^>]*>\s*$|\{[{%#])")
_LIST_MARK = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_QUOTE_MARK = re.compile(r"^\s*(?:>\s?)+")
_END = re.compile(r"(?:[.!?؟।][\"'”’)\]*_]*\s+|[。！？][\"'”’）」』)\]*_]*\s*)(?=[\"'“‘(\[*_`]*([^\W_]))")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|al|ca|approx|Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|No|Nos|Fig|Figs|Eq|Sec|Vol|pp|p|Inc|Ltd|Co|"
    r"Corp|Gen|Col|Lt|Sgt|Rev|Hon|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|U\.S|U\.K|U\.N)|(?:^|[\s(.])[A-Z])\.$"
)


class Unit(NamedTuple):
    """A paragraph or a list item, on one line, and the heading that stands over it in the same text."""

    text: str
    heading: str


def units(text: str, headings: Container[str] = ()) -> list[Unit]:
    """The paragraphs and list items of Markdown or plain text; everything else is left out.

    `headings`: lines that are headings although no mark says so, as in what was an HTML page or a Word file.
    """
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in _prose(text):
        bare = _QUOTE_MARK.sub("", line)
        over, lines = found[-1]
        if _HEADING.match(bare) or bare.strip() in headings:
            found.append((bare.strip("# \t"), []))
        elif _UNDERLINE.match(bare):
            found[-1] = (over, [])  # an underlined line is a heading too; a bare rule has nothing above it
            found.append((" ".join(lines) or over, []))
        elif not bare.strip() or _TABLE_ROW.match(bare) or _DIRECTIVE.match(bare):
            found.append((over, []))
        elif _CELLS.search(bare) or _FIELD.match(bare):
            found += [(over, [bare]), (over, [])]
        elif _LIST_MARK.match(bare):
            found.append((over, [_LIST_MARK.sub("", bare)]))
        else:
            lines.append(bare)
    return [Unit(joined, over) for over, lines in found if (joined := " ".join(" ".join(lines).split()))]


def title(text: str) -> str:
    """The heading that a text begins with; empty where it begins with none."""
    first = text.lstrip().partition("\n")[0]
    return first.strip("# \t") if _HEADING.match(first) else ""


def sentences(text: str) -> list[str]:
    """The sentences of a passage in order, white space collapsed and otherwise exactly as written."""
    return [sentence for unit in units(text) for sentence in split(unit.text)]


def split(unit: str) -> list[str]:
    """One paragraph cut into sentences."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(unit):
        if end[1].islower():
            continue
        if unit[end.start()] == "." and _ABBREVIATION.search(unit[start : end.start() + 1]):
            continue
        found.append(unit[start : end.end()].strip())
        start = end.end()
    return [*found, tail] if (tail := unit[start:].strip()) else found


def _prose(text: str) -> list[str]:
    """The lines outside of fenced code. A fence left open runs to the end, for passages are cut where they are cut."""
    lines: list[str] = []
    fenced = False
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            lines.append("")
        elif not fenced:
            lines.append(line)
    return lines
