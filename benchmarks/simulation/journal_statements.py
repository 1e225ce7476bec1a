"""The models of what is written and read of runs, of changes, and of checkpoints."""

from collections.abc import Sequence
from typing import Any

from mainstem.stores import ledger
from mainstem.stores.journal.statements import ADD_EVENT, END_RUN, RUN_COLUMNS
from mainstem.stores.postgres import rules
from mainstem.stores.postgres.database import adapted
from mainstem.stores.postgres.notices import CHANNEL

from .broken import hold
from .database import NO_KEY_UPDATE, UPDATE, Transaction
from .statements import CHECKPOINT, LATEST_CHECKPOINT, Rows, Run, model, run

_KEY = "thread = ? AND message = ? AND position = ? AND tool = ? AND args = ?"


def events_of(tx: Transaction, run_id: str, from_seq: int = 1) -> Rows:
    """(seq, data, hash) of a run; they have no holes, or a law is broken."""
    found, seq = list[tuple[Any, ...]](), from_seq
    while (row := tx.get("events", (run_id, seq))) is not None:
        found.append((seq, *row))
        seq += 1
    return found


@model(ADD_EVENT)
def add_event(tx: Transaction, values: Sequence[Any]) -> Rows:
    run_id, seq, data, hashed = values
    tx.insert("events", (run_id, seq), (data, hashed))
    return [()]


@model(rules.ADD_EVENTS)
def add_events(tx: Transaction, values: Sequence[Any]) -> Rows:
    owners, *columns, _channel, notice = values
    counting = run(tx, adapted(rules.STILL_COUNT), (owners,))
    for owner, run_id, seq, data, hashed in zip(*columns, strict=True):
        if (owner,) not in counting:
            continue
        there = tx.lock("events", (run_id, seq), UPDATE)
        if there is None:
            tx.put("events", (run_id, seq), (data, hashed))
        else:
            hold(there == (data, hashed), f"{run_id} {seq} is {there}, and was to be {data!r}")
    tx.notices += [notice] * len(counting)
    return [(number, "") for (number,) in counting]


@model(END_RUN)
def end_run(tx: Transaction, values: Sequence[Any]) -> Rows:
    *ended, run_id = values
    row = tx.lock("runs", run_id, NO_KEY_UPDATE)
    if row is None:
        return []
    status, seconds, events, size, head = ended
    tx.put("runs", run_id, row._replace(status=status, seconds=seconds, events=events, size=size, head=head))
    return [()]


@model(rules.END_OF_CHAIN)
def end_of_chain(tx: Transaction, values: dict[str, Any]) -> Rows:
    rows = events_of(tx, values["run"])
    return [(len(rows), sum(len(row[1]) for row in rows), rows[-1][2] if rows else None)]


@model("SELECT seq, data FROM events WHERE run_id = ? AND seq >= ? ORDER BY seq LIMIT ?")
def read(tx: Transaction, values: Sequence[Any]) -> Rows:
    run_id, from_seq, limit = values
    return [row[:2] for row in events_of(tx, run_id, from_seq)[:limit]]


@model("SELECT seq, data, hash FROM events WHERE run_id = ? ORDER BY seq")
def read_all(tx: Transaction, values: Sequence[Any]) -> Rows:
    return events_of(tx, values[0])


@model("SELECT 1 FROM runs LIMIT 1")
def is_begun(tx: Transaction, values: Sequence[Any]) -> Rows:
    return [(1,)] if tx.rows("runs") else []


@model("SELECT owner FROM runs WHERE run_id = ? AND status IS NULL")
def owner_of(tx: Transaction, values: Sequence[Any]) -> Rows:
    row = tx.get("runs", values[0])
    return [(row.owner,)] if row is not None and row.status is None else []


def _record(run_id: str, row: Run) -> tuple[Any, ...]:
    return run_id, row.thread_id, row.graph, row.tags, row.started_at, row.status, row.seconds, row.events, 0


@model(f"SELECT {RUN_COLUMNS} FROM runs WHERE run_id = ?")
def find(tx: Transaction, values: Sequence[Any]) -> Rows:
    row = tx.get("runs", values[0])
    return [_record(values[0], row)] if row is not None else []


@model(f"SELECT {RUN_COLUMNS} FROM runs WHERE run_id >= ? AND run_id < ? LIMIT 2")
def find_by_beginning(tx: Transaction, values: Sequence[Any]) -> Rows:
    low, high, *_ = values
    return [_record(run_id, row) for run_id, row in tx.rows("runs").items() if low <= run_id < high][:2]


_SEALED = "run_id, thread_id, graph, tags, started_at, status, seconds, events, bytes, head, pruned"


@model(f"SELECT {_SEALED} FROM runs WHERE run_id = ?")
def sealed(tx: Transaction, values: Sequence[Any]) -> Rows:
    row = tx.get("runs", values[0])
    told = (row.status, row.seconds, row.events, row.size, row.head, 0)
    return [(values[0], row.thread_id, row.graph, row.tags, row.started_at, *told)]


@model("UPDATE runs SET seal = ? WHERE run_id = ?")
def seal(tx: Transaction, values: Sequence[Any]) -> Rows:
    return [()]  # it keeps what is said from being changed, and decides nothing


# notification


@model("SELECT pg_notify(%s, %s)")
def notify(tx: Transaction, values: Sequence[Any]) -> Rows:
    tx.notices.append(values[1])
    return [()]


@model(f"LISTEN {CHANNEL}")
def listen(tx: Transaction, values: Sequence[Any]) -> Rows:
    return []


# changes


@model(ledger._CLAIM)
def claim(tx: Transaction, values: Sequence[Any]) -> Rows:
    *key, _begun = values
    if tx.lock("claims", tuple(key), UPDATE) is not None:
        return []
    tx.put("claims", tuple(key), (None, None))
    return [()]


@model(f"SELECT outcome, status FROM claims WHERE {_KEY}")
def claimed(tx: Transaction, values: Sequence[Any]) -> Rows:
    row = tx.get("claims", tuple(values))
    return [row] if row is not None else []


@model(f"UPDATE claims SET outcome = ?, status = ? WHERE {_KEY}")
def outcome(tx: Transaction, values: Sequence[Any]) -> Rows:
    told, key = tuple(values[:2]), tuple(values[2:])
    if tx.lock("claims", key, NO_KEY_UPDATE) is None:
        return []
    tx.put("claims", key, told)
    return [()]


# checkpoints


@model(CHECKPOINT)
def checkpoint(tx: Transaction, values: Sequence[Any]) -> Rows:
    *key, instance = values
    tx.insert("checkpoints", tuple(key), (instance,))
    return [()]


@model(LATEST_CHECKPOINT)
def latest_checkpoint(tx: Transaction, values: Sequence[Any]) -> Rows:
    of_thread = [key[1:] for key in tx.rows("checkpoints") if key[0] == values[0]]  # in the order in which they came
    return of_thread[-1:]
