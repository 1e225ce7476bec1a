"""Documents as they are listed and read."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path

from mainstem.knowledge.errors import NotFound
from mainstem.knowledge.files.discovery import Skipped
from mainstem.knowledge.scope import Scope, below


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
class DocumentPage:
    """Part of a document: the characters `start` to `end` of `total_chars`; `next_start` is None at its end."""

    document: str
    text: str
    start: int
    end: int
    total_chars: int
    next_start: int | None


def documents(connection: sqlite3.Connection, scope: Scope) -> list[Document]:
    """The documents within `scope`, by name."""
    rows = connection.execute(
        "SELECT name, path, kind, chars, passages, indexed_at FROM file "  # noqa: S608
        f"WHERE {scope.condition} AND passages > 0 ORDER BY name, path",
        scope.arguments,
    )
    return [
        Document(name, path, scope.collection, kind, chars, count, datetime.fromtimestamp(at, UTC))
        for name, path, kind, chars, count, at in rows
    ]


def skipped(connection: sqlite3.Connection, collection: str, paths: Sequence[Path | str] | None) -> list[Skipped]:
    """The files below `paths` that were skipped for what is in them, by path."""
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'skipped'").fetchone():
        return []  # an index that was last written before it was noted
    condition, arguments = below(paths)
    rows = connection.execute(
        "SELECT file.path, reason FROM skipped AS file JOIN collection ON collection.id = file.collection "  # noqa: S608
        f"WHERE collection.name = ? AND {condition} ORDER BY file.path",
        (collection, *arguments),
    )
    return [Skipped(path, reason) for path, reason in rows]


def read(
    connection: sqlite3.Connection | None, document: str, scope: Scope | None, start: int, length: int
) -> DocumentPage:
    """The part of `document` (its name, its path, or an end of either that no other has) that begins at `start`.

    Raises `NotFound` when there is none of that name, or more than one.
    """
    if connection is None or scope is None:
        raise NotFound(_unknown([], document))
    found = _found(documents(connection, scope), document)
    start = min(max(start, 0), found.chars)
    end = min(start + max(length, 1), found.chars)
    first, last = connection.execute(
        f"SELECT first, first + passages - 1 FROM file WHERE path = ? AND {scope.condition}",  # noqa: S608
        (found.path, *scope.arguments),
    ).fetchone()
    pieces = connection.execute(
        "SELECT start, text FROM passage WHERE rowid BETWEEN ? AND ? AND start < ? AND start + length(text) > ?",
        (first, last, end, start),
    ).fetchall()
    offset = pieces[0][0] if pieces else start
    text = "".join(piece for _, piece in pieces)[start - offset : end - offset]
    return DocumentPage(found.document, text, start, end, found.chars, end if end < found.chars else None)


def _found(every: list[Document], wanted: str) -> Document:
    tail = "/" + wanted.strip().removeprefix("./").lstrip("/")
    ways = (
        [each for each in every if wanted in (each.document, each.path)],
        [each for each in every if f"/{each.document}".endswith(tail) or each.path.endswith(tail)],
        [each for each in every if each.path.lower().endswith(tail.lower())],
    )
    for matches in ways:
        if len(matches) == 1:
            return matches[0]
        if matches:
            paths = ", ".join(each.path for each in matches[:5])
            raise NotFound(f"{len(matches)} documents are called {wanted!r}: {paths}. Give the path of one.")
    raise NotFound(_unknown(every, wanted))


def _unknown(every: list[Document], wanted: str) -> str:
    if not every:
        return f"There is no document {wanted!r}: nothing is indexed here. Run `mainstem index` on a folder first."
    names = [each.document for each in every]
    short = {name.rsplit("/", 1)[-1].lower(): name for name in reversed(names)}
    close = get_close_matches(wanted.rsplit("/", 1)[-1].lower(), short, n=3, cutoff=0.4)
    return f"There is no document {wanted!r}. The closest names are: " + ", ".join(
        [short[c] for c in close] or names[:3]
    )
