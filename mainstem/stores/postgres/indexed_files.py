"""The tables of what was indexed: a row a file, with its passages; its vectors; bytes that must lie on a disk.

Whatever changes takes the next number of one count. Only the holder of one lock changes anything, so that numbers are
committed in their order, and who has taken all up to one asks for what is above it.
"""

import hashlib
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from .database import Pool

PART_BYTES = 4_000_000
"""Bytes of a file that are kept in one row."""

ITSELF = ""
"""The name that the bytes of a file itself are kept under; those of a table's copy, under the copy's."""

BATCH_BYTES = 8_000_000
"""Bytes of rows, about, that are taken at once."""

_CHANGED = "SELECT key, collection, path, name, modified, record, version FROM indexed_files WHERE version > %s"
_VECTORS = """
SELECT collection, path, first, model, numbers FROM passage_vectors JOIN indexed_files USING (key)
WHERE passage_vectors.version > %s AND passage_vectors.version <= %s ORDER BY passage_vectors.version
"""
_PUT = """
INSERT INTO indexed_files (key, collection, path, name, modified, record, version) VALUES (%s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (key) DO UPDATE SET name = excluded.name, modified = excluded.modified, record = excluded.record,
    version = excluded.version
"""
_PUT_VECTORS = """
INSERT INTO passage_vectors (key, first, model, numbers, version) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (key, first) DO UPDATE SET model = excluded.model, numbers = excluded.numbers, version = excluded.version
"""


class IndexState(NamedTuple):
    """Which index it is (another database has another one), and the last number that was given."""

    source: str
    version: int


class SharedPath(NamedTuple):
    """A file, as all machines call it."""

    collection: str
    path: str

    @property
    def key(self) -> bytes:
        """What its row is found by: a path may be longer than an index takes."""
        return hashlib.sha256("\0".join(self).encode()).digest()


class ChangedFile(NamedTuple):
    """A row; `record` is None when the file was taken out. `modified` is that of the file itself."""

    key: bytes
    collection: str
    path: str
    name: str
    modified: int
    record: bytes | None
    version: int


class KeptVectors(NamedTuple):
    """The vectors of a block: of which passage on, counted from the file's first one."""

    collection: str
    path: str
    first: int
    model: str
    numbers: bytes


@dataclass(frozen=True)
class NewFile:
    """A file to put in; `parts` are the files whose bytes are kept with it, by name."""

    place: SharedPath
    name: str
    modified: int
    record: bytes
    parts: dict[str, Path]


@dataclass
class Publication:
    """What is published in one transaction."""

    gone: list[SharedPath] = field(default_factory=list[SharedPath])
    unread: list[SharedPath] = field(default_factory=list[SharedPath])
    """Files that are taken out though they are there: their own bytes are kept."""
    renamed: list[tuple[SharedPath, str]] = field(default_factory=list[tuple[SharedPath, str]])
    files: list[NewFile] = field(default_factory=list[NewFile])
    vectors: list[KeptVectors] = field(default_factory=list[KeptVectors])

    @property
    def size(self) -> int:
        """How many numbers it takes."""
        return len(self.gone) + len(self.unread) + len(self.renamed) + len(self.files) + len(self.vectors)


def state(connection: Any) -> IndexState:
    """What there is."""
    return IndexState(*connection.execute("SELECT source, version FROM index_state").fetchone())


@contextmanager
def snapshot(pool: Pool) -> Generator[Any]:
    """A connection that sees one state throughout. It locks nothing, and so may take its time."""
    with pool.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield connection


def changed(connection: Any, after: int) -> tuple[list[ChangedFile], bool]:
    """The files that have changed after a number, in that order, and whether these are all."""
    found: list[ChangedFile] = []
    size = 0
    with connection.cursor(name="changed") as cursor:
        cursor.itersize = 20
        for row in cursor.execute(_CHANGED + " ORDER BY version", (after,)):
            if size >= BATCH_BYTES:
                return found, False
            found.append(ChangedFile(*row))
            size += len(found[-1].record or b"") + 1_000
    return found, True


