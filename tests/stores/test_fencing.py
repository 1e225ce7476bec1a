"""Fences and leases in PostgreSQL: who was given up writes nothing, and what was its is taken over by one."""

import asyncio
import select
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest

from mainstem.stores.journal.items import AppendEvent, BeginRun
from mainstem.stores.ledger import ToolCallClaim
from mainstem.stores.postgres.database import conninfo, pool_of
from mainstem.stores.postgres.instances import Instance
from mainstem.stores.postgres.notices import COMMANDS, EVENTS, MAX_NOTICE, notice_of
from mainstem.stores.postgres.opening import PostgresStores
from mainstem.stores.postgres.rules import STILL_COUNTS
from mainstem.stores.postgres.watch import Watch
from mainstem.stream import log_context
from mainstem.stream.errors import LeaseLost, ThreadBusy
from mainstem.stream.events import RunStarted, encode

from ..waiting import eventually, eventually_without_a_loop
from .contract.test_threads import say

CALL = ToolCallClaim("t", "m", 0, "save_note", "{}")


@pytest.fixture
def stores(database_url, tmp_path):
    return PostgresStores(database_url, tmp_path)


@pytest.fixture
def sister(database_url, tmp_path):
    return PostgresStores(database_url, tmp_path)


@contextmanager
def asked(url: str) -> Iterator[Any]:
    with psycopg.connect(url, autocommit=True, options="-c search_path=mainstem") as connection:
        yield connection


def given_up(url: str) -> None:
    """What a sister does when the lease of an instance has run out."""
    with asked(url) as connection:
        connection.execute("DELETE FROM instances")


def overdue(url: str) -> None:
    """What time does to the first instance when it renews nothing."""
    with asked(url) as connection:
        first_one = "WHERE id = (SELECT min(id) FROM instances)"
        connection.execute(f"UPDATE instances SET until = clock_timestamp() - interval '1 s' {first_one}")


@asynccontextmanager
async def run_of(run_id: str) -> AsyncIterator[None]:
    token = log_context.run_id.set(run_id)
    try:
        yield
    finally:
        log_context.run_id.reset(token)


def first(run_id: str) -> bytes:
    return encode(RunStarted(seq=1, run_id=run_id, thread_id="t", graph="g", tags={}, started_at=""))


async def test_what_was_given_up_writes_no_event(stores, sister, database_url):
    run = stores.journal.open("r", "t", "g", {}, "")
    run.write(1, first("r"))
    await stores.journal.flush()
    lost, loop = asyncio.Event(), asyncio.get_running_loop()
    stores.sharing.when_lost(lambda: loop.call_soon_threadsafe(lost.set))
    given_up(database_url)
    told: list[bool] = []
    run.when_committed(lambda: told.append(run.moved))
    run.write(2, b"{}")
    await stores.journal.flush()
    assert run.committed == 1
    assert told == [True]  # whoever waits for the event is not left waiting
    assert [seq for seq, _ in await sister.journal.read("r")] == [1]
    await lost.wait()
    await stores.journal.close()


def test_of_a_batch_what_was_given_up_is_left_out_and_nothing_else(stores, database_url):
    target = stores.journal.target
    target.open()
    target.commit([BeginRun("r", "t", "g", "{}", "")])
    given_up(database_url)
    target.commit([BeginRun("s", "t", "g", "{}", "")])
    batch = [AppendEvent(run_id, 1, first(run_id), listener=Mock()) for run_id in "rs"]
    assert target.commit(batch) == batch[1:]
    assert target.commit(batch[:1]) == []
    with asked(database_url) as connection:
        assert connection.execute("SELECT run_id, seq FROM events").fetchall() == [("s", 1)]
    target.close()


def test_a_connection_that_the_server_has_closed_is_not_used(database_url):
    pool = pool_of(database_url)
    with pool.connection() as idle:
        pass
    with asked(database_url) as admin:
        admin.execute("SELECT pg_terminate_backend(%s)", (idle.info.backend_pid,))
    assert select.select([idle], [], [])[0], "it is closed"
    with pool.connection() as another:
        assert another is not idle
        assert another.execute("SELECT 1").fetchone() == (1,)


def test_who_is_paused_in_a_transaction_is_taken_over(database_url):
    number = Instance(pool_of(database_url)).joined()
    with psycopg.connect(conninfo(database_url, stalled_seconds=0.2)) as paused:
        paused.execute(STILL_COUNTS, (number,))  # as each write begins
        overdue(database_url)
        eventually_without_a_loop(lambda: _is_given_up(database_url, number))
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            paused.execute("SELECT 1")


def _is_given_up(url: str, number: int) -> bool:
    with asked(url) as connection:
        Instance(pool_of(url)).take_over(connection)
        return connection.execute("SELECT 1 FROM instances WHERE id = %s", (number,)).fetchone() is None


