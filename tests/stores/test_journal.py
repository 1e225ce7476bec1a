import asyncio
import sqlite3

import pytest

from mainstem.stores.journal import chain
from mainstem.stores.journal.sqlite import SqliteJournal
from mainstem.stores.journal.writer import WriteLimits
from mainstem.stream.errors import JournalError, UnknownRun


def opened(path, run_id="r"):
    journal = SqliteJournal(path)
    return journal, journal.open(run_id, "t", "g", {"team": "x"}, "2026-01-01T00:00:00+00:00")


async def test_what_was_written_is_read_again(tmp_path):
    journal, run = opened(tmp_path / "j.sqlite")
    for seq in range(1, 601):
        run.write(seq, b"%d" % seq)
    await journal.flush()
    assert run.committed == 600
    rows = await run.read(1, 1000)
    assert [seq for seq, _ in rows] == list(range(1, 601))
    assert (await run.read(599, 10)) == [(599, b"599"), (600, b"600")]
    run.finish("done", 1.5)
    await journal.close()
    (record,) = await journal.runs()
    assert (record.run_id, record.status, record.seconds, record.tags) == ("r", "done", 1.5, {"team": "x"})


async def test_each_record_carries_the_hash_of_the_one_before(tmp_path):
    journal, run = opened(tmp_path / "j.sqlite")
    for seq in (1, 2, 3):
        run.write(seq, b"x")
    await journal.close()
    with sqlite3.connect(tmp_path / "j.sqlite") as connection:
        hashes = [row[0] for row in connection.execute("SELECT hash FROM events ORDER BY seq")]
    expected = [chain(b"", b"x")]
    expected += [chain(expected[0], b"x")]
    assert hashes[:2] == expected
    assert len(set(hashes)) == 3


async def test_who_is_in_no_hurry_waits_for_the_batch(tmp_path):
    journal = SqliteJournal(tmp_path / "j.sqlite", limits=WriteLimits(batch_seconds=3600))
    run = journal.open("r", "t", "g", {}, "2026-01-01T00:00:00+00:00")
    run.write(1, b"x")
    waiting = asyncio.create_task(journal.flush(hurry=False))
    await asyncio.wait([waiting], timeout=0.2)
    assert run.committed == 0
    await journal.flush()
    assert run.committed == 1
    await waiting
    await journal.close()


async def test_who_waits_in_a_loop_that_is_closed_keeps_nothing_from_being_written(tmp_path):
    journal, run = opened(tmp_path / "j.sqlite")
    loop = asyncio.new_event_loop()
    waiting = loop.create_task(journal.flush(hurry=False))
    await asyncio.to_thread(loop.run_until_complete, _once_begun(waiting))
    loop.close()
    for seq in (1, 2):
        run.write(seq, b"x")
        await journal.flush()
    assert run.committed == 2
    await journal.close()


async def _once_begun(waiting):
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])


async def test_two_journals_write_one_file(tmp_path):
    (one, first), (other, second) = opened(tmp_path / "j.sqlite", "a"), opened(tmp_path / "j.sqlite", "b")
    for seq in range(1, 200):
        first.write(seq, b"a")
        second.write(seq, b"b")
        if seq % 50 == 0:
            await asyncio.gather(one.flush(), other.flush())
    await asyncio.gather(one.close(), other.close())
    assert (one.broken, other.broken) == ("", "")
    assert len(await one.read("a", 1, 500)) == len(await one.read("b", 1, 500)) == 199


async def test_a_file_that_is_no_database_is_moved_aside(tmp_path):
    path = tmp_path / "j.sqlite"
    path.write_bytes(b"this is not a database" * 100)
    journal, run = opened(path)
    run.write(1, b"x")
    await journal.close()
    assert journal.broken == ""
    assert journal.moved_aside == tmp_path / "j.sqlite.corrupt-1"
    assert await journal.read("r") == [(1, b"x")]


async def test_a_damaged_file_is_a_clear_error_for_readers(tmp_path):
    path = tmp_path / "j.sqlite"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(JournalError, match="cannot be read"):
        await SqliteJournal(path).runs()


async def test_without_a_file_there_is_no_run(tmp_path):
    with pytest.raises(UnknownRun):
        await SqliteJournal(tmp_path / "j.sqlite").runs()


async def test_a_folder_that_cannot_be_written_breaks_the_journal_and_not_the_run(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    journal, run = opened(blocked / "j.sqlite")
    run.write(1, b"x")
    await journal.close()
    assert journal.broken
    assert run.committed == 0
