"""The statements that put files in, take them out or mark them as the same, to be called within a transaction."""

import json
import re
import sqlite3
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import time_ns

from .names import free_name
from .records import Changes, File, FileContent, SkipRecord, TableCopy
from .scope import ROOM, path_condition, value_ids

_FRESH = 2_000_000_000  # nanoseconds
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Generator[sqlite3.Connection]:
    """Everything within is kept, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def apply(connection: sqlite3.Connection, collection: str, changes: Changes) -> None:
    """Make all of the changes."""
    number = collection_id(connection, collection)
    remove(connection, changes.gone)
    forget_skipped(connection, number, changes.unskipped)
    for known, file in changes.same:
        mark(connection, known, file)
    for left in changes.skipped:
        remember_skipped(connection, number, left)
    add(connection, number, changes.contents)


def forget(connection: sqlite3.Connection, path: Path) -> int:
    """Take what lies at or below `path` out of every collection; the number of files that were."""
    condition, arguments = path_condition([path])
    found = connection.execute(f"SELECT id FROM file WHERE {condition}", arguments).fetchall()  # noqa: S608
    remove(connection, [number for (number,) in found])
    connection.execute(f"DELETE FROM skipped AS file WHERE {condition}", arguments)  # noqa: S608
    connection.execute(f"DELETE FROM unread AS file WHERE {condition}", arguments)  # noqa: S608
    return len(found)


def collection_id(connection: sqlite3.Connection, name: str) -> int:
    """The id of a collection, which is made if there is none of that name."""
    connection.execute("INSERT OR IGNORE INTO collection (name) VALUES (?)", (name,))
    return connection.execute("SELECT id FROM collection WHERE name = ?", (name,)).fetchone()[0]


def remove(connection: sqlite3.Connection, files: Iterable[int]) -> None:
    """Take files out, with their passages and tables. The Parquet copies stay until `sweep`."""
    numbers = [(number,) for number in files]
    spans = [
        connection.execute("SELECT first, first + passages FROM file WHERE id = ?", number).fetchone()
        for number in numbers
    ]
    # See `add` for why the passages are taken out in one go, in ascending order.
    connection.executemany(
        "DELETE FROM passage WHERE rowid = ?", ((rowid,) for first, end in sorted(spans) for rowid in range(first, end))
    )
    of_file = "SELECT id FROM data_table WHERE file = ?"
    tables = [table for number in numbers for (table,) in connection.execute(of_file, number).fetchall()]
    connection.executemany("DELETE FROM data_words WHERE rowid = ?", ((table,) for table in tables))
    connection.executemany("DELETE FROM data_value WHERE rowid BETWEEN ? AND ?", map(value_ids, tables))
    connection.executemany("DELETE FROM data_table WHERE file = ?", numbers)
    connection.executemany("DELETE FROM vector WHERE file = ?", numbers)
    connection.executemany("DELETE FROM file WHERE id = ?", numbers)


def mark(connection: sqlite3.Connection, number: int, file: File) -> None:
    """Note that a file is the same as before, in its present place and state."""
    connection.execute(
        "UPDATE file SET name = ?, size = ?, modified = ? WHERE id = ?", (file.name, file.size, _modified(file), number)
    )


def add(connection: sqlite3.Connection, collection: int, readings: Sequence[FileContent]) -> None:
    """Put files in."""
    last = connection.execute(
        "SELECT first + passages FROM file WHERE collection = ? ORDER BY first DESC, passages DESC LIMIT 1",
        (collection,),
    ).fetchone()
    first = begin = last[0] if last else (collection << ROOM) + 1
    numbers: list[int] = []
    for reading in readings:
        numbers.append(_add_file(connection, collection, reading, first))
        first += len(reading.pieces)
    # All passages in one go: a statement on another table in between makes FTS5 write out what it has gathered.
    connection.executemany(
        "INSERT INTO passage (rowid, heading, text, file, start, page, line) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (begin + at, piece.heading, piece.text, number, piece.start, piece.page, piece.line)
            for at, (number, piece) in enumerate(
                (number, piece) for number, reading in zip(numbers, readings, strict=True) for piece in reading.pieces
            )
        ),
    )


def _add_file(connection: sqlite3.Connection, collection: int, reading: FileContent, first: int) -> int:
    file = reading.file
    (number,) = connection.execute(
        "INSERT INTO file (collection, path, name, kind, size, modified, digest, chars, first, passages, indexed_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            collection, file.path, file.name, file.kind, file.size, _modified(file), bytes.fromhex(reading.digest),
            reading.chars, first, len(reading.pieces), reading.indexed_at or time_ns() / 1e9,
        ),
    ).fetchone()  # fmt: skip
    for copy in reading.copies:
        _add_table(connection, collection, number, file, copy)
    return number


def remember_skipped(connection: sqlite3.Connection, collection: int, left: SkipRecord) -> None:
    """Note that a file was skipped for what is in it, so that it is not tried again before it changes."""
    file = left.file
    connection.execute(
        "INSERT OR REPLACE INTO skipped (collection, path, size, modified, digest, reason, limits) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (collection, file.path, file.size, _modified(file), left.digest, left.reason, left.limits),
    )


def forget_skipped(connection: sqlite3.Connection, collection: int, paths: Iterable[str]) -> None:
    """Forget that files were skipped."""
    connection.executemany(
        "DELETE FROM skipped WHERE collection = ? AND path = ?", ((collection, path) for path in paths)
    )


def put_vectors(connection: sqlite3.Connection, rows: Iterable[tuple[int, int, str, bytes]]) -> None:
    """Keep the vectors of blocks: the first passage's id, the file's, the model, and the numbers as they are kept."""
    connection.executemany("INSERT OR REPLACE INTO vector (first, file, model, numbers) VALUES (?, ?, ?, ?)", rows)


def sweep(connection: sqlite3.Connection, folder: Path) -> None:
    """Delete the Parquet copies that no table refers to: of files that changed, and of runs that were killed."""
    if not folder.is_dir():
        return
    used = {name for (name,) in connection.execute("SELECT copy FROM data_table")}
    for path in folder.iterdir():
        if path.name not in used:
            path.unlink(missing_ok=True)


def _modified(file: File) -> int:
    # A file written this moment may be written again within the clock's grain: its state proves nothing next time.
    return file.modified if time_ns() - file.modified > _FRESH else 0


def _add_table(connection: sqlite3.Connection, collection: int, number: int, file: File, copy: TableCopy) -> None:
    taken = {name for (name,) in connection.execute("SELECT name FROM data_table WHERE collection = ?", (collection,))}
    name = copy.name or free_name(Path(file.path), copy.inner, taken)
    columns = [(c.name, c.type, c.raw, c.read_as, c.distinct, c.unread) for c in copy.columns]
    (table,) = connection.execute(
        "INSERT INTO data_table (file, collection, name, copy, columns, rows, sample, notes) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            number, collection, name, copy.path.name, json.dumps(columns), copy.rows, json.dumps(copy.sample),
            json.dumps(copy.notes),
        ),
    ).fetchone()  # fmt: skip
    spaced = _CAMEL.sub(" ", " ".join(column.name for column in copy.columns))
    held = " ".join(dict.fromkeys(value for column in copy.columns for value in column.values))
    connection.execute(
        'INSERT INTO data_words (rowid, name, columns, "values") VALUES (?, ?, ?, ?)', (table, name, spaced, held)
    )
    connection.executemany(
        "INSERT INTO data_value (rowid, value, place) VALUES (?, ?, ?)",
        (
            (value_ids(table)[0] + at, value, place)
            for at, (place, value) in enumerate(
                (place, value) for place, column in enumerate(copy.columns) for value in column.values
            )
        ),
    )
