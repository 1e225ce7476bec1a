"""An instance that leaves: what it has going is a sister's at once, and not when its time has run out."""

import asyncio
from typing import Any

import pytest

from mainstem.stores.postgres.opening import PostgresStores
from mainstem.stream.errors import ThreadBusy

from ..waiting import eventually
from .test_fencing import _waits, asked, first, run_of

LONG = 3600.0
"""Seconds of a lease that no test waits for."""


@pytest.fixture
def stores(database_url, tmp_path):
    return PostgresStores(database_url, tmp_path, lease_seconds=LONG)


@pytest.fixture
def sister(database_url, tmp_path):
    return PostgresStores(database_url, tmp_path, lease_seconds=LONG)


async def free(stores: PostgresStores, thread: str) -> bool:
    """Whether nobody holds a thread."""
    try:
        async with stores.threads.lease(thread):
            return True
    except ThreadBusy:
        return False


async def test_who_leaves_is_succeeded_at_once(stores, sister, database_url, tmp_path):
    adopted: list[Any] = []
    lost, loop = asyncio.Event(), asyncio.get_running_loop()
    stores.sharing.when_lost(lambda: loop.call_soon_threadsafe(lost.set))
    async with run_of("r"), stores.threads.lease("t"):
        run = stores.journal.open("r", "t", "g", {}, "", "{}")
        run.write(1, first("r"))
        sister.sharing.serve("g", adopted.extend, print)
        run.write(2, b"{}")
        assert await stores.sharing.hand_over()
        await lost.wait()
        run.write(3, b"{}")
        await stores.journal.flush()
        assert run.committed == 2
        await eventually(lambda: adopted)
        assert not await asyncio.create_task(free(PostgresStores(database_url, tmp_path), "t"))
    (orphan,) = adopted
    assert (orphan.run_id, orphan.holds_thread) == ("r", True)
    assert [seq for seq, _ in await sister.journal.read("r")] == [1, 2]
    await sister.journal.close()
    await stores.journal.close()


async def test_what_is_left_with_nobody_there_waits_for_the_next_one(stores, sister, database_url):
    adopted: list[Any] = []
    stores.journal.open("r", "t", "g", {}, "", "{}").write(1, first("r"))
    await stores.journal.flush()
    async with run_of("over"), stores.threads.lease("u"), run_of("r"), stores.threads.lease("t"):
        assert await stores.sharing.hand_over()
    with asked(database_url) as connection:  # a thread is free unless its run is gone on with
        assert connection.execute("SELECT thread_id FROM leases").fetchall() == [("t",)]
    sister.sharing.serve("g", adopted.extend, print)
    await eventually(lambda: adopted)
    assert adopted[0].holds_thread
    await sister.journal.close()


async def test_who_cannot_tell_that_it_leaves_stays(stores, database_url):
    run = stores.journal.open("r", "t", "g", {}, "", "{}")
    run.write(1, first("r"))
    await stores.journal.flush()
    with asked(database_url) as connection:
        connection.execute("ALTER TABLE leases RENAME TO away")
        assert not await stores.sharing.hand_over()
        connection.execute("ALTER TABLE away RENAME TO leases")
    run.write(2, b"{}")
    await stores.journal.flush()
    assert run.committed == 2
    await stores.journal.close()


async def test_of_two_that_take_over_at_once_one_has_the_run(stores, sister, database_url, tmp_path):
    stores.journal.open("r", "t", "g", {}, "", "{}").write(1, first("r"))
    await stores.sharing.hand_over()
    adopted: list[Any] = []
    other = await asyncio.to_thread(sister._instance.joined)
    with asked(database_url) as connection:
        with connection.transaction():
            connection.execute("UPDATE runs SET owner = %s", (other,))  # as the first of them does it
            third = PostgresStores(database_url, tmp_path, lease_seconds=LONG)
            third.sharing.serve("g", adopted.extend, print)
            await eventually(lambda: _waits(database_url))
        await third.journal.recover()  # it has seen by then what the first one did
        assert connection.execute("SELECT owner, status FROM runs").fetchall() == [(other, None)]
    assert adopted == []
    await third.journal.close()
