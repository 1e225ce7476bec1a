"""The threads: their checkpoints, kept there as LangGraph keeps them, and what tasks wrote between them."""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from langgraph.checkpoint.postgres import PostgresSaver
from langgraph.checkpoint.serde.types import _DeltaSnapshot  # pyright: ignore[reportPrivateUsage]
from psycopg.rows import dict_row

from ..postgres.database import Pool
from .errors import Conflict, NotEqual
from .tables import Row, opened
from .versions import ChannelVersions

_CHECKPOINTS = """
SELECT checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata FROM checkpoints
WHERE thread_id = ? ORDER BY checkpoint_id, checkpoint_ns
"""
_WRITE_COLUMNS = "checkpoint_ns, checkpoint_id, task_id, idx, channel, type"
_ADD_WRITES = f"""
INSERT INTO checkpoint_writes (thread_id, {_WRITE_COLUMNS}, blob, task_path)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""  # noqa: S608 - names of ours
_IDS = "SELECT checkpoint_ns, checkpoint_id FROM checkpoints WHERE thread_id = "
_WRITES_THERE = f"SELECT {_WRITE_COLUMNS}, blob, task_path FROM checkpoint_writes WHERE thread_id = %s"  # noqa: S608


class ThreadsMove:
    """The threads in the folder `home` on their way into the database of `pool`, a transaction each.

    A context manager: it has a connection of its own.
    """

    def __init__(self, home: Path, pool: Pool) -> None:
        self._path = home / "threads.sqlite"
        self._place = pool.place
        options: Any = {"autocommit": True, "prepare_threshold": 0, "row_factory": dict_row}
        self._connection: Any = psycopg.connect(pool.conninfo, **options)
        self._saver = PostgresSaver(self._connection)
        self.checkpoints = 0
        """How many checkpoints there are; known once they are verified."""

    def __enter__(self) -> "ThreadsMove":
        return self

    def __exit__(self, *error: object) -> None:
        self._connection.close()

    def check(self) -> None:
        """Raise `Conflict` where the database holds another thread of the same name."""
        with closing(opened(self._path)) as source:
            for thread in _threads(source):
                self._is_there(source, thread)

    def move(self) -> int:
        """Write the threads that are not there; how many that were."""
        moved = 0
        with closing(opened(self._path)) as source:
            for thread in _threads(source):
                if not self._is_there(source, thread):
                    with self._connection.transaction():
                        self._write(source, thread)
                    moved += 1
        return moved

    def _is_there(self, source: sqlite3.Connection, thread: str) -> bool:
        """Whether it was moved; it may have gone on there since. Raises `Conflict`."""
        here = set(source.execute(_IDS + "?", (thread,)))
        found = self._connection.execute(_IDS + "%s", (thread,)).fetchall()
        there = {(row["checkpoint_ns"], row["checkpoint_id"]) for row in found}
        if there and not here <= there:
            raise Conflict(f"Thread {thread!r} is in {self._place} already, and differs.")
        return bool(there)

    def _write(self, source: sqlite3.Connection, thread: str) -> None:
        versions: defaultdict[str, ChannelVersions] = defaultdict(ChannelVersions)
        for namespace, _, parent, kind, data, metadata in source.execute(_CHECKPOINTS, (thread,)):
            checkpoint, new = versions[namespace].add(self._saver.serde.loads_typed((kind, data)), parent)
            # a snapshot is a value of its own, also where the version of its channel is an old one
            values, all_versions = checkpoint["channel_values"], checkpoint["channel_versions"]
            new |= {key: all_versions[key] for key, value in values.items() if isinstance(value, _DeltaSnapshot)}
            place = {"thread_id": thread, "checkpoint_ns": namespace, "checkpoint_id": parent}
            self._saver.put({"configurable": place}, checkpoint, json.loads(metadata or b"{}"), new)  # type: ignore[arg-type]  # as it was stored
        with self._connection.cursor() as cursor:
            cursor.executemany(_ADD_WRITES, [(thread, *row) for row in _writes(source, thread)])

    def verify(self) -> int:
        """Read every checkpoint on both sides and compare them; how many threads there are. Raises `NotEqual`."""
        count = self.checkpoints = 0
        with closing(opened(self._path)) as source:
            for thread in _threads(source):
                count += 1
                self.checkpoints += self._verified(source, thread)
        return count

    def _verified(self, source: sqlite3.Connection, thread: str) -> int:
        checked = 0
        for namespace, key, parent, kind, data, metadata in source.execute(_CHECKPOINTS, (thread,)):
            place: Any = {"thread_id": thread, "checkpoint_ns": namespace, "checkpoint_id": key}
            found = self._saver.get_tuple({"configurable": place})
            mine = self._saver.serde.loads_typed((kind, data))
            if found is None or _parent_of(found) != parent or dict(found.metadata) != json.loads(metadata or b"{}"):
                raise self._not_equal(thread)
            if not self._same(mine["channel_values"], found.checkpoint["channel_values"]):
                raise self._not_equal(thread)
            checked += 1
        there = {tuple(row.values()) for row in self._connection.execute(_WRITES_THERE, (thread,)).fetchall()}
        if not there.issuperset(_writes(source, thread)):
            raise self._not_equal(thread)
        return checked

    def _same(self, mine: dict[str, Any], its: dict[str, Any]) -> bool:
        """Whether the values are the same. There one that was stored whole is told of each checkpoint that has it."""
        pack = self._saver.serde.dumps_typed
        whole = {channel for channel, value in its.items() if isinstance(value, _DeltaSnapshot)}
        return mine.keys() <= its.keys() <= mine.keys() | whole and all(
            pack(value) == pack(its[channel]) or value == its[channel] for channel, value in mine.items()
        )

    def _not_equal(self, thread: str) -> NotEqual:
        return NotEqual(f"Thread {thread!r} is not in {self._place} as it is in {self._path}.")


def _parent_of(found: Any) -> str | None:
    return found.parent_config["configurable"]["checkpoint_id"] if found.parent_config else None


def _threads(source: sqlite3.Connection) -> Iterator[str]:
    """The names of all threads; none where there are no tables yet."""
    tables = source.execute("SELECT 1 FROM sqlite_master WHERE name = 'checkpoints'").fetchone()
    names = source.execute("SELECT DISTINCT thread_id FROM checkpoints ORDER BY thread_id").fetchall() if tables else []
    for (name,) in names:
        yield name


def _writes(source: sqlite3.Connection, thread: str) -> list[Row]:
    """What tasks wrote, as `_WRITES_THERE` tells it; an earlier LangGraph did not say where a task was called."""
    columns = {row[1] for row in source.execute("PRAGMA table_info(writes)")}
    path = "task_path" if "task_path" in columns else "''"
    query = f"SELECT {_WRITE_COLUMNS}, coalesce(value, x''), {path} FROM writes WHERE thread_id = ?"  # noqa: S608
    return source.execute(query, (thread,)).fetchall()
