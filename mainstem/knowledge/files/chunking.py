"""Passages: a text cut along its headings and paragraphs.

The pieces tile the text: each runs to where the next begins, so that joined they are the whole document. What a passage
shows is its piece without the blank lines around it (`span`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile
from math import ceil

from mainstem.knowledge.files.formats.extract import Extract, Heading
from mainstem.stores.knowledge import Chunk, span
from mainstem.stores.knowledge.records import BLANK_LINES

_Path = tuple[str, ...]

TARGET = 900
"""Characters that a passage should have at most, where what is not cut within lets it.

Measured on 472 questions with 790 excerpts, keeping what scores 0.7 of the best passage or more: 800 cut greedily had
recall .832 at IoU .125 (.863 at .097 for 0.6), 900 in even parts has .870 at .105 (.905 at .084).
"""

MAX_CHUNK_CHARS = 1_600
"""Characters up to which a list, a table, a code block or a single sentence stays whole."""

SMALL = 200
"""A section shorter than this joins the next one."""

# Code between fences is one block, blank lines and all; else lines up to the next blank line or fence. What follows a
# block blank belongs to it. Possessive throughout ("*+"): whatever a file holds, a character is looked at a few times.
_BLOCK = re.compile(
    r"(?:[^\S\n]*+(?P<fence>`{3,}+(?![^\n]*`)|~{3,}+)[^\n]*+\n(?s:.*?)(?:^[^\S\n]*+(?P=fence)[^\n]*+\n?|\Z)"
    r"|(?:[^\S\n]*+(?!```|~~~)\S[^\n]*+\n?)++"
    r"|[^\S\n]*+\S[^\n]*+\n?)"
    r"(?:[^\S\n]*+(?:\n|\Z))*+",
    re.MULTILINE,
)
_STRUCTURED = re.compile(r"[ \t]*(?:[-*+|][ \t]|\||\d{1,3}[.)][ \t]|`{3}|~{3}|\t| {4})|[^\n]* \| ")
_TABLE_HEAD = re.compile(r"\|(?P<names>[^\n]+)\|[ \t]*\n\|[ \t:|-]+\n")
_ITEM = re.compile(r"^[ \t]*(?:[-*+•]|(?P<number>\d{1,3})[.)])[ \t]", re.MULTILINE)
_STEP_UNITS = 4  # units among which the next step of a list is looked for
_LINE = re.compile(r"\n(?=[^\n]*\S)")
_SENTENCE = re.compile(
    r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]?[^\W\d_a-z]|\d)|(?<=[。！？])|\n(?=[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t])"
)


def chunks(extract: Extract) -> Iterator[Chunk]:
    """The pieces of a document, in order."""
    text, line, counted, header = extract.text, 1, 0, ""
    for path, first, last in _sections(extract):
        for start, end in _packed(text, first, last, by_line=extract.by_line):
            page = bisect_right(extract.pages, start) if extract.pages else None
            piece = text[start:end]
            if extract.lines:
                shown = span(start, piece)[0]
                line += text.count("\n", counted, shown)
                counted = shown
            header = header if piece.startswith("|") and text[start - 2 : start] != "\n\n" else ""
            heading = " > ".join(each for each in (path, header) if each)
            yield Chunk(heading, piece, start, page, line if extract.lines else None)
            header = _header_behind(piece) or header


def _header_behind(piece: str) -> str:
    """The names of the columns of the Markdown table that a piece ends in: its other rows may stand in the next one.

    They are a heading there, so that it is found by them and whoever reads it knows what its cells are.
    """
    match = _TABLE_HEAD.match(piece, piece.rfind("\n\n") + 2 if "\n\n" in piece else 0)
    return " | ".join(cell.strip() for cell in match["names"].split("|")) if match else ""


def _sections(extract: Extract) -> Iterator[tuple[str, int, int]]:
    """Heading path, start and end of each section; a page is a border too, and small sections join the next."""
    held: tuple[_Path, int, int] | None = None
    pages = frozenset(extract.pages)
    for path, start, end in _stretches(extract):
        if held is None:
            held = path, start, end
        elif (joined := _joined(held, path, end)) and start not in pages:
            held = joined, held[1], end
        else:
            yield " > ".join(held[0]), held[1], held[2]
            held = path, start, end
    if held is not None:
        yield " > ".join(held[0]), held[1], held[2]


def _stretches(extract: Extract) -> Iterator[tuple[_Path, int, int]]:
    paths = dict(_paths(extract.headings))
    marks = sorted({0, len(extract.text), *extract.pages, *paths})
    path: _Path = ()
    for start, end in pairwise(marks):
        path = paths.get(start, path)
        yield path, start, end


def _paths(headings: Sequence[Heading]) -> Iterator[tuple[int, _Path]]:
    above: list[Heading] = []
    for heading in headings:
        while above and above[-1].level >= heading.level:
            above.pop()
        if heading.title and (not above or above[-1].title != heading.title):
            above.append(heading)
        yield heading.start, tuple(each.title for each in above)


def _joined(held: tuple[_Path, int, int], path: _Path, end: int) -> _Path | None:
    """The path of a small section together with the one after it, or None when both stay apart."""
    above, start, stop = held
    if stop - start >= SMALL:
        return None
    if path[: len(above)] == above:
        return path
    if end - start > TARGET:
        return None
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(above, path, strict=False)))
    return path[:shared]


def _packed(text: str, first: int, last: int, *, by_line: bool) -> list[tuple[int, int]]:
    """The stretch cut into even pieces of TARGET characters at most or about, between blocks where that is possible."""
    borders = [first]
    if last - first > (MAX_CHUNK_CHARS if by_line else TARGET):
        units = _units(text, first, last, by_line=by_line)
        goal = (last - first) / ceil((last - first) / TARGET)
        for begin, stop in units if by_line else _lists_whole(text, list(units)):
            size = begin - borders[-1]
            if (stop + begin) / 2 - borders[-1] > goal and (
                size >= SMALL or (size and stop - borders[-1] > MAX_CHUNK_CHARS)
            ):
                borders.append(begin)
        if len(borders) > 1 and last - borders[-1] < SMALL:
            borders.pop()
    return list(pairwise([*borders, last]))


def _units(text: str, first: int, last: int, *, by_line: bool) -> Iterator[tuple[int, int]]:
    """What is not cut within: blocks, or the items, lines or sentences of a block that is too long."""
    blank = BLANK_LINES.match(text, first, last)
    for match in _BLOCK.finditer(text, blank.end() if blank else first, last):
        begin, end = match.span()
        if end - begin <= TARGET:
            yield begin, end
        elif not by_line and not _STRUCTURED.match(text, begin, end):
            yield from _parts(text, begin, end, _SENTENCE)
        elif end - begin <= MAX_CHUNK_CHARS:
            yield begin, end
        else:
            yield from _parts(text, begin, end, _LINE)


def _lists_whole(text: str, units: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The units, with those of one list joined, its lead-in first, as far as MAX_CHUNK_CHARS go.

    Who asks how something is done wants all the steps, and finds them by the sentence that leads to them.
    """
    at = 0
    while at < len(units):
        begin, stop = units[at]
        at += 1
        while (after := _last_of_list(text, begin, stop, units[at : at + _STEP_UNITS])) and (
            units[at + after - 1][1] - begin <= MAX_CHUNK_CHARS
        ):
            at += after
            stop = units[at - 1][1]
        yield begin, stop


