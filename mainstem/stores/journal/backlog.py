"""What waits to be written: in order and within a bound, also while the file is locked or its disk is full."""

from collections import deque
from collections.abc import Iterable

from .items import AppendEvent, JournalRow

MAX_BYTES = 32 * 2**20
"""Bytes of events that wait at most; beyond it the oldest are lost, and it is said which."""

SLICE = 500
"""Rows that are committed together: where a disk has room for some, those are kept."""


class Backlog:
    """Rows that are not committed yet, the oldest first."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._rows: deque[JournalRow] = deque()
        self._size = 0

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def runs(self) -> list[str]:
        """The ids of the runs that it holds something of."""
        return list(dict.fromkeys(row.run_id for row in self._rows))

    def add(self, rows: Iterable[JournalRow]) -> None:
        """Take more rows."""
        for row in rows:
            self._rows.append(row)
            self._size += _weight(row)

    def next(self) -> list[JournalRow]:
        """The rows that are to be committed next; none when nothing waits."""
        return [self._rows[position] for position in range(min(SLICE, len(self._rows)))]

    def done(self, count: int) -> None:
        """The first `count` rows are committed."""
        for _ in range(count):
            self._size -= _weight(self._rows.popleft())

    def shed(self, bound: int | None = None) -> None:
        """Lose the oldest events beyond the bound, and tell whose they are. That a run began or ended is kept."""
        bound = self._max_bytes if bound is None else bound
        if self._size <= bound:
            return
        kept: deque[JournalRow] = deque()
        for row in self._rows:
            if self._size > bound and isinstance(row, AppendEvent):
                self._size -= _weight(row)
                row.listener.lose(row.seq)
            else:
                kept.append(row)
        self._rows = kept


def _weight(row: JournalRow) -> int:
    return len(row.data) if isinstance(row, AppendEvent) else 0