def test_nobody_waits_for_who_is_paused_in_a_transaction(database_url):
    number = Instance(pool_of(database_url)).joined()
    with asked(database_url) as paused, asked(database_url) as connection:
        overdue(database_url)
        connection.execute("SET lock_timeout = '1 ms'")  # who waited for it would fail
        with paused.transaction():
            paused.execute(STILL_COUNTS, (number,))
            assert Instance(pool_of(database_url)).take_over(connection) == []
            assert connection.execute("SELECT 1 FROM instances WHERE id = %s", (number,)).fetchone()
        assert _is_given_up(database_url, number)


async def test_what_was_given_up_joins_again_for_what_is_begun_later(stores, database_url):
    stores.journal.open("r", "t", "g", {}, "").write(1, first("r"))
    await stores.journal.flush()
    given_up(database_url)
    later = stores.journal.open("s", "t", "g", {}, "")
    later.write(1, first("s"))
    await stores.journal.flush()
    assert later.committed == 1
    assert [seq for seq, _ in await stores.journal.read("s")] == [1]
    await stores.journal.close()


async def test_what_was_given_up_stores_no_checkpoint_and_begins_no_change(stores, sister, database_url):
    async with stores.threads.saver() as saver, stores.threads.lease("t"):
        await say(saver, "t", "One")
        assert await stores.ledger.claim(CALL) is None
        given_up(database_url)
        with pytest.raises(LeaseLost):
            await say(saver, "t", "Two")
        with pytest.raises(LeaseLost):
            await stores.ledger.claim(CALL)
        with pytest.raises(LeaseLost):
            await stores.ledger.finish(CALL, "done")
    async with sister.threads.saver() as saver:
        state = await say(saver, "t", "Three")
    assert [message.content for message in state["messages"]] == ["One", "You said: One", "Three", "You said: Three"]


async def test_who_gives_up_waits_for_what_is_being_written(stores, database_url):
    async with stores.threads.lease("t"):
        with asked(database_url) as writer, writer.transaction():
            writer.execute("SELECT id FROM instances FOR KEY SHARE")
            giving_up = asyncio.create_task(asyncio.to_thread(given_up, database_url))
            await eventually(lambda: _waits(database_url))
            assert not giving_up.done()
        await giving_up


def _waits(url: str) -> bool:
    with asked(url) as connection:
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        return connection.execute(query).fetchone()[0] > 0


async def test_a_thread_whose_holder_is_overdue_is_taken(stores, sister, database_url):
    async with stores.threads.lease("t"):
        stores._watch.end()
        await eventually(lambda: not stores._watch._thread.is_alive())
        with pytest.raises(ThreadBusy):
            async with sister.threads.lease("t"):
                pass
        overdue(database_url)

        async def taken() -> None:
            async with sister.threads.lease("t"):
                pass

        await asyncio.create_task(taken())
        with pytest.raises(LeaseLost):
            await stores.ledger.claim(CALL)


@pytest.mark.parametrize("times", [1, 2])
async def test_a_run_is_adopted_by_one_with_its_thread(stores, sister, database_url, tmp_path, times):
    adopted: list[Any] = []
    async with run_of("r"), stores.threads.lease("t"):
        run = stores.journal.open("r", "t", "g", {"team": "x"}, "", "{}")
        run.write(1, first("r"))
        other = stores.journal.open("unasked", "u", "g", {}, "")
        other.write(1, first("unasked"))
        await stores.journal.flush()
        stores._watch.end()
        await eventually(lambda: not stores._watch._thread.is_alive())
        sisters = [sister, *(PostgresStores(database_url, tmp_path) for _ in range(times - 1))]
        for each in sisters:
            each.sharing.serve("g", adopted.extend, print)
        overdue(database_url)
        await eventually(lambda: adopted)
        with pytest.raises(ThreadBusy):  # it is never free in between
            async with PostgresStores(database_url, tmp_path).threads.lease("t"):
                pass
    (orphan,) = adopted
    assert (orphan.run_id, orphan.thread_id, orphan.tags, orphan.holds_thread) == ("r", "t", {"team": "x"}, True)
    orphan.recorded.write(2, b"{}")
    orphan.recorded.finish("done", 1.0)
    await eventually(lambda: orphan.recorded.committed == 2)
    await sister.journal.recover()
    assert (await sister.journal.find("r")).status == "done"
    assert (await sister.journal.verify("r")).ok
    assert (await sister.journal.find("unasked")).status == "failed"
    for each in sisters:
        await each.journal.close()


