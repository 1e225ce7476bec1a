"""What people say of runs, in a table beside the runs' events: nothing of it is in the chain of their hashes."""

from dataclasses import astuple

from ..database import Connection
from .records import Feedback

_COLUMNS = "run_id, name, score, label, explanation, annotator, at"
_ADD = f"INSERT INTO feedback ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - a constant


def add(connection: Connection, feedback: Feedback) -> None:
    """Keep `feedback`."""
    connection.execute(_ADD, astuple(feedback))


def read(connection: Connection, run_id: str | None, order: str) -> list[Feedback]:
    """What was said of a run, or of all; `order`: the column that tells what came first."""
    query = f"SELECT {_COLUMNS} FROM feedback WHERE run_id = coalesce(?, run_id) ORDER BY {order}"  # noqa: S608
    return [Feedback(*row) for row in connection.execute(query, (run_id,)).fetchall()]
