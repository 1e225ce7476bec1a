"""A database that is away for a while and comes back, and one that cannot be used at all."""

import asyncio
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from mainstem.stores.postgres import instances, rules
from mainstem.stores.postgres.database import DatabaseError, Pool, conninfo, place_of, pool_of, reason_of, unusable
from mainstem.stores.postgres.instances import Instance
from mainstem.stores.postgres.opening import PostgresStores
from mainstem.stores.postgres.watch import Watch
from mainstem.stream.errors import JournalError
from mainstem.stream.events import RunStarted, encode

from ..postgres import cut_off
from .contract.test_threads import say

GONE = "UPDATE instances SET until = clock_timestamp() - interval '1 h'"
LEASE = 60.0


@contextmanager
def asked(url: str):
    with psycopg.connect(url, autocommit=True, options="-c search_path=mainstem") as connection:
        yield connection


@pytest.mark.real
async def test_a_thread_goes_on_when_its_connections_were_cut_off(database_url, tmp_path):
    threads = PostgresStores(database_url, tmp_path).threads
    async with threads.saver() as saver:
        await say(saver, "t", "One")
        cut_off(database_url)
        async with threads.lease("t"):
            state = await say(saver, "t", "Two")
        assert [message.content for message in state["messages"]][-1] == "You said: Two"
        cut_off(database_url)
        assert await threads.latest(saver) == ["t"]


@pytest.mark.real
async def test_a_run_goes_on_when_everybody_was_cut_off(database_url, tmp_path, monkeypatch):
    monkeypatch.setattr(Watch, "begin", lambda self: None)  # nobody renews anything by itself
    monkeypatch.setattr(rules, "JUST_STARTED", "SELECT %s < 0")
    stores, sister = (PostgresStores(database_url, tmp_path / name, lease_seconds=LEASE) for name in "ab")
    adopted: list[Any] = []
    for each, took in ((stores, list[Any]()), (sister, adopted)):
        each.sharing.serve("g", took.extend, print)
        await asyncio.to_thread(each._instance.joined)
    stores.journal.open("r", "t", "g", {}, "", "{}").write(1, encode(RunStarted(run_id="r", seq=1, graph="g")))
    await stores.journal.flush()
    with asked(database_url) as connection:
        connection.execute(GONE)
        await sister.journal.recover()  # the first one to look, when the database is there again
        await stores.journal.recover()
        assert connection.execute("SELECT status FROM runs").fetchall() == [(None,)]
    assert [orphan.run_id for orphan in adopted] == ["r"]
    await sister.journal.close()
    await stores.journal.close()


@pytest.fixture
def instance(database_url):
    """One beside a sister that is overdue."""
    one, sister = (Instance(pool_of(database_url), LEASE) for _ in range(2))
    sister.joined()
    with asked(database_url) as connection:
        connection.execute(GONE)
    one.joined()
    return one


def living(url: str, instance: Instance) -> int:
    """How many count when this one has looked."""
    with asked(url) as connection:
        instance.renew(connection)
        instance.take_over(connection)
        return connection.execute("SELECT count(*) FROM instances").fetchone()[0]


@pytest.mark.real
def test_who_hears_the_database_again_gives_the_others_time(database_url, instance, monkeypatch):
    monkeypatch.setattr(rules, "JUST_STARTED", "SELECT %s < 0")
    time = [1000.0]
    monkeypatch.setattr(instances, "monotonic", lambda: time[0])
    with asked(database_url) as connection:
        instance.renew(connection)
    time[0] += LEASE + 1
    assert living(database_url, instance) == 2
    time[0] += LEASE - 1
    assert living(database_url, instance) == 2
    time[0] += 2
    assert living(database_url, instance) == 1


@pytest.mark.real
def test_nobody_is_given_up_when_the_database_has_just_started(database_url, instance, monkeypatch):
    monkeypatch.setattr(rules, "JUST_STARTED", "SELECT %s > 0")
    assert living(database_url, instance) == 2
    monkeypatch.setattr(rules, "JUST_STARTED", "SELECT %s < 0")
    assert living(database_url, instance) == 1


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://me:secret@db.example.com/mainstem", "postgresql://db.example.com/mainstem"),
        ("postgres://me:secret@one:5432,two:5433/m?sslmode=require", "postgresql://one:5432,two:5433/m"),
        ("postgresql://me:secret@one,two:5433/m", "postgresql://one,two:5433/m"),
        ("postgresql:///m?host=/run/pg&port=5433&password=secret", "postgresql:///run/pg:5433/m"),
        ("host=db port=5433 dbname=m user=me password=secret", "postgresql://db:5433/m"),
        ("host=one,two port=5433 dbname=m password=secret", "postgresql://one:5433,two:5433/m"),
        ("dbname=m password=secret", "postgresql:///m"),
    ],
)
def test_a_place_is_told_without_a_password(url, place):
    assert place_of(url) == place


@pytest.mark.parametrize("url", ["postgresql://me:sec ret@db/m", "mysql://me:secret@db/m", "password='secret"])
def test_what_is_no_address_is_not_quoted(url):
    with pytest.raises(DatabaseError) as caught:
        conninfo(url)
    assert "sec" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_an_older_version_is_named():
    pool = Pool("postgresql://me:secret@db/m")
    with pytest.raises(DatabaseError, match=r"^PostgreSQL 14 runs at postgresql://db/m: it is too old\.$"):
        pool._check_version(14)
    pool._check_version(15)


def test_what_is_wrong_is_one_line():
    error = psycopg.OperationalError("consuming input failed: it closed\n\tThis probably means\n\tsomething..")
    assert reason_of(error) == "consuming input failed: it closed"
    assert str(unusable(JournalError, "The journal", error)) == (
        "The journal cannot be used: consuming input failed: it closed."
    )
    refused = unusable(JournalError, "It", psycopg.errors.InsufficientPrivilege("permission denied for database m"))
    assert "create a schema" in refused.hint
