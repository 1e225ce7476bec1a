"""Indexing: what changed under some roots is read, cut and stored, what is gone is removed.

A batch of files is read first and then written in one transaction, so that a reader never waits, and a process that
is killed loses at most one batch and leaves nothing half done.
"""

import errno
import hashlib
import logging
import secrets
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from mainstem.knowledge import readers, writer
from mainstem.knowledge.copies import Copier
from mainstem.knowledge.cut import cut
from mainstem.knowledge.errors import IndexCorrupt, KnowledgeError, NothingToRead, Unreadable
from mainstem.knowledge.lock import Progress, alone
from mainstem.knowledge.scope import below
from mainstem.knowledge.store import Store
from mainstem.knowledge.tables import lost
from mainstem.knowledge.walk import KINDS, TABLE_KINDS, File, Skipped, again, located, walk
from mainstem.knowledge.work import Stop, Stopped
from mainstem.knowledge.writer import Reading

_BATCH_CHARS = 4_000_000
_BATCH_FILES = 500
_BATCH_SECONDS = 1.0

_log = logging.getLogger(__name__)
_ASIDE = (
    "The index was damaged: it is kept as %s. The %d files that it still names are read again; "
    "`mainstem index` on your folders reads any others."
)


@dataclass(frozen=True)
class IndexReport:
    """What an index run did. `indexed`, `unchanged` and `removed` count files; `passages` and `tables` are those that
    the given paths hold now.
    """

    indexed: int
    unchanged: int
    removed: int
    skipped: tuple[Skipped, ...]
    passages: int
    tables: int
    seconds: float


@dataclass(frozen=True)
class _Known:
    """A file as it was indexed before."""

    id: int
    name: str
    stamp: tuple[int, int]
    digest: bytes


@dataclass
class _Batch:
    """What the next transaction writes."""

    began: float = field(default_factory=monotonic)
    gone: list[int] = field(default_factory=list[int])
    same: list[tuple[int, File]] = field(default_factory=list[tuple[int, File]])
    readings: list[Reading] = field(default_factory=list[Reading])
    chars: int = 0

    def is_full(self) -> bool:
        count, age = len(self.readings), monotonic() - self.began
        return self.chars >= _BATCH_CHARS or count >= _BATCH_FILES or (count > 0 and age >= _BATCH_SECONDS)


