"""Forget old runs: their events go, oldest run first; that they were, and how they ended, stays."""

import logging
import sqlite3
from datetime import UTC, datetime, timedelta
from math import ceil

from ..database import Connection
from .records import Retention
from .statements import forget_thread, prune_run

PART = 10
"""For their age, one run in so many is pruned an hour: a clock that is wrong for a while costs no more."""

log = logging.getLogger("mainstem.journal")


def prune(connection: sqlite3.Connection, keep: Retention, now: datetime | None = None) -> int:
    """Prune what `keep` does not cover; returns how many runs. The last event of each, its end, stays readable.

    For their age, the oldest of one in `PART` runs an hour, whichever process begins; what was pruned is logged.
    """
    now = now or datetime.now(UTC)
    aged = too_old(connection, keep, now)
    old = dict.fromkeys([*(aged if aged and _is_due(connection, now) else ()), *too_many(connection, keep)])
    for run_id in old:
        connection.execute("BEGIN IMMEDIATE")
        prune_run(connection, run_id)
        connection.execute("COMMIT")
    if old:
        # by `execute` it would free a single page
        connection.executescript("PRAGMA incremental_vacuum")
        log.warning("Pruned the events of %d runs: MAINSTEM_JOURNAL_DAYS and MAINSTEM_JOURNAL_MB say why.", len(old))
    return len(old)


def forget(connection: sqlite3.Connection, thread_id: str) -> None:
    """Delete the runs of a thread that are over, and all of their events: somebody wants them gone."""
    connection.execute("BEGIN IMMEDIATE")
    forget_thread(connection, thread_id)
    connection.execute("COMMIT")
    connection.executescript("PRAGMA incremental_vacuum")


def too_old(connection: Connection, keep: Retention, now: datetime) -> list[str]:
    """The runs that are to be pruned for their age: the oldest of one in `PART`."""
    if keep.days is None:
        return []
    limit = (now - timedelta(days=keep.days)).isoformat(timespec="milliseconds")
    query = "SELECT run_id, started_at FROM runs WHERE status IS NOT NULL AND NOT pruned ORDER BY started_at"
    runs: list[tuple[str, str]] = connection.execute(query).fetchall()
    return [run_id for run_id, started_at in runs[: ceil(len(runs) / PART)] if started_at < limit]


def _is_due(connection: sqlite3.Connection, now: datetime) -> bool:
    """Whether nobody pruned for age within this hour, which the file's own number keeps; it is noted then."""
    hour = int(now.timestamp() // 3600)
    connection.execute("BEGIN IMMEDIATE")
    (last,) = connection.execute("PRAGMA user_version").fetchone()
    if last != hour:
        connection.execute(f"PRAGMA user_version = {hour}")
    connection.execute("COMMIT")
    return last != hour


def too_many(connection: Connection, keep: Retention) -> list[str]:
    """The oldest runs, that are to be pruned for the size of all."""
    if keep.megabytes is None:
        return []
    left, old = keep.megabytes * 2**20, list[str]()
    query = "SELECT run_id, bytes FROM runs WHERE status IS NOT NULL AND NOT pruned ORDER BY started_at DESC"
    for run_id, size in connection.execute(query).fetchall():
        left -= size or 0
        if left < 0:
            old.append(run_id)
    return old
