"""A lease is its run's: who may take a thread in PostgreSQL whose holder is gone."""

from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from mainstem.stores.journal.items import AppendEvent, BeginRun
from mainstem.stores.journal.records import Retention
from mainstem.stores.postgres import rules
from mainstem.stores.postgres.database import conninfo, pool_of
from mainstem.stores.postgres.instances import Instance
from mainstem.stores.postgres.journal_target import PostgresTarget
from mainstem.stores.postgres.threads import PostgresThreads
from mainstem.stores.postgres.watch import Watch
from mainstem.stream.errors import ThreadBusy
from mainstem.stream.events import RunStarted, encode


@pytest.fixture(autouse=True)
def _a_database_that_is_there_for_long(monkeypatch):
    """The one of the tests may have started a moment ago: nobody is given up then."""
    monkeypatch.setattr(rules, "JUST_STARTED", "SELECT %s < 0")


class Process:
    """What a process has of the stores, without its threads. It holds a run's thread as soon as it `begins` it."""

    def __init__(self, url: str, serves: str | None = None) -> None:
        self.pool = pool_of(url)
        self.instance = Instance(self.pool)
        self.instance.serves = serves
        self.watch = Watch(self.pool, self.instance)
        self.watch.begin = lambda: None
        self.adopted: list[tuple[str, bool]] = []
        if serves is not None:
            self.watch.adopt = self._adopt
        self.threads = PostgresThreads(self.pool, self.instance, self.watch)
        self.target = PostgresTarget(self.pool, self.instance, self.watch, Retention())
        self.target.open()

    def _adopt(self, runs: Any) -> None:
        for run_id, _, _, _, holds_thread, owner in runs:
            self.instance.runs[run_id] = owner
            self.adopted.append((run_id, holds_thread))

    def begins(self, run_id: str, thread: str, request: str | None = "{}") -> None:
        self.threads._take(thread, run_id)
        self.target.commit(events_of(run_id, thread, request))

    def looks(self) -> None:
        with self.pool.connect() as connection:
            self.watch.take_over(connection)


def events_of(run_id: str, thread: str, request: str | None = "{}") -> list[Any]:
    started = RunStarted(seq=1, run_id=run_id, thread_id=thread, graph="g", tags={}, started_at="")
    listener: Any = None
    return [BeginRun(run_id, thread, "g", "{}", "", request), AppendEvent(run_id, 1, encode(started), listener)]


def asked(url: str, query: str) -> list[Any]:
    with psycopg.connect(conninfo(url), autocommit=True) as connection:
        cursor = connection.execute(query)  # type: ignore[arg-type]  # the tests' own
        return cursor.fetchall() if cursor.description else []


def overdue(url: str, process: Process) -> None:
    """What time does to an instance that renews nothing."""
    asked(url, f"UPDATE instances SET until = clock_timestamp() - interval '1 s' WHERE id = {process.instance.id}")


@pytest.mark.parametrize("ends", ["dies", "leaves"])
def test_the_thread_of_a_run_that_can_be_gone_on_with_waits_for_who_does(database_url, ends):
    first, other, sister = Process(database_url, "g"), Process(database_url, "another"), Process(database_url, "g")
    first.begins("r", "t")
    first.begins("unasked", "u", None)
    sister.instance.joined()
    if ends == "dies":
        overdue(database_url, first)
    else:
        first.instance.leave()
    other.looks()
    assert asked(database_url, "SELECT thread_id, run_id FROM leases") == [("t", "r")]
    for process in (other, sister):
        assert process.threads._leased("t")
        with pytest.raises(ThreadBusy):
            process.threads._taken("t", "s")
        assert process.threads._taken("u", "s") == process.instance.id
        process.threads._free("u", process.instance.id, "s")
    sister.looks()
    assert sister.adopted == [("r", True)]
    assert asked(database_url, "SELECT owner, run_id FROM leases") == [(sister.instance.id, "r")]


