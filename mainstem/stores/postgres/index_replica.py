"""This machine's copy of the index that all share: a SQLite file that takes what has changed in the database.

It is searched as an index that is this machine's own. What lies below the home (uploads) is called `home:…` by all
machines, and is written there by each; what is newer than the database knows is somebody's upload, and is left alone.
"""

import json
import secrets
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from os import path as names
from os import utime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ..interruptible import StopSignal
from ..knowledge import BUNDLED, statements
from ..knowledge.listing import has_relation
from ..knowledge.records import FileContent, SkipRecord
from ..knowledge.scope import path_condition
from ..knowledge.sqlite import SqliteIndex
from . import indexed_files
from .database import Pool
from .indexed_files import ITSELF, ChangedFile, IndexState, KeptVectors, SharedPath

HOME = "home:"
"""What stands before the path of a file below the home."""

RECORD: TypeAdapter[FileContent | SkipRecord] = TypeAdapter(FileContent | SkipRecord)
"""How a row's record is written."""

_STATE = "CREATE TABLE IF NOT EXISTS replica (id INTEGER PRIMARY KEY, source TEXT NOT NULL, version INTEGER NOT NULL)"
_FILE = "SELECT file.id FROM file JOIN collection ON collection.id = collection WHERE collection.name = ? AND path = ?"
_NAMED = """
SELECT DISTINCT data_table.file FROM data_table JOIN collection ON collection.id = collection
WHERE collection.name = ? AND data_table.name IN (SELECT value FROM json_each(?))
"""
_SHARED = "SELECT {} FROM {} AS file JOIN collection ON collection.id = file.collection WHERE collection.name != ?"