def _last_of_list(text: str, begin: int, stop: int, following: Sequence[tuple[int, int]]) -> int:
    """How many of the units that follow belong to the list that `begin` to `stop` are, or lead to; 0 when none do."""
    items = [*_ITEM.finditer(text, begin, stop)]
    if not following or not (items or text[begin:stop].rstrip().endswith(":")):
        return 0
    if _ITEM.match(text, following[0][0]) or (items and text[following[0][0]] in " \t"):
        return 1
    if not items or not (number := items[-1]["number"]):
        return 0
    # What stands between two steps, such as code that is not indented, belongs to the first of them.
    step = re.compile(rf"[ \t]*{int(number) + 1}[.)][ \t]")
    return next((count for count, (start, _) in enumerate(following, 1) if step.match(text, start)), 0)


def _parts(text: str, begin: int, end: int, border: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    for match in border.finditer(text, begin, end):
        if match.end() > begin:
            yield from _words(text, begin, match.end())
            begin = match.end()
    if begin < end:
        yield from _words(text, begin, end)


def _words(text: str, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretch itself, or, when it is longer than LIMIT, parts of it that end at a space where there is one."""
    while end - begin > MAX_CHUNK_CHARS:
        space = max(text.rfind(" ", begin, begin + MAX_CHUNK_CHARS), text.rfind("\n", begin, begin + MAX_CHUNK_CHARS))
        stop = space + 1 if space > begin else begin + MAX_CHUNK_CHARS
        yield begin, stop
        begin = stop
    yield begin, end
