"""Where to look: the files of one collection, at or below some paths."""

import json
import sqlite3
from dataclasses import dataclass, replace
from typing import Any

from . import BUNDLED, USER, Roots
from .records import Only

ROOM = 40
"""Bits of a passage's id that count within its collection; the bits above are the collection's id."""

VALUE_ROOM = 24
"""Bits of a value's id that count within its table; the bits above are the table's id."""


def value_ids(table: int) -> tuple[int, int]:
    """The first and the last id that a value of a table may have."""
    return table << VALUE_ROOM, ((table + 1) << VALUE_ROOM) - 1


@dataclass(frozen=True)
class Scope:
    """A collection, and a condition on the table `file`.

    `low` and `high` are the ids between which the `passages` lie, so many; `whole` says that all between are meant.
    """

    collection: str
    condition: str
    arguments: tuple[object, ...]
    low: int
    high: int
    passages: int
    whole: bool


def scope(
    connection: sqlite3.Connection, roots: Roots, collection: str | None, only: Only | None = None
) -> Scope | None:
    """The files meant by `roots`, `collection` and `only`, or None where there is none at `roots`.

    Without a collection it is the user's, if that holds any of `roots`, else another one that does.
    """
    condition, arguments = path_condition(roots)
    if collection is None:
        names = [name for (name,) in connection.execute("SELECT name FROM collection ORDER BY name")]
        others = names if roots else [BUNDLED]
        candidates = [USER, *(name for name in others if name not in (USER, BUNDLED)), BUNDLED]
    else:
        candidates = [collection]
    for name in candidates:
        if found := _scope(connection, name, condition, arguments):
            more, given = _only(only)
            fits = f"{condition} AND {more}", (*arguments, *given)
            return found if only is None else _scope(connection, name, *fits) or replace(found, **_NOTHING)
    return None


_NOTHING: dict[str, Any] = {"condition": "0", "arguments": (), "low": 0, "high": -1, "passages": 0}


def _scope(connection: sqlite3.Connection, name: str, condition: str, arguments: tuple[object, ...]) -> Scope | None:
    number, files, passages, low, high = connection.execute(
        "SELECT collection.id, count(*), sum(passages), min(first), max(first + passages) - 1 "  # noqa: S608
        f"FROM collection JOIN file ON file.collection = collection.id WHERE collection.name = ? AND {condition}",
        (name, *arguments),
    ).fetchone()
    if not files:
        return None
    (between,) = connection.execute(
        "SELECT sum(passages) FROM file WHERE collection = ? AND first BETWEEN ? AND ?", (number, low, high)
    ).fetchone()
    where = f"file.collection = ? AND {condition}"
    return Scope(name, where, (number, *arguments), low, high, passages, whole=between == passages)


def _only(only: Only | None) -> tuple[str, tuple[object, ...]]:
    """A condition on the table `file`, and its arguments."""
    conditions: list[str] = ["1"]
    arguments: list[object] = []
    if only and (folder := only.folder.strip("/")):
        conditions.append("(file.name = ? OR instr('/' || file.name, '/' || ? || '/') > 0)")
        arguments += [folder, folder]
    if only and only.kinds:
        conditions.append("file.kind IN (SELECT value FROM json_each(?))")
        arguments.append(json.dumps(only.kinds))
    for sign, at in ((">=", only.since), ("<=", only.until)) if only else ():
        if at is not None:
            conditions.append(f"{_CHANGED} {sign} ?")
            arguments.append(at)
    return " AND ".join(conditions), tuple(arguments)


# What was written just before it was read has no state of its own yet (see `statements`).
_CHANGED = "CASE WHEN modified = 0 THEN CAST(indexed_at * 1e9 AS INTEGER) ELSE modified END"


def path_condition(roots: Roots) -> tuple[str, tuple[str, ...]]:
    """A condition on `file.path` (and its arguments) for the files at or below `roots`; None means all."""
    if roots is None:
        return "1", ()
    # A shell may give thousands of files: they are looked up by name, and only the others taken for folders.
    folders = [str(place).rstrip("/") for place in roots if not place.is_file()]
    # "0" follows "/": the range holds what begins with the folder and a slash.
    condition = (
        "(file.path IN (SELECT value FROM json_each(?)) OR EXISTS (SELECT 1 FROM json_each(?) AS folder "
        "WHERE file.path >= folder.value || '/' AND file.path < folder.value || '0'))"
    )
    return condition, (json.dumps([str(place) for place in roots]), json.dumps(folders))
