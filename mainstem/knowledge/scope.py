"""Where to look: the files of one collection, at or below some paths."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mainstem.knowledge.walk import located

USER, BUNDLED = "user", "mainstem"

ROOM = 40
"""Bits of a passage's id that count within its collection; the bits above are the collection's id."""


@dataclass(frozen=True)
class Scope:
    """A collection, and a condition on the table `file`.

    `low` and `high` are the ids between which the passages lie; `whole` says that all passages between are meant.
    """

    collection: str
    condition: str
    arguments: tuple[object, ...]
    low: int
    high: int
    whole: bool


def scope(connection: sqlite3.Connection, paths: Sequence[Path | str] | None, collection: str | None) -> Scope | None:
    """The files meant by `paths` and `collection`, or None where there is none.

    Without a collection it is the user's, if that holds any of `paths`, else another one that does.
    """
    condition, arguments = below(paths)
    if collection is None:
        names = [name for (name,) in connection.execute("SELECT name FROM collection ORDER BY name")]
        others = names if paths else [BUNDLED]
        candidates = [USER, *(name for name in others if name not in (USER, BUNDLED)), BUNDLED]
    else:
        candidates = [collection]
    for name in candidates:
        number, files, passages, low, high = connection.execute(
            "SELECT collection.id, count(*), sum(passages), min(first), max(first + passages) - 1 "  # noqa: S608
            f"FROM collection JOIN file ON file.collection = collection.id WHERE collection.name = ? AND {condition}",
            (name, *arguments),
        ).fetchone()
        if files:
            (between,) = connection.execute(
                "SELECT sum(passages) FROM file WHERE collection = ? AND first BETWEEN ? AND ?", (number, low, high)
            ).fetchone()
            where = f"file.collection = ? AND {condition}"
            return Scope(name, where, (number, *arguments), low, high, whole=between == passages)
    return None


def below(paths: Sequence[Path | str] | None) -> tuple[str, tuple[str, ...]]:
    """A condition on `file.path` (and its arguments) for the files at or below `paths`; None means all."""
    if paths is None:
        return "1", ()
    arguments: list[str] = []
    for path in map(located, paths):
        folder = str(path).rstrip("/")
        # "0" follows "/": the range holds what begins with the folder and a slash, and an index can serve it.
        arguments += [str(path), f"{folder}/", f"{folder}0"]
    condition = " OR ".join(["file.path = ? OR (file.path >= ? AND file.path < ?)"] * len(paths))
    return f"({condition or '0'})", tuple(arguments)
