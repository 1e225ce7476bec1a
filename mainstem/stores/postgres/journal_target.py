"""The journal's tables as its thread writes them: a batch a transaction, fenced, with one notification."""

import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from ..journal.items import AdoptRun, AppendEvent, BeginRun, FinishRun, JournalRow
from ..journal.pruning import too_many, too_old
from ..journal.records import Retention
from ..journal.statements import END_RUN, forget_thread, prune_run, seal
from ..journal.target import Head, Heads
from . import rules
from .database import ERRORS, Pool, Statements
from .instances import Instance
from .notices import CHANNEL, notice_of
from .orphans import recover
from .watch import Watch

log = logging.getLogger("mainstem.journal")


class PostgresTarget:
    """The journal's tables. Readers are shown what is committed and nothing else: others may go on from it."""

    errors = ERRORS
    shows_committed = True

    def __init__(self, pool: Pool, instance: Instance, watch: Watch, keep: Retention) -> None:
        self._pool = pool
        self._instance = instance
        self._watch = watch
        self._keep = keep
        self._heads = Heads()
        self._events: list[tuple[int, str, int, bytes, bytes]] = []
        """Those of the batch that is being written."""
        self._begun: dict[str, int] = {}
        """By which number runs were begun of which it is not known yet whether that was committed."""
        self._connection: Any = None

    def open(self) -> None:
        """Connect, and end what crashes left and nobody can go on with."""
        if self._connection is None or self._connection.closed:
            self._connection = self._pool.connect()
            self.recover()

    def commit(self, rows: Sequence[JournalRow]) -> Sequence[JournalRow]:
        """Write these in one transaction, or none; what is of an instance that was given up is left out."""
        before, tables = self._heads.kept(), Statements(self._connection)
        try:
            if all(isinstance(row, AppendEvent) for row in rows):
                written = self._write_all(tables, rows)  # one statement, which is a transaction by itself
            else:
                with self._connection.transaction():
                    self._lock(tables, rows)
                    written = self._write_all(tables, rows)
        except BaseException:
            self._heads = before  # the rows are written again from here
            raise
        for row in rows:
            if isinstance(row, BeginRun):
                self._begun.pop(row.run_id, None)
        for row in written:
            if isinstance(row, FinishRun):
                self._instance.runs.pop(row.run_id, None)
        return written

    def _lock(self, tables: Statements, rows: Sequence[JournalRow]) -> None:
        """Lock what these rows are written for until the transaction ends; of what counts no more, know nothing."""
        begun = [row.run_id for row in rows if isinstance(row, BeginRun)]
        if begun:
            mine = self._instance.counted(tables.connection)
            self._heads.update({run_id: Head(owner=mine) for run_id in begun})
        for row in rows:
            if isinstance(row, AdoptRun):
                self._heads[row.run_id] = Head(row.hash, row.events, row.size, row.owner, adopted=True)
        owners = {head.owner for row in rows if (head := self._heads.get(row.run_id))}
        self._drop_lost(owners, tables.execute(rules.STILL_COUNT, (sorted(owners),)).fetchall())

    def _drop_lost(self, owners: set[int], counting: Iterable[Sequence[Any]]) -> None:
        """Of those of `owners` that are not among the rows `counting`, know nothing any more."""
        lost = owners - {row[0] for row in counting}
        if lost:
            for run_id in [run_id for run_id, head in self._heads.items() if head.owner in lost]:
                del self._heads[run_id]
        for gone in lost:
            self._instance.given_up(gone)

    def _write_all(self, tables: Statements, rows: Sequence[JournalRow]) -> list[JournalRow]:
        written: list[JournalRow] = []
        reached: dict[str, int] = {}
        self._events = []
        for row in rows:
            head = self._heads.get(row.run_id)
            if head is not None and not _is_stale(row, head):
                reached[row.run_id] = self._write(tables, row, head)
                written.append(row)
        if self._events:
            return self._add_events(tables, written, notice_of(reached))
        if reached:
            tables.execute("SELECT pg_notify(?, ?)", (CHANNEL, notice_of(reached)))
        return written

    def _add_events(self, tables: Statements, written: list[JournalRow], notice: str) -> list[JournalRow]:
        """Add those of the batch, and notify; returns those of `written` that count."""
        columns = [list(column) for column in zip(*self._events, strict=True)]
        owners = set(columns[0])
        counting = tables.execute(rules.ADD_EVENTS, (sorted(owners), *columns, CHANNEL, notice)).fetchall()
        if len(counting) == len(owners):
            return written
        self._drop_lost(owners, counting)
        return [row for row in written if row.run_id in self._heads]

    def _write(self, tables: Statements, row: JournalRow, head: Head) -> int:
        """Write one row; returns how far the run has come: its end comes behind its last event."""
        match row:
            case AppendEvent():
                self._events.append((head.owner, row.run_id, row.seq, row.data, head.append(row)))
                return row.seq
            case AdoptRun():
                return row.events
            case BeginRun():
                begun = (row.run_id, row.thread_id, row.graph, row.tags, row.started_at, head.owner, row.request)
                if tables.execute(rules.BEGIN_RUN, (*begun, self._begun.get(row.run_id))).rowcount:
                    self._begun[row.run_id] = head.owner
                    self._instance.runs[row.run_id] = head.owner  # before it can be found in the table
                else:
                    del self._heads[row.run_id]  # it was begun under an earlier number, and is for who took it over
                return 0
            case FinishRun():
                del self._heads[row.run_id]
                ended = (row.status, row.seconds, head.events, head.size, head.hash, row.run_id)
                tables.execute(END_RUN, ended)
                seal(tables, row.run_id)
                return head.events + 1

    def recover(self) -> None:
        """End the runs that dead processes left and nobody can go on with."""
        recover(self._connection, self._watch)

    def forget(self, thread_id: str) -> None:
        """Delete the runs of a thread that are over."""
        with self._connection.transaction():
            forget_thread(Statements(self._connection), thread_id)

    def prune(self) -> None:
        """Forget what is not to be kept any more; of several that come at once, the first one does it."""
        with self._connection.transaction():
            tables = Statements(self._connection)
            if not tables.execute("SELECT pg_try_advisory_xact_lock(hashtext('mainstem prune'))").fetchone()[0]:  # type: ignore[index]  # one row
                return
            old = dict.fromkeys([*too_old(tables, self._keep, datetime.now(UTC)), *too_many(tables, self._keep)])
            for run_id in old:
                prune_run(tables, run_id)
        if old:
            log.warning(
                "Pruned the events of %d runs: MAINSTEM_JOURNAL_DAYS and MAINSTEM_JOURNAL_MB say why.", len(old)
            )

    def close(self) -> None:
        """Close the connection, and count no more."""
        if self._connection is not None:
            self._connection.close()
        self._instance.leave()


def _is_stale(row: JournalRow, head: Head) -> bool:
    """Whether it is of an earlier part of the run here: this process was given up, and has it again."""
    if isinstance(row, BeginRun):
        return head.adopted
    return isinstance(row, AppendEvent | FinishRun) and row.adopted_by != (head.owner if head.adopted else 0)
