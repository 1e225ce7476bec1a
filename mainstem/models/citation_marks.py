"""The marks in an answer that cite passages, as people and models write them: those that can have been meant.

`[2]`, several as `[1, 2]` or `[1-3]`, a footnote's `[^1]`, and `【1】` or `【1†source】`.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

_NUMBER = r"\^?\d{1,4}"
_SEVERAL = rf"{_NUMBER}(?:[ \t]*[,;–-][ \t]*{_NUMBER})*"
_MARK = re.compile(rf"(?<!\\)\[(?P<square>{_SEVERAL})\](?!\()|【(?P<wide>{_SEVERAL})(?:†[^】\n]{{0,80}})?】")
_PART = re.compile(r"(\d+)(?:\s*[–-]\s*\^?(\d+))?")
_MOST = 20
"""Passages that one mark can name; a longer range is none, but a year or a page."""
_CODE = re.compile(
    r"^[ \t]*(`{3,}|~{3,})[^\n]*\n(?s:.*?)(?:^[ \t]*\1[^\n]*$|\Z)"  # a fence left open runs to the end
    r"|(?<!`)(`+)(?!`)(?:(?!\n[ \t]*\n)[\s\S])+?(?<!`)\2(?!`)",
    re.MULTILINE,
)
_DEFINITION = re.compile(r"^[ \t]*\[\^?\d{1,4}\]:", re.MULTILINE)
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_LONGEST = 200
_OPENED = re.compile(r"(?:\[[\^\d ,;\t–-]*|【[^】\n]*)\Z")
_TRAIL = re.compile(r"[.!?…]?[\"'”’)*_]{0,20}\Z")
_SENTENCE_END = re.compile(r"[.!?…]?[\"'”’)*_]*(?:\s*\Z|\s*\n|(?<=[.!?…\"'”’)*_])\s)")


class Mark(NamedTuple):
    """A mark to the letter, the numbers in it, and where it stands."""

    text: str
    numbers: tuple[int, ...]
    start: int
    end: int
    doubtful: bool
    """Perhaps a mark, perhaps not: glued to a word as an index is (`seven[1].`), or several numbers in mid-sentence."""

    def moved(self, by: int) -> "Mark":
        """The same mark, so many characters further on."""
        return self._replace(start=self.start + by, end=self.end + by)


def marks(text: str) -> Iterator[Mark]:
    """The marks of `text` in order. What stands in code, in a link or behind a name in mid-sentence is none."""
    prose = _DEFINITION.sub(_blank, _CODE.sub(_blank, text))
    before: Mark | None = None
    everything = list(_MARK.finditer(prose))
    ends = _chain_ends(everything)
    for found in everything:
        numbers = _numbers(found["square"] or found["wide"])
        chained = before is not None and before.end == found.start()
        glued = before.doubtful if chained and before else found["wide"] is None and _glued(prose, found.start())
        ends_it = bool(_SENTENCE_END.match(prose, ends[found.start()]))
        if not numbers or (glued and not chained and not ends_it):
            continue
        several = len(numbers) > 1 and found["wide"] is None and not (ends_it or _ended(prose, found.start()))
        before = Mark(found[0], numbers, *found.span(), glued or several)
        yield before


def unmarked(text: str) -> str:
    """`text` without the marks that are certain: what a source cites is none of the passages that an answer numbers."""
    kept: list[str] = []
    at = 0
    for mark in (found for found in marks(text) if not found.doubtful):
        kept.append(text[at : mark.start].rstrip(" \t"))
        at = mark.end
    return "".join([*kept, text[at:]])


def fences(text: str) -> Iterator[tuple[int, int]]:
    """Where each fenced block of code begins and ends; one that is left open runs to the end."""
    return (found.span() for found in _CODE.finditer(text) if found[1])


def leaves_code_open(text: str) -> bool:
    """Whether something in `text` may begin code that ends in what follows."""
    rest = _CODE.sub("", text) if "`" in text or "~~~" in text else ""
    return "`" in rest or "~~~" in rest


def undecided(text: str) -> int:
    """Where the first thing begins of which more text can still say whether it is a mark or code; else the end."""
    spans = [found.span() for found in _CODE.finditer(text)]
    prose = _CODE.sub(_blank, text)
    tick = prose.find("`", max((found.start() for found in _PARAGRAPH.finditer(text)), default=0))
    at_end = [start for start, end in spans if end == len(text)]
    return min([_last_marks(prose), *at_end, *([tick] if tick >= 0 else [])])


def _last_marks(prose: str) -> int:
    """Where the marks at the end begin, or a bracket that may become one."""
    kept = prose
    if found := _OPENED.search(kept, max(0, len(kept) - _LONGEST)):
        kept = kept[: found.start()]
    elif not (kept := _TRAIL.sub("", kept.rstrip())).endswith(("]", "】")):
        return len(prose)
    while kept.endswith(("]", "】")):
        begin = kept.rfind("[" if kept[-1] == "]" else "【")
        if begin < 0:
            return len(kept)
        kept = kept[:begin]
    return len(kept)


def _numbers(written: str) -> tuple[int, ...]:
    """The numbers of `1, 3-5`; none of a range that runs backwards, or names more than a mark can."""
    found: dict[int, None] = {}
    for first, last in _PART.findall(written):
        if last and not 0 <= int(last) - int(first) < _MOST:
            return ()
        found.update(dict.fromkeys(range(int(first), int(last or first) + 1)))
    return tuple(found) if len(found) <= _MOST else ()


def _blank(code: re.Match[str]) -> str:
    return " " * len(code[0])


def _glued(text: str, start: int) -> bool:
    return start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_)]")


def _ended(text: str, start: int) -> bool:
    """Whether a sentence has ended before `start`."""
    return bool(re.search(r"[.!?…]\s{0,8}\Z", text[max(0, start - 9) : start]))


def _chain_ends(found: list[re.Match[str]]) -> dict[int, int]:
    """Where the marks that follow each other without a space end, by where each of them begins."""
    ends: dict[int, int] = {}
    for mark in reversed(found):
        ends[mark.start()] = ends.get(mark.end(), mark.end())
    return ends
