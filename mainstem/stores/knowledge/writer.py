"""What changes the index, each method in a transaction of its own."""

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from . import Roots, listing, statements
from .records import Block, Changes, KnownFile, KnownSkipped
from .scope import path_condition

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class SqliteWriter:
    """Changes the index over a connection in autocommit mode; the tables' copies are in `folder`."""

    def __init__(self, connection: sqlite3.Connection, folder: Path) -> None:
        self._connection = connection
        self._folder = folder

    def known(self, collection: str, roots: Roots) -> dict[str, KnownFile]:
        """The files that are in the index, by path."""
        condition, arguments = path_condition(roots)
        rows = self._connection.execute(
            "SELECT path, file.id, file.name, digest, size, modified FROM file "  # noqa: S608
            f"JOIN collection ON collection.id = file.collection WHERE collection.name = ? AND {condition}",
            (collection, *arguments),
        )
        return {
            path: KnownFile(number, name, (size, at), digest.hex()) for path, number, name, digest, size, at in rows
        }

    def skipped(self, collection: str, roots: Roots) -> dict[str, KnownSkipped]:
        """The files that were skipped for what is in them, by path."""
        condition, arguments = path_condition(roots)
        rows = self._connection.execute(
            "SELECT path, size, modified, digest, reason, limits FROM skipped AS file "  # noqa: S608
            f"JOIN collection ON collection.id = file.collection WHERE collection.name = ? AND {condition}",
            (collection, *arguments),
        )
        return {path: KnownSkipped((size, at), *rest) for path, size, at, *rest in rows}

    def lost(self) -> dict[str, dict[str, str]]:
        """The files of which a table's copy is gone: by collection, their names by path."""
        return listing.lost(self._connection, self._folder)

    def apply(self, collection: str, changes: Changes) -> None:
        """Write all of the changes, or nothing."""
        with statements.transaction(self._connection) as connection:
            statements.apply(connection, collection, changes)

    def note_unread(self, collection: str, roots: Roots, unread: Mapping[tuple[str, str], int]) -> None:
        """Note how many files of which kinds, by folder and suffix, lie below `roots` and are not read."""
        condition, arguments = path_condition(roots)
        noted = self._connection.execute(
            "SELECT file.path, suffix, files FROM unread AS file JOIN collection ON collection.id = file.collection "  # noqa: S608
            f"WHERE collection.name = ? AND {condition}",
            (collection, *arguments),
        )
        if {(folder, suffix): files for folder, suffix, files in noted} == unread:
            return  # as mostly: a run that finds nothing new writes nothing
        with statements.transaction(self._connection) as connection:
            number = statements.collection_id(connection, collection)
            connection.execute(f"DELETE FROM unread AS file WHERE collection = ? AND {condition}", (number, *arguments))  # noqa: S608
            connection.executemany(
                "INSERT OR REPLACE INTO unread (collection, path, suffix, files) VALUES (?, ?, ?, ?)",
                ((number, folder, suffix, files) for (folder, suffix), files in unread.items()),
            )

    def count(self, collection: str, roots: Roots) -> tuple[int, int]:
        """How many passages and how many tables there are."""
        condition, arguments = path_condition(roots)
        where = f"collection.name = ? AND {condition}"
        passages, tables = self._connection.execute(
            "SELECT coalesce(sum(passages), 0), (SELECT count(*) FROM data_table "  # noqa: S608
            "JOIN file ON file.id = data_table.file JOIN collection ON collection.id = file.collection "
            f"WHERE {where}) FROM file JOIN collection ON collection.id = file.collection WHERE {where}",
            (collection, *arguments, collection, *arguments),
        ).fetchone()
        return passages, tables

    def forget(self, path: Path) -> int:
        """Take what lies at or below `path` out of every collection; the number of files that were."""
        with statements.transaction(self._connection) as connection:
            return statements.forget(connection, path)

    def unembedded(self, collection: str, roots: Roots, model: str) -> list[Block]:
        """The passages that have no vectors of `model`, in blocks."""
        from . import vectors  # numpy is not everybody's

        return vectors.missing(self._connection, collection, roots, model)

    def texts(self, block: Block) -> list[str]:
        """The passages of a block, each with its headings above."""
        from . import vectors

        return vectors.texts(self._connection, block)

    def put_vectors(self, model: str, embedded: Sequence[tuple[Block, "NDArray[np.float32]"]]) -> None:
        """Keep vectors, a row for each passage of a block, in place of any of another model."""
        from . import vectors

        with statements.transaction(self._connection) as connection:
            statements.put_vectors(connection, vectors.rows(model, embedded))

    def sweep(self) -> None:
        """Delete the copies that no table refers to."""
        with statements.transaction(self._connection) as connection:
            statements.sweep(connection, self._folder)