class Indexer:
    """One index run into a collection; `report` is called after every file."""

    def __init__(
        self, store: Store, collection: str, max_bytes: int, stop: Stop, report: Callable[[Progress], None]
    ) -> None:
        self._store = store
        self._collection = collection
        self._max_bytes = max_bytes
        self._stop = stop
        self._report = report
        self._known: dict[str, _Known] = {}
        self._lost: Mapping[str, str] = {}
        self._skipped: list[Skipped] = []
        self._batch = _Batch()
        self._copier = Copier(stop)
        self._indexed = self._unchanged = self._removed = 0

    def run(self, paths: Sequence[Path | str], *, thorough: bool = False) -> IndexReport:
        """Index the files at or below `paths`; `thorough`: look first whether the index is sound.

        Raises `NotFound`, `NothingToRead` or a `StorageError`.
        """
        began = monotonic()
        roots = [located(path) for path in paths]
        with alone(self._store, self._stop, self._report), closing(self._copier):
            files, found = walk(roots, self._store.home, self._max_bytes)
            try:
                if thorough:
                    self._store.examine(self._stop)
                passages, tables = self._index(roots, files, found)
            except IndexCorrupt:
                self._begin_anew({file.path for file in files})
                passages, tables = self._index(roots, files, found)
        if self._indexed + self._unchanged == 0:
            raise NothingToRead(_nothing(roots, self._skipped))
        skipped = tuple(sorted(self._skipped, key=lambda each: each.path))
        return IndexReport(
            self._indexed, self._unchanged, self._removed, skipped, passages, tables, monotonic() - began
        )

    def mend(self) -> None:
        """Build the index anew if a part of it is damaged, and make the copies of tables that are gone."""
        with alone(self._store, self._stop, self._report):
            try:
                self._store.examine(self._stop)
                with self._store.writing(self._stop) as connection:
                    missing = lost(connection, self._store.copies)
                self._take_again(missing)
            except IndexCorrupt:
                self._begin_anew(set())

    def _begin_anew(self, present: set[str]) -> None:
        """Keep the damaged index aside: it is only a copy of what the files say. What it held but `present` is read."""
        held = self._store.salvaged()
        _log.warning(_ASIDE, self._store.set_aside(), sum(map(len, held.values())))
        mine = held.get(self._collection, {})
        self._take_again({**held, self._collection: {p: name for p, name in mine.items() if p not in present}})

    def _take_again(self, held: Mapping[str, Mapping[str, str]]) -> None:
        for collection, known in held.items():
            files, skipped = again(known, self._max_bytes)
            indexer = Indexer(self._store, collection, self._max_bytes, self._stop, self._report)
            with closing(indexer._copier):
                indexer._index([Path(path) for path in known], files, skipped)

    def _index(self, roots: Sequence[Path], files: Sequence[File], skipped: Sequence[Skipped]) -> tuple[int, int]:
        self._indexed = self._unchanged = self._removed = 0
        self._skipped = list(skipped)
        condition, arguments = below(roots)
        with self._store.writing(self._stop) as connection:
            with writer.transaction(connection):
                writer.sweep(connection, self._store.copies)
                collection = writer.collection_id(connection, self._collection)
            self._known = _known(connection, collection, condition, arguments)
            self._lost = lost(connection, self._store.copies).get(self._collection, {})
            self._batch = _Batch(gone=self._gone(files))
            self._removed = len(self._batch.gone)
            for done, file in enumerate(files, 1):
                self._stop.check()
                before = self._unchanged
                self._take(file)
                self._report(Progress(file.name, done, len(files), unchanged=self._unchanged > before))
                if self._batch.is_full():
                    self._flush(connection, collection)
            self._flush(connection, collection)
            passages, tables = connection.execute(
                "SELECT coalesce(sum(passages), 0), (SELECT count(*) FROM data_table JOIN file ON file.id = data_table.file "  # noqa: S608, E501
                f"WHERE file.collection = ? AND {condition}) FROM file WHERE collection = ? AND {condition}",
                (collection, *arguments, collection, *arguments),
            ).fetchone()
            return passages, tables

    def _gone(self, files: Sequence[File]) -> list[int]:
        """The files that are in the index and no longer there; what lies in an unreadable folder is not held gone."""
        present = {file.path for file in files}
        hidden = tuple(f"{each.path}/" for each in self._skipped)
        return [known.id for path, known in self._known.items() if path not in present and not path.startswith(hidden)]

    def _take(self, file: File) -> None:
        """Find out what has to be done about a file, and do all of it that needs no transaction."""
        known, batch = self._known.get(file.path), self._batch
        as_before = known if file.path not in self._lost else None
        if as_before is not None and as_before.stamp == file.stamp:
            self._unchanged += 1
            if as_before.name != file.name:
                batch.same.append((as_before.id, file))
            return
        try:
            data = _bytes(file)
            digest = hashlib.blake2b(data, digest_size=16).digest()
            if as_before is not None and as_before.digest == digest:
                self._unchanged += 1
                batch.same.append((as_before.id, file))
                return
            reading = self._read(file, data, digest)
        except Unreadable as error:
            self._skipped.append(Skipped(file.path, str(error)))
        else:
            self._indexed += 1
            batch.readings.append(reading)
            batch.chars += reading.chars
        if known is not None:
            batch.gone.append(known.id)

    def _read(self, file: File, data: bytes, digest: bytes) -> Reading:
        try:
            if file.kind in TABLE_KINDS:
                target = self._store.copies / secrets.token_hex(8)
                return Reading(file, digest, copies=self._copier.copy(Path(file.path), file.kind, data, target))
            return Reading(file, digest, list(cut(readers.read(file.kind, data, self._max_bytes, self._stop))))
        except (Unreadable, Stopped, KnowledgeError):
            raise
        except Exception as error:
            # A broken file makes a parser fail in any way whatever (and a deep one exhausts the stack): it costs only
            # itself. A full disk is not the file's fault.
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise Unreadable(f"a broken {file.kind} file ({type(error).__name__}: {str(error)[:200]})") from error

    def _flush(self, connection: sqlite3.Connection, collection: int) -> None:
        batch, self._batch = self._batch, _Batch()
        if not (batch.gone or batch.same or batch.readings):
            return
        with writer.transaction(connection):
            writer.remove(connection, batch.gone)
            for number, file in batch.same:
                writer.mark(connection, number, file)
            writer.add(connection, collection, batch.readings)


def _known(
    connection: sqlite3.Connection, collection: int, condition: str, arguments: Sequence[str]
) -> dict[str, _Known]:
    rows = connection.execute(
        f"SELECT path, id, name, size, modified, digest FROM file WHERE collection = ? AND {condition}",  # noqa: S608
        (collection, *arguments),
    )
    return {path: _Known(number, name, (size, at), digest) for path, number, name, size, at, digest in rows}


def _bytes(file: File) -> bytes:
    """A file's content. Raises `Unreadable`."""
    path = Path(file.path)
    try:
        data = path.read_bytes()
        # What was last written to a database may still be in its log.
        log = path.with_name(path.name + "-wal")
        return data + log.read_bytes() if file.kind == "sqlite" and log.exists() else data
    except OSError as error:
        raise Unreadable(f"the file cannot be read ({error.strerror})") from error


def _nothing(roots: Sequence[Path], skipped: Sequence[Skipped]) -> str:
    where = ", ".join(map(str, roots)) or "no path"
    if not skipped:
        return f"There is nothing to read in {where}. Give a folder with files that end in {' '.join(KINDS)}."
    reasons = "; ".join(f"{each.path}: {each.reason}" for each in skipped[:3])
    more = f"; and {len(skipped) - 3} more" if len(skipped) > 3 else ""
    return f"Nothing in {where} could be read: {reasons}{more}."
