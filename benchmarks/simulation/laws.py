"""What must hold, whatever happens: each transaction is looked at before it counts, and all of it at the end."""

from collections import Counter
from typing import Any

from mainstem.stores.journal.chain import chain
from mainstem.stores.postgres import rules
from mainstem.stores.postgres.database import adapted

from .broken import hold
from .database import Database, Key, Transaction
from .statements import Rows, served

STOPS_WITHIN = 1.5
"""Seconds within which a run stops that is told to, where nothing goes wrong."""


class Laws:
    """The laws over one database. `calm`: nothing goes wrong, so that nobody is given up."""

    def __init__(self, *, calm: bool) -> None:
        self.calm = calm
        self.made: Counter[str] = Counter()
        """How often each change was made."""
        self.stopped_at: dict[str, float] = {}
        """When a run was to be stopped."""
        self.shown: dict[str, list[list[tuple[int, bytes]]]] = {}
        """What was shown of each run: by its own processes, and to those who followed it elsewhere."""
        self._gone_at: dict[int, float] = {}
        """When each instance was given up, or left."""

    # each transaction

    def committed(self, tx: Transaction) -> None:
        """Look at what is about to count."""
        for key, row in tx.writes.items():
            check = getattr(self, f"_{key[0]}", None)
            if check is not None:
                check(tx, tx.database.table(key[0]).get(key[1]), row, key)

    def found(self, tx: Transaction, query: str | bytes, rows: Rows) -> None:
        """Look at what a statement gave."""
        if query == rules.GIVE_UP:
            for (number,) in rows:
                overdue = tx.database.table("instances")[number].until < tx.database.time
                hold(overdue, f"instance {number} was given up in time")
        if query == rules.ADOPT:
            self._adopts_all(tx)
        if query == adapted(rules.ORPHANS):
            for (run_id,) in rows:
                run = tx.get("runs", run_id)
                goes_on = run.request is not None and served(tx, run, tx.rows("instances"))
                hold(not goes_on, f"{run_id} is ended, and could be gone on with")

    def _adopts_all(self, tx: Transaction) -> None:
        """Who takes over leaves nothing that it can go on with."""
        serves = {row.serves for number, row in tx.rows("instances").items() if number in tx.machine.numbers}
        for run_id, run in tx.rows("runs").items():
            gone = self._gone_at.get(run.owner, tx.database.now) < tx.idle_since
            left = gone and run.status is None and run.request is not None and run.graph in serves
            hold(not left, f"{run_id} is left lying by process {tx.machine.number}, which could go on with it")

    def _counts(self, tx: Transaction, number: int | None) -> bool:
        return number in tx.database.table("instances") and tx.writes.get(("instances", number), 1) is not None

    def _instances(self, tx: Transaction, before: Any, after: Any, key: Key) -> None:
        number = key[1]
        if before is None:
            tx.machine.numbers.add(number)
        if after is None:
            self._gone_at[number] = tx.database.now
            hold(
                number in tx.machine.numbers or not self.calm,
                f"instance {number} was given up though nothing went wrong",
            )

    def _runs(self, tx: Transaction, before: Any, after: Any, key: Key) -> None:
        if before is None:
            hold(after.owner in tx.machine.numbers, f"{key[1]} was begun for another process")
            return
        hold(before.status is None or before == after, f"{key[1]} ends twice")
        if before.owner != after.owner:
            hold(not self._counts(tx, before.owner), f"{key[1]} was taken from {before.owner}, which counts")
        elif before.owner not in tx.machine.numbers:
            hold(not self._counts(tx, before.owner), f"{key[1]} was ended beside {before.owner}, which counts")
        obeys = self.calm and not tx.machine.far_away  # who only looks is stopped by whoever sits there
        if after.status is not None and obeys and (asked := self.stopped_at.get(key[1])) is not None:
            hold(tx.database.now - asked < STOPS_WITHIN, f"{key[1]} went on though it was to stop")

    def _commands(self, tx: Transaction, before: Any, after: Any, key: Key) -> None:
        if before is None:
            self.stopped_at.setdefault(after[0], tx.database.now)

    def _leases(self, tx: Transaction, before: Any, after: Any, key: Key) -> None:
        if before is None:
            return
        if self._counts(tx, before.owner):
            hold(before.owner in tx.machine.numbers, f"{key[1]} was taken from {before}, which counts")
            return
        run = tx.get("runs", before.run_id)
        goes_on = run is not None and run.status is None and run.request is not None
        hold(not goes_on or (after is not None and after.run_id == before.run_id), f"{before.run_id} has lost {key[1]}")

    def _events(self, tx: Transaction, before: Any, after: Any, key: Key) -> None:
        run_id, seq = key[1]
        hold(before is None, f"{run_id} {seq} is written twice")
        events, run = tx.database.table("events"), tx.get("runs", run_id)
        hold(seq == 1 or (run_id, seq - 1) in events or ("events", (run_id, seq - 1)) in tx.writes, f"{run_id}: a hole")
        ending = run.status is not None and not self._counts(tx, run.owner)
        hold(ending or run.owner in tx.machine.numbers, f"{run_id} {seq} was written by one that does not have the run")
        hold(ending or self._counts(tx, run.owner), f"{run_id} {seq} was written by one that was given up")

    def _claims(self, tx: Transaction, before: Any, after: Any, key: Key) -> None:
        hold(self._counts(tx, tx.fence), f"{key[1]} was claimed by one that was given up")

    def _checkpoints(self, tx: Transaction, before: Any, after: Any, key: Key) -> None:
        thread, run_id, _ = key[1]
        number = after[0]
        hold(self._counts(tx, number), f"{key[1]} was kept by one that was given up")
        lease = tx.get("leases", thread)
        hold(lease == (number, run_id), f"{key[1]} was kept by {number}, and the thread is held by {lease}")
        run = tx.get("runs", run_id)
        hold(run is None or run.owner == number, f"{key[1]} was kept by {number}, and the run is {run}")

    # the end

    def at_the_end(self, database: Database, answered: set[str]) -> None:
        """Look at all of it, when everything that went wrong is over and there was time enough."""
        runs, events = database.table("runs"), database.table("events")
        for run_id in sorted(answered):
            hold(run_id in runs, f"{run_id} was answered for and is not known")
        for run_id, run in runs.items():
            hold(run.status is not None, f"{run_id} has no end")
            told = self._chained(run_id, run, events)
            for shown in self.shown.get(run_id, []):
                first = shown[0][0] if shown else 1
                kept = told[first - 1 : first - 1 + len(shown)]
                hold(shown == kept, f"{run_id}: {shown} was shown, {kept} is kept")
        last: dict[str, str] = {}
        for thread, run_id, step in database.table("checkpoints"):
            hold(step == 0 or last[thread] == run_id, f"{run_id}: another run came between in {thread}")
            last[thread] = run_id
        for message, times in self.made.items():
            hold(times == 1, f"{message} was made {times} times")
        hold(not database.table("commands"), "a command was never taken")
        for thread, lease in database.table("leases").items():
            hold(lease.run_id in runs and runs[lease.run_id].status is None, f"{thread} is held by {lease} for ever")

    def _chained(self, run_id: str, run: Any, events: dict[Any, Any]) -> list[tuple[int, bytes]]:
        told, head = list[tuple[int, bytes]](), b""
        while (row := events.get((run_id, len(told) + 1))) is not None:
            head = chain(head, row[0])
            hold(head == row[1], f"{run_id}: the chain of hashes breaks at {len(told) + 1}")
            told.append((len(told) + 1, row[0]))
        size = sum(len(data) for _, data in told)
        hold((run.events, run.size, run.head) == (len(told), size, head), f"{run_id}: its row says something else")
        hold(b"run.finished" in told[-1][1], f"{run_id}: {told[-1]} is its last event")
        return told
