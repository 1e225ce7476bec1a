"""The models of the simulation do what PostgreSQL does: the same statements give the same rows from both."""

from random import Random

import psycopg
import pytest

from benchmarks.simulation import connections, statements, threads
from benchmarks.simulation.database import Database
from benchmarks.simulation.schedule import Machine
from mainstem.stores import ledger
from mainstem.stores.journal.statements import END_RUN
from mainstem.stores.postgres import rules
from mainstem.stores.postgres.database import adapted, conninfo, pool_of

STATEMENTS = 400

HOUR = 3600.0


class Both:
    """PostgreSQL and the model of it, told the same."""

    def __init__(self, real: psycopg.Connection, model: connections.Connection) -> None:
        self._real = real
        self._model = model

    def execute(self, query, values=()) -> list[tuple]:
        """What both give for a statement, which must be the same."""
        cursor = self._real.execute(adapted(query), values)
        real = sorted(cursor.fetchall(), key=repr) if cursor.description else [()] * cursor.rowcount
        told = self._model.execute(adapted(query), values)
        model = sorted(told.fetchall(), key=repr)
        assert model == real, (query, values)
        return real


def anything(chance: Random, both: Both) -> None:
    """One statement of those that decide something, on few rows, so that they meet."""
    number, run, thread = chance.randint(1, 12), f"r{chance.randint(0, 5)}", f"t{chance.randint(0, 3)}"
    serves, lasts = chance.choice([None, "g", "h"]), chance.choice([HOUR, HOUR, -HOUR])
    request = chance.choice(["{}", "{}", None])
    seq = chance.randint(1, 3)
    call = (thread, "m", 0, "tool", "{}")
    owners = [number, number + 1]
    batch = (owners, owners, [run, run], [seq, seq + 1], [b"{}", b"{}"], [b"hash", b"hash"], "mainstem", "events")
    adopting = {"mine": number, "serves": "g", "known": [f"r{chance.randint(0, 5)}"]}
    query, values = chance.choice(
        [
            (rules.JOIN, ("host", serves, lasts)),
            (rules.JOIN, ("host", serves, lasts)),
            (rules.RENEW, (lasts, serves, number)),
            (rules.LEAVE, (number,)),
            (rules.LEAVES_RUNS, (number,)),
            (rules.IN_TIME, (number,)),
            (rules.STILL_COUNTS, (number,)),
            (rules.STILL_COUNT, ([number, number + 1],)),
            (rules.GIVE_UP, {"mine": number, "serves": serves}),
            (rules.BEGIN_RUN, (run, thread, "g", "{}", "", number, request, None)),
            (rules.BEGIN_RUN, (run, thread, "g", "{}", "", number, request, chance.choice([number, number + 1]))),
            (rules.ADD_EVENTS, batch),
            (END_RUN, ("done", 1.0, 3, 6, b"hash", run)),
            (rules.ADOPT, adopting),
            (rules.ADOPT_LEASES, {"mine": number, "runs": [run]}),
            (rules.FREE_GONE, ([number],)),
            (rules.FREE_ENDED, ([run],)),
            (rules.ORPHANS, ()),
            (rules.TAKE, (thread, number, run)),
            (rules.TAKE, (thread, number, run)),
            (rules.FREE, (thread, number, run)),
            (rules.HELD, (thread,)),
            (rules.HELD_OVERDUE, (thread,)),
            (rules.HELD_IN_TIME, (thread,)),
            (rules.ADD_COMMAND, (run, "stop", "")),
            (rules.TAKE_COMMANDS, (number,)),
            (ledger._CLAIM, (*call, 0.0)),
        ]
    )
    both.execute(query, values)


@pytest.mark.parametrize("seed", range(4))
def test_a_model_gives_what_postgresql_gives(database_url, seed):
    pool_of(database_url).connect().close()  # makes the tables
    with psycopg.connect(conninfo(database_url), autocommit=True) as real, threads.scheduled() as schedule:
        database = Database(lambda: schedule.now, lambda _: None, lambda *_: None)
        machine, chance = Machine(0), Random(seed)

        def compare() -> None:
            both = Both(real, connections.Connection(database, connections.Network(chance), machine))
            for _ in range(STATEMENTS):
                anything(chance, both)

        schedule.spawn(machine, compare)
        schedule.run(1e9, lambda: False)
        assert sorted(database.table("leases").items()) == [
            (thread, (owner, run)) for thread, owner, run in real.execute("SELECT * FROM leases ORDER BY thread_id")
        ]
        owners = real.execute("SELECT run_id, owner, status FROM runs ORDER BY run_id").fetchall()
        assert sorted((run_id, run.owner, run.status) for run_id, run in database.table("runs").items()) == owners


def test_each_rule_has_a_model():
    queries = {value for name, value in vars(rules).items() if name.isupper() and name[0] != "_"}
    assert {adapted(query) for query in queries} <= set(statements.MODELS)
