"""Forget old runs: their events go, oldest run first; that they were, and how they ended, stays."""

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Keep:
    """How much of the past is kept."""

    days: float | None = None
    """Runs older than this are pruned; None: none for their age."""
    megabytes: float | None = None
    """The oldest runs are pruned until the rest holds no more JSON than this; None: none for their size."""


_ALL_BUT_THE_LAST = """
DELETE FROM events WHERE run_id = ?1 AND seq < (SELECT MAX(seq) FROM events WHERE run_id = ?1)
"""


def prune(connection: sqlite3.Connection, keep: Keep, now: datetime | None = None) -> int:
    """Prune what `keep` does not cover; returns how many runs. The last event of each, its end, stays readable."""
    old = [*_too_old(connection, keep, now or datetime.now(UTC)), *_too_many(connection, keep)]
    for run_id in dict.fromkeys(old):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(_ALL_BUT_THE_LAST, (run_id,))
        connection.execute("UPDATE runs SET pruned = 1 WHERE run_id = ?", (run_id,))
        connection.execute("COMMIT")
    if old:
        connection.execute("PRAGMA incremental_vacuum")
    return len(set(old))


def _too_old(connection: sqlite3.Connection, keep: Keep, now: datetime) -> list[str]:
    if keep.days is None:
        return []
    limit = (now - timedelta(days=keep.days)).isoformat(timespec="milliseconds")
    query = "SELECT run_id FROM runs WHERE status IS NOT NULL AND NOT pruned AND started_at < ?"
    return [row[0] for row in connection.execute(query, (limit,))]


def _too_many(connection: sqlite3.Connection, keep: Keep) -> list[str]:
    if keep.megabytes is None:
        return []
    left, old = keep.megabytes * 2**20, list[str]()
    query = "SELECT run_id, bytes FROM runs WHERE status IS NOT NULL AND NOT pruned ORDER BY started_at DESC"
    for run_id, size in connection.execute(query):
        left -= size or 0
        if left < 0:
            old.append(run_id)
    return old
