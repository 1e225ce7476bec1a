"""Kinds of the user's own: patterns, and lists of words."""

import re
import unicodedata
from collections.abc import Sequence
from functools import partial

from .kind import CONTEXT, Kind
from .plain import forms_of, plain

TIMEOUT = 0.25
"""Seconds that one look for a pattern of the user's may take."""

_WIDEST_GAP = 8
_GAP = rf"[\s\u00ad\u200b-\u200d\u2060]{{1,{_WIDEST_GAP}}}"
"""What stands between two words: spaces and line breaks, and what is not seen."""

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
    """A kind of a list of words or phrases. Raises `ValueError` for an empty list.

    They are found in capitals or not, in any form of Unicode, and with any space, line break or invisible character
    between two words.
    """
    _check_name(name)
    wanted = sorted({" ".join(_composed(word).split()) for word in words} - {""}, key=len, reverse=True)
    if not wanted:
        raise ValueError(f"The list {name!r} has no words. Name some, or leave it out.")
    listed = "|".join(_GAP.join(map(_in_any_form, word.split())) for word in wanted)
    longest = max(len(unicodedata.normalize("NFD", word)) + word.count(" ") * _WIDEST_GAP for word in wanted)
    return Kind(name.lower(), rf"(?<!\w)(?i:{listed})(?!\w)", longest=longest + 1)


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
    if part[0][0] == "[":
        return "".join(map(_in_a_class, part[0]))
    return _BORDERS.get(part[0], part[0] if part[0].isascii() else _in_any_form(part[0]))


def _composed(word: str) -> str:
    return unicodedata.normalize("NFC", plain(word))


def _in_any_form(word: str) -> str:
    """A pattern for a word, its marks composed or apart; a text that is looked through has ASCII's own forms."""
    return "".join(
        f"(?:{'|'.join(map(re.escape, forms_of(sign)))})" if not sign.isascii() else re.escape(sign) for sign in word
    )


def _in_a_class(sign: str) -> str:
    return sign if sign.isascii() else re.escape(plain(sign))
