"""The journal: each run with its events, byte for byte and with their hashes, and what was said of it."""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from typing import Any

from ..journal.statements import blob
from ..postgres.database import storable
from .errors import Conflict, NotEqual
from .tables import Row, opened

_RUN = "run_id, thread_id, graph, tags, started_at, status, seconds, events, bytes, head, pruned, seal"
_FEEDBACK = "run_id, name, score, label, explanation, annotator, at"
_ALL = f"SELECT {_RUN} FROM runs ORDER BY started_at, run_id"  # noqa: S608 - names of ours
_THERE = f"SELECT {_RUN} FROM runs WHERE run_id = ANY(%s)"  # noqa: S608 - names of ours
_HEAD, _PRUNED = 9, 10

AT_ONCE = 100
"""Runs that are committed at once."""


class RunsMove:
    """The runs of the journal in the folder `home` on their way into the database of `connection`, called `place`."""

    def __init__(self, home: Path, connection: Any, place: str) -> None:
        self._path = home / "journal.sqlite"
        self._connection = connection
        self._place = place
        self.events = 0
        """How many events there are; known once they are verified."""
        self.digest = ""
        """The hash of all runs' records, in order; known once they are verified."""

    def check(self) -> None:
        """Raise `Conflict` where the database holds another run of the same id."""
        for rows in self._batches():
            there = self._there(rows)
            for row in rows:
                if row[0] in there and not _same(row, there[row[0]]):
                    raise Conflict(f"Run {row[0]} is in {self._place} already, and differs.")

    def move(self) -> int:
        """Write the runs that are not there; how many that were."""
        moved = 0
        for rows in self._batches():
            there = self._there(rows)
            new = [row for row in rows if row[0] not in there]
            with closing(opened(self._path)) as source, self._connection.transaction():
                for row in new:
                    self._write(source, row)
            moved += len(new)
        return moved

    def _write(self, source: sqlite3.Connection, row: Row) -> None:
        with self._connection.cursor() as cursor:
            values = ", ".join("%s" for _ in row)
            cursor.execute(f"INSERT INTO runs ({_RUN}) VALUES ({values})", row)  # noqa: S608 - names of ours
            with cursor.copy("COPY events (run_id, seq, data, hash) FROM STDIN") as copy:
                for seq, data, stored in _events(source, row[0]):
                    copy.write_row((row[0], seq, blob(data), stored))
            said = f"INSERT INTO feedback ({_FEEDBACK}) VALUES (%s, %s, %s, %s, %s, %s, %s)"  # noqa: S608 - names of ours
            cursor.executemany(said, _feedback(source, row[0]))

    def verify(self) -> int:
        """Hash the records of each run on both sides; how many runs there are. Raises `NotEqual`.

        Of a run that was pruned in the database since, only its own row is compared.
        """
        count, self.events, every = 0, 0, blake2b(digest_size=16)
        for rows in self._batches():
            there = self._there(rows)
            for row in rows:
                count += 1
                its = there.get(row[0])
                if its is None or not _same(row, its):
                    raise self._not_equal(row[0])
                every.update(self._verified(row, its))
        self.digest = every.hexdigest()
        return count

    def _verified(self, row: Row, its: Row) -> bytes:
        with closing(opened(self._path)) as source:
            events = list(_events(source, row[0]))
            here = hash_of(events, _feedback(source, row[0]))
        self.events += len(events)
        if its[_PRUNED] == row[_PRUNED] and self._hash_there(row[0]) != here:
            raise self._not_equal(row[0])
        return here

    def _hash_there(self, run_id: str) -> bytes:
        query = "SELECT seq, data, hash FROM events WHERE run_id = %s ORDER BY seq"
        said = f"SELECT {_FEEDBACK} FROM feedback WHERE run_id = %s ORDER BY id"  # noqa: S608 - names of ours
        events = self._connection.execute(query, (run_id,)).fetchall()
        return hash_of(events, self._connection.execute(said, (run_id,)).fetchall())

    def _not_equal(self, run_id: str) -> NotEqual:
        return NotEqual(f"Run {run_id} is not in {self._place} as it is in {self._path}.")

    def _there(self, rows: Sequence[Row]) -> dict[str, Row]:
        found = self._connection.execute(_THERE, ([row[0] for row in rows],)).fetchall()
        return {row[0]: row for row in found}

    def _batches(self) -> Iterable[list[Row]]:
        if not self._path.exists():
            return
        with closing(opened(self._path)) as source:
            rows = [tuple(map(storable, row)) for row in source.execute(_ALL)]
        for first in range(0, len(rows), AT_ONCE):
            yield rows[first : first + AT_ONCE]


def _same(row: Row, there: Row) -> bool:
    """Whether it is the same run; one that was moved may have been pruned since, which leaves its hash."""
    return row == there or (there[_PRUNED] == 1 and (row[0], row[_HEAD]) == (there[0], there[_HEAD]))


def _events(source: sqlite3.Connection, run_id: str) -> "sqlite3.Cursor":
    return source.execute("SELECT seq, data, hash FROM events WHERE run_id = ? ORDER BY seq", (run_id,))


def _feedback(source: sqlite3.Connection, run_id: str) -> list[Row]:
    rows = source.execute(f"SELECT {_FEEDBACK} FROM feedback WHERE run_id = ? ORDER BY rowid", (run_id,))  # noqa: S608
    return [tuple(map(storable, row)) for row in rows]


def hash_of(events: Iterable[Row], said: Iterable[Row]) -> bytes:
    """The hash of a run's records: every number, every byte and every stored hash, and what was said of it."""
    digest = blake2b(digest_size=16)
    for seq, data, stored in events:
        digest.update(b"%d %d " % (seq, len(data)) + blob(data) + (stored or b""))
    for row in said:
        digest.update(repr(row).encode())
    return digest.digest()
