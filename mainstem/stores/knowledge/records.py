"""What is put into the index of documents and tables, and what comes out of it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

BLANK_LINES = re.compile(r"(?:[^\S\n]*+\n)*+")
"""The blank lines that a text begins with."""


@dataclass(frozen=True)
class File:
    """A file to read: its absolute `path`, its `name` relative to the root it was found under, and its state."""

    path: str
    name: str
    kind: str
    size: int
    modified: int

    @property
    def stamp(self) -> tuple[int, int]:
        """Size in bytes and time of change in nanoseconds: equal means not looked at again."""
        return self.size, self.modified


@dataclass(frozen=True)
class Only:
    """Which files are meant: all that is set must fit.

    `folder` is a folder or a file as names show it (*guide* of *guide/a.md*); `kinds` are as in `File`; `since` and
    `until` are when the file was changed, in nanoseconds since 1970, both included.
    """

    folder: str = ""
    kinds: tuple[str, ...] = ()
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Skipped:
    """A file or folder that was left out: `path` (absolute) and `reason` (one clause)."""

    path: str
    reason: str


@dataclass(frozen=True)
class UnreadKind:
    """Files that were passed over because files of their kind are not read: how their names end, how many there are."""

    suffix: str
    files: int


class Chunk(NamedTuple):
    """A stretch of the text and where it stands: page (from 1) and line (from 1), where they apply."""

    heading: str
    text: str
    start: int
    page: int | None
    line: int | None


class Block(NamedTuple):
    """Passages of one file whose vectors are kept together, from `first` to `last`; all are the index's own ids."""

    file: int
    first: int
    last: int

    @property
    def size(self) -> int:
        """How many passages they are."""
        return self.last - self.first + 1


@dataclass(frozen=True)
class QueryVector:
    """What a question means, as the embedding model of that name says it."""

    model: str
    numbers: Sequence[float]


def span(start: int, text: str) -> tuple[int, str]:
    """Where the shown part of a piece begins, and its words."""
    match = BLANK_LINES.match(text)
    lead = match.end() if match else 0
    return start + lead, text[lead:].rstrip()


RAW, TOTALS = "as it stands in the file", "rows of totals"
"""What a column that its file does not have is `read_as`: the text behind another one, or which rows add up others."""


@dataclass(frozen=True)
class Column:
    """A column's name and DuckDB type.

    `raw` is the column that keeps the text as it stands in the file, where `type` was read from something else than
    plain values; `read_as` says from what (*money $*, *percent*, *day first*). `values` are distinct values of a column
    of text: of a copy just made, all up to a bound; of a table that was found, those that fit the question, and all
    where there are few. `distinct` counts them (None: not counted, or more than the bound). `unread` counts the cells
    that `type` cannot hold, and that only `raw` has.
    """

    name: str
    type: str
    raw: str | None = None
    read_as: str = ""
    values: tuple[str, ...] = ()
    distinct: int | None = None
    unread: int = 0

    @property
    def is_added(self) -> bool:
        """Whether its file has no such column."""
        return self.read_as in (RAW, TOTALS)


@dataclass(frozen=True)
class TableCopy:
    """A copy just made: what the table is called in its file (None: it is the file), and where the copy is.

    `sample` are its first rows as text; `notes` say what its reader decided or could not place. `name` is what it is
    queried by (None: the index gives it one).
    """

    inner: str | None
    path: Path
    columns: tuple[Column, ...]
    rows: int
    sample: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    name: str | None = None


@dataclass(frozen=True)
class FileContent:
    """A file that was read: its content's digest, its passages or its tables. `indexed_at`: when it is said to have
    been put in (seconds since 1970; None: now).
    """

    file: File
    digest: str
    pieces: Sequence[Chunk] = ()
    copies: Sequence[TableCopy] = ()
    indexed_at: float | None = None

    @property
    def chars(self) -> int:
        """Characters of its text."""
        return self.pieces[-1].start + len(self.pieces[-1].text) if self.pieces else 0


@dataclass(frozen=True)
class SkipRecord:
    """A file that was skipped for what is in it, the digest of that where it is known, and under which limits."""

    file: File
    digest: str | None
    reason: str
    limits: str


@dataclass(frozen=True)
class KnownFile:
    """A file as it was indexed before; `id` is the index's own."""

    id: int
    name: str
    stamp: tuple[int, int]
    digest: str


@dataclass(frozen=True)
class KnownSkipped:
    """A file as it was skipped before, and under which limits."""

    stamp: tuple[int, int]
    digest: str | None
    reason: str
    limits: str


@dataclass
class Changes:
    """What one transaction writes, in this order."""

    gone: list[int] = field(default_factory=list[int])
    """Files to take out, by their ids."""
    unskipped: list[str] = field(default_factory=list[str])
    """Paths of skipped files that are to be forgotten."""
    same: list[tuple[int, File]] = field(default_factory=list[tuple[int, File]])
    """Files that hold what they held before, by their ids, in their present place and state."""
    skipped: list[SkipRecord] = field(default_factory=list[SkipRecord])
    """Files that were skipped for what is in them: they are not tried again before they change."""
    contents: list[FileContent] = field(default_factory=list[FileContent])
    """Files to put in."""


@dataclass(frozen=True)
class Document:
    """An indexed document: its name for people, absolute `path`, `collection`, `kind` (md, pdf …), the number of
    characters and passages, and when it was indexed.
    """

    document: str
    path: str
    collection: str
    kind: str
    chars: int
    passages: int
    indexed_at: datetime


@dataclass(frozen=True)
class Passage:
    """A stretch of a document that fits a question.

    `document` is its name for people, `path` the absolute one; `heading` the headings above ("Guide > Resume"); `text`
    exactly the characters `start` to `end` of the document's text; `page` and `line` count from 1 and are None where a
    format has none. `score` is BM25, or its mix with the nearness of vectors (0 to 1); higher is better, comparable
    within one search only. `coverage` (0 to 1) is the share of the question's words, each weighted by its rarity, that
    occur in the passage or its heading.
    """

    document: str
    path: str
    heading: str
    text: str
    page: int | None
    line: int | None
    start: int
    end: int
    score: float
    coverage: float


@dataclass(frozen=True)
class Table:
    """A table that can be queried by `name`.

    `document` is the file it comes from, as shown to people, `path` the absolute one; `rows` counts its rows. `sample`
    and `notes` are as in `TableCopy`.
    """

    name: str
    document: str
    path: str
    columns: tuple[Column, ...]
    rows: int
    sample: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
