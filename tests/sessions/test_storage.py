"""A disk that is full, a database that is locked or damaged: a clear line, and nothing lost."""

import sqlite3

import pytest

from mainstem import Session, events
from mainstem.stores.journal import file
from mainstem.stores.journal.sqlite import SqliteJournal
from mainstem.stores.journal.writer import WriteLimits
from mainstem.stores.opening import EmbeddedStores
from mainstem.stores.threads.sqlite import SqliteThreads
from mainstem.stream.errors import ThreadError


@pytest.fixture
def impatient(monkeypatch):
    def threads(stores):
        return SqliteThreads(stores.home / "threads.sqlite", stores.home / "locks", busy_seconds=0.2)

    def journal(stores):
        return made.setdefault(stores, SqliteJournal(stores.home / "journal.sqlite", limits=limits))

    made, limits = {}, WriteLimits(busy_seconds=0.2)
    monkeypatch.setattr(EmbeddedStores, "threads", property(threads))
    monkeypatch.setattr(EmbeddedStores, "_journal", property(journal))


async def test_a_locked_thread_database_is_a_clear_failure_and_nothing_is_lost(scripted, impatient):
    settings = scripted([{"text": "One."}], [{"text": "Two."}], [{"text": "Three."}])
    async with Session(settings) as session:
        await session.ask("First?", thread="t").result()
        lock = sqlite3.connect(settings.home / "threads.sqlite", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        result = await session.ask("Second?", thread="t").result()
        assert result.status == "failed"
        assert result.error.message.endswith("threads.sqlite cannot be used: database is locked.")
        assert await patience(session) == 0  # waited once, and not again for what the failed run had still to write
        assert "Another process" in result.error.hint
        lock.execute("ROLLBACK")
        lock.close()
        assert (await session.ask("Third?", thread="t").result()).status == "done"
        assert await patience(session) == 200
        texts = [message.text for message in (await session.state("t")).values["messages"]]
    assert texts[:2] == ["First?", "One."]
    assert texts[-2] == "Third?"


async def patience(session):
    """Milliseconds for which the threads' connection waits for a lock."""
    async with session.source.graph.checkpointer.conn.execute("PRAGMA busy_timeout") as cursor:
        return (await cursor.fetchone())[0]


async def test_a_home_that_is_a_file_is_named(scripted, docs):
    settings = scripted([{"text": "One."}])
    settings.home.write_text("")
    with pytest.raises(ThreadError, match=r"home folder .*home cannot be used") as caught:
        async with Session(settings):
            pass
    assert "MAINSTEM_HOME" in caught.value.hint


async def test_a_damaged_thread_database_is_named(scripted):
    settings = scripted([{"text": "One."}])
    (settings.home / "threads.sqlite").write_bytes(b"no database at all" * 500)
    with pytest.raises(ThreadError, match=r"threads\.sqlite cannot be used") as caught:
        async with Session(settings):
            pass
    assert "Move the file away" in caught.value.hint


async def test_a_locked_journal_costs_the_replay_and_not_the_run(scripted, impatient):
    settings = scripted([{"text": "One."}])
    async with Session(settings) as session:
        await session.journal.flush()
        session.journal.open("other", "t", "g", {}, "2026-01-01")
        await session.journal.flush()
        lock = sqlite3.connect(settings.home / "journal.sqlite", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        run = session.ask("First?", thread="t")
        said = [event async for event in run]
        lock.close()
    assert said[-1].status == "done"
    assert run.finished


async def test_a_full_disk_under_the_journal_is_told(scripted, monkeypatch):
    """`max_page_count` makes SQLite answer as on a full disk."""
    opened = file.connected

    def small(path, busy_seconds):
        connection = opened(path, busy_seconds)
        connection.execute("PRAGMA max_page_count = 8")
        return connection

    monkeypatch.setattr(file, "connected", small)
    settings = scripted([{"words": "word " * 400, "delay": 0.0005}])
    async with Session(settings) as session:
        said = [event async for event in session.ask("First?", thread="t")]
    assert said[-1].status == "done"
    notices = [event for event in said if isinstance(event, events.Notice)]
    assert [notice.kind for notice in notices] == ["journal"]
    assert "full" in notices[0].text


async def test_a_full_disk_under_the_threads_is_a_clear_failure(scripted):
    settings = scripted([{"text": "One."}], [{"text": "x" * 200_000}], [{"text": "Three."}])
    async with Session(settings) as session:
        await session.ask("First?", thread="t").result()
        connection = session.source.graph.checkpointer.conn
        (pages,) = await (await connection.execute("PRAGMA page_count")).fetchone()
        await connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        result = await session.ask("Second?", thread="t").result()
        assert result.status == "failed"
        assert "full" in result.error.message
        assert "Free some space" in result.error.hint
        await connection.execute("PRAGMA max_page_count = 1000000")
        assert (await session.ask("Third?", thread="t").result()).status == "done"


async def test_a_corrupt_journal_is_moved_aside(scripted):
    settings = scripted([{"text": "One."}])
    (settings.home / "journal.sqlite").write_bytes(b"no database at all" * 500)
    async with Session(settings) as session:
        run = session.ask("First?", thread="t")
        assert (await run.result()).status == "done"
        await session.journal.flush()
        assert [record.run_id for record in await session.journal.runs()] == [run.run_id]
    assert (settings.home / "journal.sqlite.corrupt-1").exists()