def vectors(connection: Any, after: int, upto: int) -> Generator[KeptVectors]:
    """The vectors that have changed after a number, up to another one."""
    with connection.cursor(name="vectors") as cursor:
        for row in cursor.execute(_VECTORS, (after, upto)):
            yield KeptVectors(*row)


def bytes_of(connection: Any, key: bytes, name: str) -> Generator[bytes]:
    """What is kept with a file under a name, a part at a time."""
    part = 0
    query = "SELECT data FROM file_parts WHERE key = %s AND name = %s AND part = %s"
    while row := connection.execute(query, (key, name, part)).fetchone():
        yield row[0]
        part += 1


def modified(connection: Any, place: SharedPath) -> int | None:
    """When a file was changed that is kept (nanoseconds); None when none is."""
    row = connection.execute("SELECT modified FROM indexed_files WHERE key = %s", (place.key,)).fetchone()
    return row[0] if row else None


def publish(connection: Any, known: int, publication: Publication) -> IndexState | None:
    """Write all of it in one transaction; None, and nothing, when `known` is not the last number any more."""
    with connection.transaction():
        count = "UPDATE index_state SET version = version + %s WHERE version = %s RETURNING source, version"
        row = connection.execute(count, (publication.size, known)).fetchone()
        if row is None:
            return None
        numbers = iter(range(known + 1, known + 1 + publication.size))
        _clear(connection, [*publication.gone, *(file.place for file in publication.files)], publication.unread)
        with connection.cursor() as cursor:
            gone = "UPDATE indexed_files SET record = NULL, version = %s WHERE key = %s AND record IS NOT NULL"
            cursor.executemany(gone, [(next(numbers), place.key) for place in (*publication.gone, *publication.unread)])
            for place, name in publication.renamed:
                _rename(cursor, place.key, name, next(numbers))
            cursor.executemany(_PUT, [_row(file, next(numbers)) for file in publication.files])
            _put_parts(cursor, publication.files)
            rows = ((SharedPath(v.collection, v.path).key, v.first, v.model, v.numbers) for v in publication.vectors)
            cursor.executemany(_PUT_VECTORS, [(*row, next(numbers)) for row in rows])
        return IndexState(*row)


def _clear(connection: Any, places: Sequence[SharedPath], unread: Sequence[SharedPath]) -> None:
    keys, emptied = [place.key for place in places], [place.key for place in unread]
    connection.execute("DELETE FROM passage_vectors WHERE key = ANY(%s)", ([*keys, *emptied],))
    connection.execute("DELETE FROM file_parts WHERE key = ANY(%s)", (keys,))
    connection.execute("DELETE FROM file_parts WHERE key = ANY(%s) AND name <> %s", (emptied, ITSELF))


def _rename(cursor: Any, key: bytes, name: str, number: int) -> None:
    cursor.execute("UPDATE indexed_files SET name = %s, version = %s WHERE key = %s", (name, number, key))
    # who takes the row takes the file anew, and needs its vectors again
    cursor.execute("UPDATE passage_vectors SET version = %s WHERE key = %s", (number, key))


def _row(file: NewFile, number: int) -> tuple[Any, ...]:
    return (file.place.key, *file.place, file.name, file.modified, file.record, number)


def _put_parts(cursor: Any, files: Iterable[NewFile]) -> None:
    insert = "INSERT INTO file_parts (key, name, part, data) VALUES (%s, %s, %s, %s)"
    for file in files:
        for name, path in file.parts.items():
            for part, data in enumerate(_parts(path)):
                cursor.execute(insert, (file.place.key, name, part, data))


def _parts(path: Path) -> Generator[bytes]:
    """The bytes of a file, at least one part; none where the file is gone."""
    with suppress(FileNotFoundError), path.open("rb") as source:
        yield source.read(PART_BYTES)
        while data := source.read(PART_BYTES):
            yield data
