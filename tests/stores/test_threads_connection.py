"""The connection of the threads' file: as LangGraph's saver uses one, with fewer ways to its thread."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.base import empty_checkpoint

from mainstem.stores.threads import connection as module
from mainstem.stores.threads.connection import ThreadsConnection
from mainstem.stores.threads.sqlite import SqliteThreads


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[ThreadsConnection]:
    async with ThreadsConnection(tmp_path / "t.sqlite", 5.0) as connection:
        async with connection.executescript("CREATE TABLE t (a PRIMARY KEY, b)"):
            await connection.commit()
        yield connection


class Trips:
    """Counts the ways to the connection's thread."""

    def __init__(self, connection: ThreadsConnection, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made = 0
        run = connection._run

        async def counted(work: Any) -> Any:
            self.made += 1
            return await run(work)

        monkeypatch.setattr(connection, "_run", counted)


async def rows(connection: ThreadsConnection, sql: str = "SELECT a, b FROM t ORDER BY a") -> list[tuple[Any, ...]]:
    async with connection.execute(sql) as cursor:
        return await cursor.fetchall()


async def test_what_is_written_goes_with_its_commit_in_one_way(
    there: ThreadsConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    trips = Trips(there, monkeypatch)
    async with there.cursor() as cursor:
        await cursor.executemany("INSERT INTO t VALUES (?, ?)", [(1, "x"), (2, "y")])
        await there.commit()
    assert trips.made == 1
    assert await rows(there) == [(1, "x"), (2, "y")]
    assert trips.made == 2


async def test_what_is_read_sees_what_was_written_before(there: ThreadsConnection) -> None:
    await there.execute("INSERT INTO t VALUES (1, 'x')")
    assert await rows(there) == [(1, "x")]


async def test_what_was_not_committed_is_not_kept(tmp_path: Path) -> None:
    async with ThreadsConnection(tmp_path / "t.sqlite", 5.0) as connection:
        await connection.executescript("CREATE TABLE t (a, b)")
        await connection.execute("INSERT INTO t VALUES (1, 'x')")
    async with ThreadsConnection(tmp_path / "t.sqlite", 5.0) as connection:
        assert await rows(connection) == []


async def test_of_what_goes_wrong_nothing_is_kept_and_the_next_goes_well(there: ThreadsConnection) -> None:
    await there.execute("INSERT INTO t VALUES (1, 'x')")
    await there.execute("INSERT INTO t VALUES (1, 'y')")
    with pytest.raises(sqlite3.IntegrityError):
        await there.commit()
    await there.execute("INSERT INTO t VALUES (2, 'z')")
    await there.commit()
    assert await rows(there) == [(2, "z")]


@pytest.mark.parametrize("count", [0, 1, module._ROWS - 1, module._ROWS, 3 * module._ROWS, 3 * module._ROWS + 7])
async def test_rows_come_whole_and_in_order_however_many(there: ThreadsConnection, count: int) -> None:
    async with there.cursor() as cursor:
        await cursor.executemany("INSERT INTO t VALUES (?, ?)", [(number, "x") for number in range(count)])
    await there.commit()
    async with there.execute("SELECT a FROM t ORDER BY a") as cursor:
        assert [row[0] async for row in cursor] == list(range(count))
    async with there.execute("SELECT a FROM t ORDER BY a") as cursor:
        first = await cursor.fetchone()
        left = await cursor.fetchall()
        assert [row[0] for row in [first, *left] if row is not None] == list(range(count))


async def test_who_stops_reading_holds_up_no_writer(there: ThreadsConnection) -> None:
    async with there.cursor() as cursor:
        await cursor.executemany("INSERT INTO t VALUES (?, ?)", [(number, "x") for number in range(500)])
    await there.commit()
    async with there.execute("SELECT a FROM t") as cursor:
        assert await cursor.fetchone() == (0,)
    await there.execute("DELETE FROM t")
    await there.commit()
    assert await rows(there) == []


async def test_a_connection_that_is_not_open_says_so(tmp_path: Path) -> None:
    with pytest.raises(sqlite3.ProgrammingError, match="not open"):
        await ThreadsConnection(tmp_path / "t.sqlite", 5.0).commit()


async def test_a_checkpoint_is_read_by_one_way_and_its_history_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with SqliteThreads(tmp_path / "t.sqlite", tmp_path / "locks").saver() as saver:
        config = {"configurable": {"thread_id": "t", "checkpoint_ns": ""}}
        first = await saver.aput(config, {**empty_checkpoint(), "channel_values": {"said": ["One"]}}, {}, {})
        await saver.aput_writes(first, [("said", ["Two"])], "task")
        await saver.aput(first, empty_checkpoint(), {}, {})
        trips = Trips(saver.conn, monkeypatch)
        found = await saver.aget_tuple(config)
        assert (found.parent_config, trips.made) == (first, 1)
        history = await saver.aget_delta_channel_history(config=found.config, channels=["said"])
        assert (history["said"], trips.made) == ({"seed": ["One"], "writes": [("task", "said", ["Two"])]}, 2)
