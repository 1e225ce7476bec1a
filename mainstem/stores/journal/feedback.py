"""What people say of runs, in a table beside the runs' events: nothing of it is in the chain of their hashes."""

import sqlite3
from contextlib import closing
from dataclasses import astuple
from pathlib import Path

from ...stream.errors import JournalError
from .file import connected, reading
from .records import Feedback

_COLUMNS = "run_id, name, score, label, explanation, annotator, at"


def write(path: Path, feedback: Feedback, busy_seconds: float) -> None:
    """Keep `feedback` in the journal at `path`. Raises `JournalError`."""
    try:
        with closing(connected(path, busy_seconds)) as connection:
            connection.execute("INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?)", astuple(feedback))
    except sqlite3.Error as error:
        hint = "Free the disk or the file, and say it again."
        raise JournalError(f"The feedback cannot be kept in {path}: {error}.", hint=hint) from error


def read(path: Path, run_id: str | None, busy_seconds: float) -> list[Feedback]:
    """What was said of a run, or of all. Raises `JournalError`, `UnknownRun` where there is no journal."""
    with reading(path, busy_seconds) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'feedback'").fetchone():
            return []  # a file of an earlier version, that nobody has written to since
        query = f"SELECT {_COLUMNS} FROM feedback WHERE run_id = coalesce(?, run_id) ORDER BY rowid"  # noqa: S608
        return [Feedback(*row) for row in connection.execute(query, (run_id,))]
