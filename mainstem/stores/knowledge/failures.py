"""Errors of SQLite and of the disk, in words."""

import errno
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from ..errors import Busy, DiskFull, IndexCorrupt, KnowledgeError, StorageError
from ..interruptible import Stopped


@contextmanager
def translated(home: Path) -> Generator[None]:
    """Turn errors of SQLite and of the disk with `home` into ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise _ours(error, home) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(_full(home)) from error
        if error.filename is not None and str(error.filename).startswith(str(home.expanduser().resolve())):
            raise StorageError(
                f"{error.filename} cannot be used ({error.strerror}). Check its permissions, "
                "or set MAINSTEM_HOME to another folder."
            ) from error
        raise


def _ours(error: sqlite3.Error, home: Path) -> KnowledgeError | Stopped:
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_INTERRUPT:
            return Stopped()
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Busy(f"Another process holds the index in {home}. Wait until it is done and try again.")
        case sqlite3.SQLITE_FULL:
            return DiskFull(_full(home))
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return IndexCorrupt(damaged_index(home, str(error)))
        case _ if str(error).startswith("Could not decode"):
            return IndexCorrupt(damaged_index(home, "a text in it cannot be read"))
        case _:
            return StorageError(
                f"The index in {home} cannot be used ({error}). Check that the folder can be written, "
                "or set MAINSTEM_HOME to another one."
            )


def damaged_index(home: Path, what: str) -> str:
    """What people are told of a damaged index."""
    return (
        f"The index in {home} is damaged ({what}). Run `mainstem index` on your folders to build it anew; "
        "the damaged file is kept beside it."
    )


def _full(home: Path) -> str:
    return f"The disk with {home} is full. Free some space and index again; what was indexed before is kept."


def other_version(home: Path) -> str:
    """What people are told of an index that another version made."""
    return f"The index in {home} was made by another version. Run `mainstem index` on your folders to build it anew."
