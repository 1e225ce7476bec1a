"""Sentences of a passage, word by word: no headings, code, tables or list marks, and no cut at *e.g.* or *3.5*."""

import re

_FENCE = re.compile(r"^\s*(?:```|~~~)(.*)$")
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s")
_UNDERLINE = re.compile(r"^\s*[=\-~^*_\"'`+]{3,}\s*$")
_TABLE_ROW = re.compile(r"^\s*\|.*\|\s*$|^\s*\+[-=+]+\+\s*$")
_DIRECTIVE = re.compile(r"^\s*(?:\.\.\s|:{3}|!!!|\?\?\?|<!--|<[a-zA-Z/][^>]*>\s*$|\{[{%#])")
_LIST_MARK = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+")
_QUOTE_MARK = re.compile(r"^\s*(?:>\s?)+")
_END = re.compile(r"[.!?][\"'”’)\]*_]*\s+(?=[\"'“‘(\[*_`]*[A-Z0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|al|ca|approx|Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|No|Nos|Fig|Figs|Eq|Sec|Vol|pp|p|Inc|Ltd|Co|"
    r"Corp|Gen|Col|Lt|Sgt|Rev|Hon|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|U\.S|U\.K|U\.N)|(?:^|[\s(.])[A-Z])\.$"
)


def units(text: str) -> list[str]:
    """The paragraphs and list items of Markdown or plain text, each on one line; everything else is left out."""
    found: list[list[str]] = [[]]
    for line in _prose(text):
        bare = _QUOTE_MARK.sub("", line)
        if not bare.strip() or _HEADING.match(bare) or _TABLE_ROW.match(bare) or _DIRECTIVE.match(bare):
            found.append([])
        elif _UNDERLINE.match(bare):
            found[-1] = []  # an underlined line is a heading too; a bare rule has nothing above it
            found.append([])
        elif _LIST_MARK.match(bare):
            found.append([_LIST_MARK.sub("", bare)])
        else:
            found[-1].append(bare)
    return [joined for unit in found if (joined := " ".join(" ".join(unit).split()))]


def sentences(text: str) -> list[str]:
    """The sentences of a passage in order, white space collapsed and otherwise exactly as written."""
    return [sentence for unit in units(text) for sentence in split(unit)]


def split(unit: str) -> list[str]:
    """One paragraph cut into sentences."""
    found: list[str] = []
    start = 0
    for end in _END.finditer(unit):
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
