"""The marks in an answer, such as [2], that cite a passage: those that a writer can have meant."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_MARK = re.compile(r"(?<!\\)\[(\d{1,4})\](?!\()")
_CODE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(?s:.*?)(?:^[ \t]*\1[^\n]*$|\Z)"  # a fence left open runs to the end
    r"|(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n)[\s\S])+?(?<!`)\2(?!`)",
    re.MULTILINE,
)
_DEFINITION = re.compile(r"^[ \t]*\[\d{1,4}\]:", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?…]?[\"'”’)*_]*(?:\s*\Z|\s*\n|(?<=[.!?…\"'”’)*_])\s)")


class Mark(NamedTuple):
    """A mark to the letter, the number in it, and where it stands."""

    text: str
    number: int
    start: int
    end: int
    doubtful: bool
    """Glued to a word, as in `seven[1].`: perhaps a mark, perhaps an index."""


def marks(text: str) -> Iterator[Mark]:
    """The marks of `text` in order. What stands in code, in a link or behind a name in mid-sentence is none."""
    prose = _DEFINITION.sub(_blank, _CODE.sub(_blank, text))
    before: Mark | None = None
    for found in _MARK.finditer(prose):
        chained = before is not None and before.end == found.start()
        glued = before.doubtful if chained and before else _glued(prose, found.start())
        if glued and not chained and not _SENTENCE_END.match(prose, _behind(prose, found.end())):
            continue
        before = Mark(found[0], int(found[1]), *found.span(), glued)
        yield before


def _blank(code: re.Match[str]) -> str:
    return " " * len(code[0])


def _glued(text: str, start: int) -> bool:
    return start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_)]")


def _behind(text: str, end: int) -> int:
    """Where the marks that follow each other without a space end."""
    while found := _MARK.match(text, end):
        end = found.end()
    return end
