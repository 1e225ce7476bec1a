"""What a reader hands on: plain text, and where its headings and pages begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_UNSTORABLE = {0: " "} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


class Heading(NamedTuple):
    """A heading: the character at which it begins, its level (0 is the document's title) and its words."""

    start: int
    level: int
    title: str


@dataclass(frozen=True)
class Extract:
    """The text of one document.

    `pages` are the offsets at which pages begin (empty where there are none); `lines` says whether the lines of `text`
    are those of the file.
    """

    text: str
    headings: Sequence[Heading] = ()
    pages: Sequence[int] = ()
    lines: bool = False


def storable(text: str) -> str:
    """`text` without NULs and lone surrogates (which a database refuses), at the same length, with plain newlines."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNSTORABLE)