class IndexReplica(SqliteIndex):
    """The copy in `folder`, of files some of which are below `home`."""

    def __init__(self, folder: Path, home: Path) -> None:
        super().__init__(folder)
        self._shared_home = home

    def state(self, stop: StopSignal) -> IndexState | None:
        """How far it has come; None when nothing was ever taken. Raises `IndexCorrupt`."""
        with self._reading(stop) as connection:
            return state(connection) if connection and has_relation(connection, "replica") else None

    @contextmanager
    def changing(self, stop: StopSignal) -> Generator[sqlite3.Connection]:
        """A connection in autocommit mode that may write; the file is made if there is none."""
        with self._writing(stop) as connection:
            connection.execute(_STATE)
            yield connection

    def follow(self, pool: Pool, stop: StopSignal) -> None:
        """Take all that has changed in the database. Each step is kept: what is stopped goes on from there."""
        with self.changing(stop) as connection:
            while self._step(connection, pool):
                stop.check()
            with statements.transaction(connection):
                statements.sweep(connection, self.copies)

    def restore_from(self, pool: Pool, stop: StopSignal) -> None:
        """Write the files below the home again that are missing there: they go when they are taken out."""
        with self._reading(stop) as connection:
            known = below(connection, self._shared_home) if connection else []
        missing = [(collection, path) for collection, path in known if not Path(path).exists()]
        if not missing:
            return
        with indexed_files.snapshot(pool) as database:
            for collection, path in missing:
                place = SharedPath(collection, self.shared(path))
                bring(database, place.key, ITSELF, Path(path), indexed_files.modified(database, place))

    def discard(self) -> None:
        """Delete it: the database has it all."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)

    def local(self, path: str) -> str:
        """Where a file that all machines call so is on this one."""
        return names.normpath(self._shared_home / path.removeprefix(HOME)) if path.startswith(HOME) else path

    def shared(self, path: str) -> str:
        """What all machines call a file of this one."""
        place = Path(path)
        below = place.is_relative_to(self._shared_home)
        return HOME + place.relative_to(self._shared_home).as_posix() if below else path

    def _step(self, connection: sqlite3.Connection, pool: Pool) -> bool:
        """Take some of what has changed; whether there may be more."""
        with statements.transaction(connection), indexed_files.snapshot(pool) as database:
            there, mine = indexed_files.state(database), state(connection)
            if mine is None or mine.source != there.source or mine.version > there.version:
                _clear(connection)
                mine = IndexState(there.source, 0)
            files, are_all = indexed_files.changed(database, mine.version)
            upto = there.version if are_all else files[-1].version
            self._take(connection, database, files)
            _put_vectors(connection, self, indexed_files.vectors(database, mine.version, upto))
            put_state(connection, IndexState(there.source, upto))
            return not are_all

    def _take(self, connection: sqlite3.Connection, database: Any, files: Sequence[ChangedFile]) -> None:
        records: dict[str, list[FileContent | SkipRecord]] = {}
        for file in files:
            self._remove(connection, file)
            self._bring_itself(database, file)
            if file.record is not None:
                records.setdefault(file.collection, []).append(self._record(database, file))
        for collection, found in records.items():
            _add(connection, collection, found)

    def _remove(self, connection: sqlite3.Connection, file: ChangedFile) -> None:
        path = self.local(file.path)
        found = connection.execute(_FILE, (file.collection, path)).fetchall()
        statements.remove(connection, [number for (number,) in found])
        statements.forget_skipped(connection, statements.collection_id(connection, file.collection), [path])

    def _bring_itself(self, database: Any, file: ChangedFile) -> None:
        """Write the file, or take it away, if it lies below the home."""
        place = Path(self.local(file.path))
        if not file.path.startswith(HOME) or not place.is_relative_to(self._shared_home) or _is_newer(place, file):
            return
        if not bring(database, file.key, ITSELF, place, file.modified) and file.record is None:
            place.unlink(missing_ok=True)

    def _record(self, database: Any, file: ChangedFile) -> FileContent | SkipRecord:
        """The record with the names that this machine has; the copies of its tables are here."""
        record = RECORD.validate_json(file.record or b"")
        known = replace(record.file, path=self.local(file.path), name=file.name)
        if isinstance(record, SkipRecord):
            return replace(record, file=known)
        copies = [replace(copy, path=self.copies / copy.path.name) for copy in record.copies]
        for copy in copies:
            bring(database, file.key, copy.path.name, copy.path)
        return replace(record, file=known, copies=copies)


def _add(connection: sqlite3.Connection, collection: str, records: Sequence[FileContent | SkipRecord]) -> None:
    number = statements.collection_id(connection, collection)
    contents = [record for record in records if isinstance(record, FileContent)]
    tables = [copy.name for content in contents for copy in content.copies]
    # whoever else still has a name here is gone by now, or comes later under another one
    others = connection.execute(_NAMED, (collection, json.dumps(tables))).fetchall()
    statements.remove(connection, [file for (file,) in others])
    statements.add(connection, number, contents)
    for record in records:
        if isinstance(record, SkipRecord):
            statements.remember_skipped(connection, number, record)


def below(connection: sqlite3.Connection, path: Path) -> list[tuple[str, str]]:
    """The collections and paths of the files at or below `path` that all machines share, skipped ones too."""
    condition, arguments = path_condition([path])
    found: list[tuple[str, str]] = []
    for table in ("file", "skipped"):
        found += connection.execute(
            f"SELECT collection.name, path FROM {table} AS file JOIN collection ON collection.id = file.collection "  # noqa: S608
            f"WHERE {condition} AND collection.name != ?",
            (*arguments, BUNDLED),
        )
    return found


def state(connection: sqlite3.Connection) -> IndexState | None:
    """How far a copy has come."""
    row = connection.execute("SELECT source, version FROM replica").fetchone()
    return IndexState(*row) if row else None


def put_state(connection: sqlite3.Connection, there: IndexState) -> None:
    """Note how far a copy has come."""
    connection.execute("INSERT OR REPLACE INTO replica (id, source, version) VALUES (1, ?, ?)", there)


def bring(database: Any, key: bytes, name: str, target: Path, modified: int | None = None) -> bool:
    """Write what is kept under a name to `target`, whole or not at all; False where nothing is kept.

    `modified`: when it is said to have been changed (nanoseconds).
    """
    parts = indexed_files.bytes_of(database, key, name)
    first = next(parts, None)
    if first is None:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{secrets.token_hex(8)}")
    try:
        with part.open("wb") as out:
            out.write(first)
            out.writelines(parts)
        if modified is not None:
            utime(part, ns=(modified, modified))
        part.replace(target)
        return True
    finally:
        part.unlink(missing_ok=True)


def _is_newer(place: Path, file: ChangedFile) -> bool:
    with suppress(FileNotFoundError):
        return place.stat().st_mtime_ns > file.modified
    return False


def _clear(connection: sqlite3.Connection) -> None:
    """Take all out that came from a database."""
    files = connection.execute(_SHARED.format("file.id", "file"), (BUNDLED,)).fetchall()
    statements.remove(connection, [number for (number,) in files])
    rows = connection.execute(_SHARED.format("collection, path", "skipped"), (BUNDLED,)).fetchall()
    connection.executemany("DELETE FROM skipped WHERE collection = ? AND path = ?", rows)


def _put_vectors(connection: sqlite3.Connection, replica: IndexReplica, found: Iterable[KeptVectors]) -> None:
    for kept in found:
        query = _FILE.replace("file.id", "file.id, file.first")
        row = connection.execute(query, (kept.collection, replica.local(kept.path))).fetchone()
        if row is not None:
            statements.put_vectors(connection, [(row[1] + kept.first, row[0], kept.model, kept.numbers)])
