"""What is written of runs and read again, in whichever database: the statements are the same."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from ..database import Connection

ADD_EVENT = "INSERT INTO events (run_id, seq, data, hash) VALUES (?, ?, ?, ?)"
END_RUN = "UPDATE runs SET status = ?, seconds = ?, events = ?, bytes = ?, head = ? WHERE run_id = ?"

RUN_COLUMNS = "run_id, thread_id, graph, tags, started_at, status, seconds, events, pruned"
"""What a `RunRecord` says."""

_SEALED = "run_id, thread_id, graph, tags, started_at, status, seconds, events, bytes, head, pruned"

_ALL_BUT_THE_LAST = """
DELETE FROM events WHERE run_id = ? AND seq < (SELECT MAX(seq) FROM events WHERE run_id = ?)
"""


def seal_of(connection: Connection, run_id: str) -> bytes:
    """The hash of what the run's own row says: its thread, tags, times, status, and whether it was pruned."""
    row: Sequence[Any] = connection.execute(f"SELECT {_SEALED} FROM runs WHERE run_id = ?", (run_id,)).fetchone()  # noqa: S608
    *before, head, pruned = row
    told = (*before, (head or b"").hex().upper(), pruned)
    return blake2b(repr(told).encode(), digest_size=16).digest()


def seal(connection: Connection, run_id: str) -> None:
    """Store the hash of a finished run's row; to be called in the transaction that changed the row."""
    connection.execute("UPDATE runs SET seal = ? WHERE run_id = ?", (seal_of(connection, run_id), run_id))


def blob(data: bytes | str) -> bytes:
    """An event's data; where somebody changed it in a SQLite file, it may be text."""
    return data if isinstance(data, bytes) else data.encode()


def prune_run(connection: Connection, run_id: str) -> None:
    """Delete a run's events but the last, and the words that were said of it."""
    connection.execute(_ALL_BUT_THE_LAST, (run_id, run_id))
    connection.execute("UPDATE runs SET pruned = 1 WHERE run_id = ?", (run_id,))
    connection.execute("UPDATE feedback SET explanation = '' WHERE run_id = ?", (run_id,))
    seal(connection, run_id)


def forget_thread(connection: Connection, thread_id: str) -> None:
    """Delete the runs of a thread that are over, with their events and what was said of them: they are to be gone."""
    over = "SELECT run_id FROM runs WHERE thread_id = ? AND status IS NOT NULL"
    for table in ("events", "feedback"):
        connection.execute(f"DELETE FROM {table} WHERE run_id IN ({over})", (thread_id,))  # noqa: S608 - no one's words
    connection.execute("DELETE FROM runs WHERE thread_id = ? AND status IS NOT NULL", (thread_id,))
