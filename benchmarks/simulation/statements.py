"""What each of the product's statements does, in the model of the database.

A statement that has no model here is an error: the rules cannot change without the simulation.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from mainstem.stores.postgres import rules
from mainstem.stores.postgres.database import adapted

from .database import KEY_SHARE, NO_KEY_UPDATE, UPDATE, Table, Transaction

Rows = list[tuple[Any, ...]]
Model = Callable[[Transaction, Any], Rows]
"""A statement on its values; returns a row for each that it gave or changed."""

CHECKPOINT = "INSERT INTO checkpoints (thread_id, run_id, step, instance) VALUES (%s, %s, %s, %s)"
LATEST_CHECKPOINT = "SELECT run_id, step FROM checkpoints WHERE thread_id = %s ORDER BY number DESC LIMIT 1"
"""LangGraph's saver has many statements; what counts of them is what they keep."""

MODELS: dict[bytes, Model] = {}


class Instance(NamedTuple):
    host: str
    serves: str | None
    until: float


class Lease(NamedTuple):
    owner: int
    run_id: str | None


class Run(NamedTuple):
    thread_id: str
    graph: str
    tags: str
    started_at: str
    owner: int
    request: str | None
    status: str | None = None
    seconds: float | None = None
    events: int | None = None
    size: int | None = None
    head: bytes | None = None


def model(query: str) -> Callable[[Model], Model]:
    """The model of a statement."""

    def known(function: Model) -> Model:
        MODELS[adapted(query)] = function
        return function

    return known


def run(transaction: Transaction, query: str | bytes, values: Any) -> Rows:
    """Run one statement."""
    key = query if isinstance(query, bytes) else query.encode()
    if key not in MODELS:
        raise AssertionError(f"The simulation has no model of this statement: {key.decode()}")
    return MODELS[key](transaction, values)


# who counts


@model(rules.JOIN)
def join(tx: Transaction, values: Sequence[Any]) -> Rows:
    host, serves, seconds = values
    number = tx.database.next_number("instances")
    tx.insert("instances", number, Instance(host, serves, tx.database.time + seconds))
    return [(number,)]


@model(rules.RENEW)
def renew(tx: Transaction, values: Sequence[Any]) -> Rows:
    seconds, serves, number = values
    if number not in tx.rows("instances") or (row := tx.lock("instances", number, NO_KEY_UPDATE)) is None:
        return []
    tx.put("instances", number, row._replace(serves=serves, until=tx.database.time + seconds))
    return [()]


@model(rules.LEAVE)
def leave(tx: Transaction, values: Sequence[Any]) -> Rows:
    (number,) = values
    if number not in tx.rows("instances") or tx.lock("instances", number, UPDATE) is None:
        return []
    tx.put("instances", number, None)
    return [()]


@model(rules.LEAVES_RUNS)
def leaves_runs(tx: Transaction, values: Sequence[Any]) -> Rows:
    return [(1,)] if any(run.owner == values[0] and run.status is None for run in tx.rows("runs").values()) else []


@model(rules.JUST_STARTED)
def just_started(tx: Transaction, values: Sequence[Any]) -> Rows:
    return [(tx.database.started_at > tx.database.time - values[0],)]


@model(rules.IN_TIME)
def in_time(tx: Transaction, values: Sequence[Any]) -> Rows:
    row = tx.get("instances", values[0])
    return [(1,)] if row is not None and row.until >= tx.database.time else []


@model(rules.STILL_COUNTS)
def still_counts(tx: Transaction, values: Sequence[Any]) -> Rows:
    return still_count(tx, ([values[0]],))


@model(rules.STILL_COUNT)
def still_count(tx: Transaction, values: Sequence[Any]) -> Rows:
    there = tx.rows("instances")
    wanted = sorted(number for number in set(values[0]) if number in there)
    return [(number,) for number in wanted if tx.lock("instances", number, KEY_SHARE) is not None]


@model(rules.GIVE_UP)
def give_up(tx: Transaction, values: dict[str, Any]) -> Rows:
    instances, runs, gone = tx.rows("instances"), tx.rows("runs"), list[tuple[Any, ...]]()
    for number, row in list(instances.items()):
        if not _is_overdue(tx, number, row, instances, runs, values) or tx.blocked_by("instances", number, UPDATE):
            continue
        row = tx.lock("instances", number, UPDATE)
        if row is not None and _is_overdue(tx, number, row, instances, runs, values):
            tx.put("instances", number, None)
            gone.append((number,))
    return gone


def _is_overdue(
    tx: Transaction, number: int, row: Instance, instances: Table, runs: Table, values: dict[str, Any]
) -> bool:
    if row.until >= tx.database.time or number == values["mine"]:
        return False
    return values["serves"] is not None or not any(
        run.owner == number and run.status is None and run.request is not None and served(tx, run, instances)
        for run in runs.values()
    )


def served(tx: Transaction, run: Run, instances: Table) -> bool:
    """Whether somebody who is in time could go on with a run."""
    return any(sister.serves == run.graph and sister.until >= tx.database.time for sister in instances.values())


# who has a run


@model(rules.BEGIN_RUN)
def begin_run(tx: Transaction, values: Sequence[Any]) -> Rows:
    run_id, *row, begun_by = values
    begun, there = Run(*row), tx.lock("runs", run_id, UPDATE)
    if there is not None and (there.owner != begun.owner or there.owner != begun_by):
        return []
    tx.put("runs", run_id, there or begun)
    return [()]


@model(rules.ADOPT)
def adopt(tx: Transaction, values: dict[str, Any]) -> Rows:
    instances, found = tx.rows("instances"), list[tuple[Any, ...]]()

    def is_left(run: Run) -> bool:
        open_here = run.status is None and run.request is not None and run.graph == values["serves"]
        return open_here and (run.owner == values["mine"] or run.owner not in instances)

    for run_id, run in list(tx.rows("runs").items()):
        known = run_id in values["known"]
        if not known and is_left(run) and is_left(run := tx.lock("runs", run_id, NO_KEY_UPDATE)):
            tx.put("runs", run_id, run._replace(owner=values["mine"]))
            found.append((run_id, run.thread_id, run.tags, run.request))
    return found


@model(rules.ORPHANS)
def orphans(tx: Transaction, values: Sequence[Any]) -> Rows:
    instances, found = tx.rows("instances"), list[tuple[Any, ...]]()

    def is_left(run: Run) -> bool:
        left = run.status is None and run.owner not in instances
        return left and (run.request is None or not served(tx, run, instances))

    for run_id, run in list(tx.rows("runs").items()):
        if is_left(run) and not tx.blocked_by("runs", run_id, UPDATE) and is_left(tx.lock("runs", run_id, UPDATE)):
            found.append((run_id,))
    return found


# what is asked of whose run


@model(rules.ADD_COMMAND)
def add_command(tx: Transaction, values: Sequence[Any]) -> Rows:
    tx.insert("commands", tx.database.next_number("commands"), tuple(values))
    return [()]


@model(rules.TAKE_COMMANDS)
def take_commands(tx: Transaction, values: Sequence[Any]) -> Rows:
    (mine,) = values
    runs, found = tx.rows("runs"), list[tuple[Any, ...]]()
    for number, command in list(tx.rows("commands").items()):
        run = runs.get(command[0])
        mine_or_over = run is not None and (run.owner == mine or run.status is not None)
        if mine_or_over and tx.lock("commands", number, UPDATE) is not None:
            tx.put("commands", number, None)
            found.append((*command, run.status))
    return found
