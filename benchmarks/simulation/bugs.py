"""Planted bugs, one for each rule: a simulation that finds none of them would say nothing.

Each is a rule left out; `faults` are those that bring it out soonest, of `faults.KINDS`.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from mainstem.stores import ledger
from mainstem.stores.journal.target import Heads
from mainstem.stores.postgres import database as postgres
from mainstem.stores.postgres import journal_target, rules
from mainstem.stores.postgres.database import adapted
from mainstem.stores.postgres.instances import Instance
from mainstem.stores.postgres.journal_target import PostgresTarget
from mainstem.stores.postgres.watch import Watch

from . import process
from .database import UPDATE, Database, Transaction
from .statements import MODELS, Lease, Model, Rows, Run


@dataclass(frozen=True)
class Bug:
    """A rule that is left out."""

    name: str
    faults: tuple[str, ...]
    patches: tuple[Callable[[], Any], ...]

    @contextmanager
    def planted(self) -> Generator[None]:
        """Leave it out."""
        with ExitStack() as stack:
            for each in self.patches:
                stack.enter_context(each())
            yield


def _says(query: str, model: Model) -> Callable[[], Any]:
    return lambda: patch.dict(MODELS, {adapted(query): model})


def _is(owner: Any, name: str, value: Any) -> Callable[[], Any]:
    return lambda: patch.object(owner, name, value)


def _nothing(*_: Any) -> Any:
    return None


def _unlocked(tx: Transaction, values: Any) -> Rows:
    asked = values[0] if isinstance(values[0], list) else [values[0]]
    return [(number,) for number in asked if number in tx.rows("instances")]


def _unasked(tx: Transaction, values: Any) -> Rows:
    return [(number,) for number in (values[0] if isinstance(values[0], list) else [values[0]])]


def _take_from_anybody(tx: Transaction, values: Any) -> Rows:
    thread, owner, run_id = values
    tx.put("leases", thread, Lease(owner, run_id))
    return [(owner,)]


def _give_up_in_time(tx: Transaction, values: Any) -> Rows:
    others = [number for number in tx.rows("instances") if number != values["mine"]]
    for number in others:
        tx.put("instances", number, None)
    return [(number,) for number in others]


def _adopt_where(is_left: Callable[[Run, Any, Any], bool]) -> Model:
    def adopt(tx: Transaction, values: Any) -> Rows:
        found: Rows = []
        for run_id, run in list(tx.rows("runs").items()):
            known = run_id in values["known"] or run.status is not None
            if not known and is_left(run, values["mine"], tx.rows("instances")):
                tx.put("runs", run_id, run._replace(owner=values["mine"]))
                found.append((run_id, run.thread_id, run.tags, run.request))
        return found

    return adopt


def _orphans_of_all(tx: Transaction, values: Any) -> Rows:
    return [(run_id,) for run_id, run in tx.rows("runs").items() if run.status is None]


def _free_anybodys(tx: Transaction, values: Any) -> Rows:
    tx.put("leases", values[0], None)
    return [()]


def _begin_anybodys(tx: Transaction, values: Any) -> Rows:
    run_id, *row, _ = values
    tx.put("runs", run_id, tx.get("runs", run_id) or Run(*row))
    return [()]


def _add_but_once(tx: Transaction, values: Any) -> Rows:
    owners, *columns, _channel, notice = values
    for _owner, run_id, seq, *row in zip(*columns, strict=True):
        tx.insert("events", (run_id, seq), tuple(row))
    tx.notices.append(notice)
    return [(number, "") for number in owners]


def _claim_again(tx: Transaction, values: Any) -> Rows:
    tx.put("claims", tuple(values[:5]), (None, None))
    return [()]


def _take_anybodys_commands(tx: Transaction, values: Any) -> Rows:
    runs, found = tx.rows("runs"), list[tuple[Any, ...]]()
    for number, command in list(tx.rows("commands").items()):
        tx.put("commands", number, None)
        run = runs.get(command[0])
        found.append((*command, run.status if run else None))
    return found


def _smallest_free(self: Database, name: str) -> int:
    taken = self.table(name)
    return next(number for number in range(1, len(taken) + 2) if number not in taken)


def _renew_silently(self: Instance, connection: Any) -> None:
    if self.id is not None:
        connection.execute(rules.RENEW, (self.lease_seconds, self.serves, self.id))


def _unasked_number(self: Instance, connection: Any) -> int:
    return self.joined()


def _take_from_who_is_gone(tx: Transaction, values: Any) -> Rows:
    thread, owner, run_id = values
    lease = tx.lock("leases", thread, UPDATE)
    if lease is not None and lease != (owner, run_id) and lease.owner in tx.rows("instances"):
        return []
    tx.put("leases", thread, Lease(owner, run_id))
    return [(owner,)]


def _free_all_of(tx: Transaction, values: Any) -> Rows:
    left = [thread for thread, lease in tx.rows("leases").items() if lease.owner in values[0]]
    for thread in left:
        tx.put("leases", thread, None)
    return [()] * len(left)


_DEATH, _PAUSE, _LOST = ("kill", "loses answers"), ("pause", "cut off"), ("loses answers",)

BUGS: Sequence[Bug] = (
    Bug("a write does not lock its instance", _PAUSE, (
        _says(rules.STILL_COUNTS, _unlocked), _says(rules.STILL_COUNT, _unlocked))),
    Bug("a write does not ask whether its instance counts", _PAUSE, (
        _says(rules.STILL_COUNTS, _unasked), _says(rules.STILL_COUNT, _unasked))),
    Bug("a change is claimed by one that was given up", _PAUSE, (_is(postgres, "check", _nothing),)),
    Bug("a thread is taken from whoever has it", ("kill",), (_says(rules.TAKE, _take_from_anybody),)),
    Bug("a thread is taken from a run that can be gone on with", ("kill",), (
        _says(rules.TAKE, _take_from_who_is_gone),)),
    Bug("who gives up frees what another one goes on with", ("kill", "leave"), (_says(rules.FREE_GONE, _free_all_of),)),
    Bug("a run that is ended keeps its thread", ("database jumps", "leave"), (
        _says(rules.FREE_ENDED, lambda tx, values: []),)),
    Bug("a lease is freed whoever has it", _PAUSE, (_says(rules.FREE, _free_anybodys),)),
    Bug("a lease that could not be freed is held for ever", _LOST, (_is(Watch, "when_heard", _nothing),)),
    Bug("who is in time is given up", ("jump",), (_says(rules.GIVE_UP, _give_up_in_time),)),
    Bug("nobody renews its time", (), (_is(Instance, "renew", _nothing),)),
    Bug("who was given up does not learn of it", ("pause",), (
        _is(Instance, "renew", _renew_silently), _is(Instance, "counted", _unasked_number))),
    Bug("a number is given twice", ("pause", "kill"), (_is(Database, "next_number", _smallest_free),)),
    Bug("a run is adopted whose owner counts", ("kill",), (
        _says(rules.ADOPT, _adopt_where(lambda run, mine, instances: True)),)),
    Bug("a run is adopted without its thread", ("kill",), (_says(rules.ADOPT_LEASES, lambda tx, values: []),)),
    Bug("a run whose adoption was not answered is forgotten", _DEATH, (
        _says(rules.ADOPT, _adopt_where(lambda run, mine, instances: run.owner not in instances)),)),
    Bug("a run is ended whose owner counts", ("kill",), (
        _says(rules.ORPHANS, _orphans_of_all),)),
    Bug("a run is begun again though it is another's", ("cut off",), (
        _says(rules.BEGIN_RUN, _begin_anybodys),)),
    Bug("what is left of an earlier part of a run is written into a later one", ("pause", "cut off"), (
        _is(journal_target, "_is_stale", lambda row, head: False),)),
    Bug("events that were not answered for cannot be written again", _LOST, (_says(rules.ADD_EVENTS, _add_but_once),)),
    Bug("the chain is not taken back when a commit fails", ("cut off",), (_is(Heads, "kept", lambda self: self),)),
    Bug("readers are shown what is not committed", ("kill",), (_is(PostgresTarget, "shows_committed", False),)),
    Bug("a reader waits for a notification that is lost", ("loses notices",), (
        _is(process, "look_seconds", lambda listens: 1e6),)),
    Bug("a change that was begun is made again", _PAUSE, (_says(ledger._CLAIM, _claim_again),)),
    Bug("a command is taken by whoever comes first", (), (_says(rules.TAKE_COMMANDS, _take_anybodys_commands),)),
)  # fmt: skip