@pytest.mark.parametrize("serves", [None, "another"])
def test_who_wants_the_thread_of_a_run_that_nobody_can_go_on_with_ends_the_run_first(database_url, serves):
    first, second = Process(database_url, "g"), Process(database_url, serves)
    first.begins("r", "t")
    overdue(database_url, first)
    second.looks()
    assert not second.threads._leased("t")
    assert asked(database_url, "SELECT status FROM runs") == [(None,)]
    mine = second.threads._take("t", "s")
    assert asked(database_url, "SELECT owner, run_id FROM leases") == [(mine, "s")]
    assert asked(database_url, "SELECT status FROM runs") == [("failed",)]


def test_a_run_that_is_ended_frees_its_thread_in_the_same_transaction(database_url):
    first, second = Process(database_url, "g"), Process(database_url)
    first.begins("r", "t")
    overdue(database_url, first)
    second.target.recover()
    assert asked(database_url, "SELECT status FROM runs") == [("failed",)]
    assert asked(database_url, "SELECT 1 FROM leases") == []


def test_who_was_given_up_unawares_takes_over_under_a_new_number(database_url):
    first, second = Process(database_url, "g"), Process(database_url, "g")
    first.begins("r", "t")
    earlier = second.instance.joined()
    asked(database_url, f"DELETE FROM instances WHERE id = {earlier}")
    overdue(database_url, first)
    second.looks()
    assert second.instance.id not in (None, earlier)
    assert second.adopted == [("r", True)]


class LostAnswer(psycopg.OperationalError):
    """What was committed is not answered."""


def begins_unanswered(process: Process, run_id: str) -> None:
    """Begin a run, and do not hear that it is committed."""
    connection = process.target._connection

    class Unanswered:
        closed = False

        @contextmanager
        def transaction(self):
            with connection.transaction():
                yield
            raise LostAnswer

        def execute(self, *asked: Any) -> Any:
            return connection.execute(*asked)

    process.target._connection = Unanswered()
    with pytest.raises(LostAnswer):
        process.target.commit(events_of(run_id, "t"))
    process.target._connection = connection


def test_a_run_whose_begin_was_not_answered_is_begun_again_by_who_has_it_still(database_url):
    first = Process(database_url, "g")
    begins_unanswered(first, "r")
    assert len(first.target.commit(events_of("r", "t"))) == 2
    first.looks()
    assert first.adopted == []


def test_a_run_that_was_taken_over_meanwhile_is_not_begun_again_and_can_be_taken_over_here(database_url):
    """The simulation found a run that its first process took for its own, and nobody went on with."""
    first, second = Process(database_url, "g"), Process(database_url, "g")
    begins_unanswered(first, "r")
    overdue(database_url, first)
    second.looks()
    assert second.adopted == [("r", False)]
    asked(database_url, "DELETE FROM events")
    first.target.commit(events_of("r", "t"))
    assert asked(database_url, "SELECT 1 FROM events") == []
    overdue(database_url, second)
    first.looks()
    assert first.adopted == [("r", False)]


def test_a_run_that_was_taken_over_here_is_not_begun_again(database_url):
    first = Process(database_url, "g")
    begins_unanswered(first, "r")
    asked(database_url, "DELETE FROM instances")
    first.looks()
    assert first.adopted == [("r", False)]
    asked(database_url, "DELETE FROM events")
    first.target.commit(events_of("r", "t"))
    assert asked(database_url, "SELECT 1 FROM events") == []


def test_a_run_whose_begin_was_not_committed_is_begun_under_the_new_number(database_url):
    first = Process(database_url, "g")
    first.instance.joined()
    asked(database_url, "DELETE FROM instances")
    begins_unanswered(first, "r")
    assert len(first.target.commit(events_of("r", "t"))) == 2
    assert asked(database_url, "SELECT owner FROM runs") == [(first.instance.id,)]