async def test_who_serves_nothing_leaves_a_run_to_who_can_go_on_with_it(stores, sister, database_url, tmp_path):
    stores.journal.open("r", "t", "g", {}, "", "{}").write(1, first("r"))
    await stores.journal.flush()
    stores._watch.end()
    await eventually(lambda: not stores._watch._thread.is_alive())
    with asked(database_url) as connection:
        connection.execute("UPDATE instances SET until = clock_timestamp() - interval '1 s'")
        serving = "INSERT INTO instances (host, serves, until) VALUES ('x', 'g', clock_timestamp() + interval '1 h')"
        connection.execute(serving)
        await sister.journal.recover()
        assert (await sister.journal.find("r")).status is None
        connection.execute("UPDATE instances SET serves = 'another' WHERE host = 'x'")
        await sister.journal.recover()
        assert (await sister.journal.find("r")).status == "failed"
    await sister.journal.close()


# notifications


def test_one_notification_tells_of_a_batch():
    assert notice_of({"a": 3, "b": 7}) == f"{EVENTS} a:3 b:7"
    assert notice_of({f"{number:032}": number for number in range(1000)}) == EVENTS
    assert len(notice_of({f"{number:032}": number for number in range(200)})) <= MAX_NOTICE


def heard(*payloads: str) -> list[int]:
    """Which waits (1 to 5) for the run `a` have ended when these came."""
    watch, ended = Watch(None, Instance(None)), list[int]()  # pyright: ignore[reportArgumentType]
    for seq in range(1, 6):
        watch.call_at("a", seq, lambda seq=seq: ended.append(seq))
    for payload in payloads:
        watch.heard(payload)
    return ended


def test_who_waits_is_called_when_the_run_has_come_so_far():
    assert heard(f"{EVENTS} a:3 b:9") == [1, 2, 3]
    assert heard(f"{EVENTS} b:9", COMMANDS) == []
    assert heard(EVENTS) == [1, 2, 3, 4, 5]
    assert heard(f"{EVENTS} a:3", f"{EVENTS} a:2") == [1, 2, 3]


def test_who_comes_late_is_called_at_once():
    watch, ended = Watch(None, Instance(None)), list[int]()  # pyright: ignore[reportArgumentType]
    watch.heard(f"{EVENTS} a:3")
    watch.call_at("a", 3, lambda: ended.append(3))
    forget = watch.call_at("a", 4, lambda: ended.append(4))
    assert ended == [3]
    forget()
    watch.heard(f"{EVENTS} a:4")
    assert ended == [3]


async def test_a_server_that_starts_takes_over_what_it_finds_and_ends_nothing_of_it(stores, sister, database_url):
    stores.journal.open("r", "t", "g", {}, "", "{}").write(1, first("r"))
    await stores.journal.flush()
    stores._watch.end()
    await eventually(lambda: not stores._watch._thread.is_alive())
    overdue(database_url)
    adopted: list[Any] = []
    sister._watch.begin = lambda: None  # the journal's thread is the first to look
    sister.sharing.serve("g", adopted.extend, print)
    async with asyncio.timeout(30):
        while not adopted:  # where the database has just been started, nobody is given up for the time of a lease
            await sister.journal.recover()
    assert [orphan.run_id for orphan in adopted] == ["r"]
    assert (await sister.journal.find("r")).status is None
    await sister.journal.close()


async def test_who_ends_takes_over_nothing_more(stores, sister, database_url):
    stores.journal.open("r", "t", "g", {}, "", "{}").write(1, first("r"))
    await stores.journal.flush()
    stores._watch.end()
    await eventually(lambda: not stores._watch._thread.is_alive())
    adopted: list[Any] = []
    sister.sharing.serve("g", adopted.extend, print)
    sister.sharing.adopt_no_more()
    overdue(database_url)
    with asked(database_url) as connection:
        serving = "INSERT INTO instances (host, serves, until) VALUES ('x', 'g', clock_timestamp() + interval '1 h')"
        connection.execute(serving)
        assert sister._instance.take_over(connection) == []
    await sister.journal.recover()
    assert adopted == []
    assert (await sister.journal.find("r")).status is None, "it is left to who serves"
    await sister.journal.close()


async def test_who_is_late_and_alone_goes_on(stores, database_url):
    run = stores.journal.open("r", "t", "g", {}, "")
    run.write(1, first("r"))
    await stores.journal.flush()
    overdue(database_url)
    await stores.journal.recover()
    run.write(2, b"{}")
    await stores.journal.flush()
    assert run.committed == 2
    await stores.journal.close()


def test_a_number_is_known_once_its_row_is(database_url):
    """Else whoever renews it meanwhile finds no row, and takes this instance for given up."""
    pool, known = pool_of(database_url), list[int | None]()

    class Joining:
        @contextmanager
        def transaction(self) -> Iterator[Any]:
            with pool.transaction() as connection:
                yield connection
                known.append(instance.id)

    instance = Instance(Joining())  # type: ignore[arg-type]  # all that it asks of a pool
    assert instance.joined() == instance.id
    assert known == [None]
