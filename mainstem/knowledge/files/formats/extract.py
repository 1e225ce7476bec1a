"""What a reader hands on: plain text, where its headings and pages begin, and the tables in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_UNSTORABLE = {0: " "} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")


class Heading(NamedTuple):
    """A heading: the character at which it begins, its level (0 is the document's title) and its words."""

    start: int
    level: int
    title: str


class InnerTable(NamedTuple):
    """A table that stands in a document: the characters `start` to `end` of its text, its columns' names, its rows.

    `caption` is what it is called there, if anything; `labelled` says that the text has the names beside the cells.
    """

    start: int
    end: int
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    caption: str = ""
    labelled: bool = True


@dataclass(frozen=True)
class Extract:
    """The text of one document.

    `pages` are the offsets at which pages begin (empty where there are none); `lines` says whether the lines of `text`
    are those of the file; `by_line`, that it is cut between lines and no sentences, and a section only when it is long.
    """

    text: str
    headings: Sequence[Heading] = ()
    pages: Sequence[int] = ()
    lines: bool = False
    tables: Sequence[InnerTable] = ()
    by_line: bool = False
    missing: str = ""
    """What of the document could not be read, in words."""


class TextBuilder:
    """A text under construction, of blocks with a blank line between them, and what is noted of it on the way."""

    def __init__(self) -> None:
        self.headings: list[Heading] = []
        self.pages: list[int] = []
        self.tables: list[InnerTable] = []
        self.length = 0
        self._parts: list[str] = []

    def add(self, text: str, end: str = "\n\n") -> None:
        """Append a block, cleaned; nothing is added for one without words."""
        # Cleaned piece by piece, so that the offsets of headings are those of the final text.
        if text := storable(text).strip("\n").rstrip():
            self._parts.append(text + end)
            self.length += len(text) + len(end)

    def end_block(self) -> None:
        """A blank line after lines that were added one by one."""
        if self._parts and not self._parts[-1].endswith("\n\n"):
            self._parts[-1] += "\n"
            self.length += 1

    def heading(self, level: int, title: str) -> None:
        """Append a heading as a block of its own."""
        if title := " ".join(storable(title).split()):
            self.end_block()
            self.headings.append(Heading(self.length, level, title))
            self.add(title)

    def page(self) -> None:
        """Begin a page."""
        self.pages.append(self.length)

    def extract(self, *, by_line: bool = False) -> Extract:
        """What was built."""
        return Extract("".join(self._parts), self.headings, self.pages, tables=self.tables, by_line=by_line)


def storable(text: str) -> str:
    """`text` without NULs and lone surrogates (which a database refuses), at the same length, with plain newlines."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_UNSTORABLE)
