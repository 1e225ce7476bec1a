"""The models of what is written and asked of leases: who has a thread."""

from collections.abc import Callable, Sequence
from typing import Any

from mainstem.stores.postgres import rules

from .database import NO_KEY_UPDATE, UPDATE, Transaction
from .statements import Instance, Lease, Rows, Run, model, served


def _goes_on(run: Run | None) -> bool:
    return run is not None and run.status is None and run.request is not None


@model(rules.TAKE)
def take(tx: Transaction, values: Sequence[Any]) -> Rows:
    thread, owner, run_id = values
    instances, runs = tx.rows("instances"), tx.rows("runs")

    lease = tx.lock("leases", thread, UPDATE)
    same_run = lease is not None and lease == (owner, run_id) and run_id is not None
    if lease is not None and not same_run and (lease.owner in instances or _goes_on(runs.get(lease.run_id))):
        return []
    tx.put("leases", thread, Lease(owner, run_id))
    return [(owner,)]


@model(rules.FREE)
def free(tx: Transaction, values: Sequence[Any]) -> Rows:
    thread, owner, run_id = values
    if thread not in tx.rows("leases") or tx.lock("leases", thread, UPDATE) != (owner, run_id):
        return []
    if owner not in tx.rows("instances"):
        return []
    tx.put("leases", thread, None)
    return [()]


@model(rules.ADOPT_LEASES)
def adopt_leases(tx: Transaction, values: dict[str, Any]) -> Rows:
    mine, runs = values["mine"], values["runs"]
    instances, found = tx.rows("instances"), list[tuple[Any, ...]]()

    def is_left(lease: Lease | None) -> bool:
        return lease is not None and lease.run_id in runs and (lease.owner == mine or lease.owner not in instances)

    for thread, lease in list(tx.rows("leases").items()):
        if is_left(lease) and is_left(lease := tx.lock("leases", thread, NO_KEY_UPDATE)):
            tx.put("leases", thread, lease._replace(owner=mine))
            found.append((lease.run_id,))
    return found


@model(rules.FREE_GONE)
def free_gone(tx: Transaction, values: Sequence[Any]) -> Rows:
    (owners,) = values
    runs = tx.rows("runs")
    return _freed(tx, lambda lease: lease.owner in owners and not _goes_on(runs.get(lease.run_id)))


@model(rules.FREE_ENDED)
def free_ended(tx: Transaction, values: Sequence[Any]) -> Rows:
    (ended,) = values
    return _freed(tx, lambda lease: lease.run_id in ended)


def _freed(tx: Transaction, is_left: Callable[[Lease], bool]) -> Rows:
    found: Rows = []
    for thread, lease in list(tx.rows("leases").items()):
        if is_left(lease) and (lease := tx.lock("leases", thread, UPDATE)) is not None and is_left(lease):
            tx.put("leases", thread, None)
            found.append(())
    return found


def _holder(tx: Transaction, values: Sequence[Any]) -> tuple[Instance | None, bool] | None:
    """Of a thread's lease: its instance, if that counts, and whether somebody who is in time goes on with its run."""
    lease = tx.get("leases", values[0])
    if lease is None:
        return None
    run, instances = tx.get("runs", lease.run_id), tx.rows("instances")
    return instances.get(lease.owner), _goes_on(run) and served(tx, run, instances)


@model(rules.HELD)
def held(tx: Transaction, values: Sequence[Any]) -> Rows:
    holder, is_waited_for = _holder(tx, values) or (None, False)
    return [(1,)] if holder is not None or is_waited_for else []


@model(rules.HELD_IN_TIME)
def held_in_time(tx: Transaction, values: Sequence[Any]) -> Rows:
    holder, is_waited_for = _holder(tx, values) or (None, False)
    is_in_time = holder is not None and holder.until >= tx.database.time
    return [(1,)] if is_in_time or is_waited_for else []


@model(rules.HELD_OVERDUE)
def held_overdue(tx: Transaction, values: Sequence[Any]) -> Rows:
    found = _holder(tx, values)
    return [(1,)] if found is not None and (found[0] is None or found[0].until < tx.database.time) else []
