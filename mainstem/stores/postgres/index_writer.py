"""What changes the index that all share: first this machine's copy, then the database, kept both or neither.

A process that dies between the two commits has published: its copy takes that back from the database.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import Busy
from ..knowledge import BUNDLED, statements
from ..knowledge.records import Block, Changes, FileContent, SkipRecord
from ..knowledge.writer import SqliteWriter
from . import index_replica, indexed_files
from .index_replica import HOME, RECORD, IndexReplica
from .indexed_files import ITSELF, KeptVectors, NewFile, Publication, SharedPath

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FILES = """
SELECT collection.name, path, file.name, file.id FROM file JOIN collection ON collection.id = collection
WHERE file.id IN (SELECT value FROM json_each(?))
"""
_INDEXED = """
SELECT modified, indexed_at FROM file JOIN collection ON collection.id = collection
WHERE collection.name = ? AND path = ?
"""
_NAMES = "SELECT name FROM data_table WHERE copy = ?"


class PostgresWriter(SqliteWriter):
    """Changes the copy over one connection and the database over another, whose lock says that nobody else does.

    Mainstem's own docs are each machine's: they come with the program, and are those of its version. So is what kinds
    of files are not read: it is what a walk over this machine's folders passed by.
    """

    def __init__(self, connection: sqlite3.Connection, replica: IndexReplica, database: Any) -> None:
        super().__init__(connection, replica.copies)
        self._replica = replica
        self._database = database

    def apply(self, collection: str, changes: Changes) -> None:
        """Write all of the changes, or nothing."""
        with statements.transaction(self._connection) as connection:
            before = {number: (path, name) for _, path, name, number in _files(connection, changes)}
            statements.apply(connection, collection, changes)
            if collection != BUNDLED:
                self._publish(self._publication(collection, changes, before))

    def forget(self, path: Path) -> int:
        """Take what lies at or below `path` out of every collection; the number of files that were."""
        with statements.transaction(self._connection) as connection:
            gone = [self._place(*row) for row in index_replica.below(connection, path)]
            count = statements.forget(connection, path)
            self._publish(Publication(gone=gone))
        return count

    def put_vectors(self, model: str, embedded: Sequence[tuple[Block, "NDArray[np.float32]"]]) -> None:
        """Keep vectors, a row for each passage of a block, in place of any of another model."""
        from ..knowledge import vectors  # numpy is not everybody's

        with statements.transaction(self._connection) as connection:
            rows = list(vectors.rows(model, embedded))
            statements.put_vectors(connection, rows)
            found = [self._kept(connection, *row) for row in rows]
            self._publish(Publication(vectors=[each for each in found if each.collection != BUNDLED]))

    def lost(self) -> dict[str, dict[str, str]]:
        """The files of which a table's copy is gone, and not in the database either."""
        for collection, files in super().lost().items():
            for path in files:
                self._bring_copies(self._place(collection, path))
        return super().lost()

    def _bring_copies(self, place: SharedPath) -> None:
        path = self._replica.local(place.path)
        query = "SELECT copy FROM data_table JOIN file ON file.id = file WHERE path = ?"
        for (copy,) in self._connection.execute(query, (path,)).fetchall():
            index_replica.bring(self._database, place.key, copy, self._replica.copies / copy)

    def _place(self, collection: str, path: str) -> SharedPath:
        return SharedPath(collection, self._replica.shared(path))

    def _publication(self, collection: str, changes: Changes, before: Mapping[int, tuple[str, str]]) -> Publication:
        records: list[FileContent | SkipRecord] = [*changes.skipped, *changes.contents]
        written = {record.file.path for record in records}
        gone = dict.fromkeys([*(before[number][0] for number in changes.gone), *changes.unskipped])
        places = {self._place(collection, path): Path(path).exists() for path in gone if path not in written}
        return Publication(
            gone=[place for place, is_there in places.items() if not is_there],
            unread=[place for place, is_there in places.items() if is_there],
            renamed=[
                (self._place(collection, file.path), file.name)
                for number, file in changes.same
                if before[number][1] != file.name
            ],
            files=[self._new(collection, record) for record in records],
        )

    def _new(self, collection: str, record: FileContent | SkipRecord) -> NewFile:
        file, place = record.file, self._place(collection, record.file.path)
        parts = {ITSELF: Path(file.path)} if place.path.startswith(HOME) else {}
        if isinstance(record, FileContent):
            parts |= {copy.path.name: copy.path for copy in record.copies}
            record = self._as_indexed(collection, record)
        return NewFile(place, file.name, file.modified, RECORD.dump_json(record), parts)

    def _as_indexed(self, collection: str, content: FileContent) -> FileContent:
        """With what this machine's index has said of it, and all others are to say, too."""
        modified, indexed_at = self._connection.execute(_INDEXED, (collection, content.file.path)).fetchone()
        names = [self._connection.execute(_NAMES, (copy.path.name,)).fetchone()[0] for copy in content.copies]
        copies = [replace(copy, name=name) for copy, name in zip(content.copies, names, strict=True)]
        return replace(content, file=replace(content.file, modified=modified), copies=copies, indexed_at=indexed_at)

    def _kept(self, connection: sqlite3.Connection, first: int, file: int, model: str, numbers: bytes) -> KeptVectors:
        query = "SELECT collection.name, path, first FROM file JOIN collection ON collection.id = collection"
        collection, path, start = connection.execute(f"{query} WHERE file.id = ?", (file,)).fetchone()
        return KeptVectors(*self._place(collection, path), first - start, model, numbers)

    def _publish(self, publication: Publication) -> None:
        """Write it to the database, in the transaction of the copy that is under way."""
        if not publication.size:
            return
        known = index_replica.state(self._connection)
        state = indexed_files.publish(self._database, known.version if known else 0, publication)
        if state is None:
            raise Busy("Another process has changed the index meanwhile. Index again.")
        index_replica.put_state(self._connection, state)


def _files(connection: sqlite3.Connection, changes: Changes) -> list[tuple[str, str, str, int]]:
    numbers = [*changes.gone, *(number for number, _ in changes.same)]
    return connection.execute(_FILES, (json.dumps(numbers),)).fetchall()
