"""Kinds of the user's own: patterns, and lists of words."""

import re
from collections.abc import Sequence
from functools import partial

from .kind import CONTEXT, Kind

TIMEOUT = 0.25
"""Seconds that one look for a pattern of the user's may take."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_PARTS = re.compile(r"\\.|\[(?:\\.|[^\]\\])+\]|\(\?<[=!]|\{[0-9]*,?([0-9]*)\}|[\^$]|.", re.DOTALL)
_ANCHORS = ("^", "$", r"\A", r"\Z")
_BORDERS = {
    # said by what stands before and behind: where a text ends for now, an anchor would be judged too soon
    r"\b": r"(?:(?<=\w)(?!\w)|(?<!\w)(?=\w))",
    r"\B": r"(?:(?<=\w)(?=\w)|(?<!\w)(?!\w))",
}


def own_pattern(name: str, pattern: str) -> Kind:
    """A kind of a pattern of Python's `re`. Raises `ValueError`, in one line, for what cannot be one."""
    _check_name(name)
    try:
        width = re.compile(pattern)
    except re.error as error:
        raise ValueError(f"The pattern {name!r} is none of Python's: {error}. Correct it.") from None
    if width.match(""):
        raise ValueError(f"The pattern {name!r} finds an empty text everywhere. Let it ask for something.")
    return Kind(name.lower(), _streamed(name, pattern), timeout=TIMEOUT)


def own_words(name: str, words: Sequence[str]) -> Kind:
    """A kind of a list of words or phrases, written in capitals or not. Raises `ValueError` for an empty list."""
    _check_name(name)
    wanted = sorted({word.strip() for word in words} - {""}, key=len, reverse=True)
    if not wanted:
        raise ValueError(f"The list {name!r} has no words. Name some, or leave it out.")
    listed = "|".join(map(re.escape, wanted))
    return Kind(name.lower(), rf"(?<!\w)(?i:{listed})(?!\w)", longest=len(wanted[0]) + 1)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot name what is masked: use letters, digits and _, a letter first.")


def _streamed(name: str, pattern: str) -> str:
    """The pattern as it can be looked for in a text that has no end yet."""
    looks_back = "(?<=" in pattern or "(?<!" in pattern
    widths = [int(match[1] or 0) for match in _PARTS.finditer(pattern) if match[1] is not None]
    reach = len(pattern)
    for width in widths:
        reach *= max(1, width)
    if looks_back and reach > CONTEXT * 50:
        raise ValueError(f"The pattern {name!r} looks back too far. Shorten what it asks for in (?<=…).")
    return _PARTS.sub(partial(_replaced, name), pattern)


def _replaced(name: str, part: re.Match[str]) -> str:
    if part[0] in _ANCHORS:
        raise ValueError(
            f"The pattern {name!r} has {part[0]}: leave it out, a pattern is looked for anywhere in a text."
        )
    return _BORDERS.get(part[0], part[0])
