import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock, Timeout

from mainstem.stores.journal import Retention, file, process_mark, pruning, replay
from mainstem.stores.journal.process_mark import ProcessMark
from mainstem.stores.journal.sqlite import SqliteJournal
from mainstem.stores.journal.writer import WriteLimits
from mainstem.stream.errors import UnknownRun
from mainstem.stream.events import Progress, RunStarted, decode, encode

from ..waiting import eventually

IMPATIENT = WriteLimits(busy_seconds=0.05, retry_seconds=0.02)


def opened(path, run_id="r", keep=None, limits=IMPATIENT):
    journal = SqliteJournal(path, keep, limits=limits)
    return journal, journal.open(run_id, "t", "g", {"team": "x"}, "2026-01-01T00:00:00+00:00")


def locked(path):
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    return other


async def test_what_could_not_be_written_for_a_while_is_written_then(tmp_path):
    journal, run = opened(tmp_path / "j.sqlite")
    run.write(1, b"1")
    await journal.flush()
    other = locked(tmp_path / "j.sqlite")
    for seq in (2, 3):
        run.write(seq, b"%d" % seq)
    await eventually(lambda: journal.broken)
    other.execute("ROLLBACK")
    other.close()
    await eventually(lambda: run.committed == 3)
    assert (journal.broken, run.lost) == ("", None)
    run.finish("done", 1.0)
    await journal.close()
    assert await journal.read("r") == [(1, b"1"), (2, b"2"), (3, b"3")]
    assert (await journal.verify("r")).ok


async def test_a_file_that_is_locked_from_the_start_is_opened_later(tmp_path):
    with sqlite3.connect(tmp_path / "j.sqlite") as first:
        first.execute("CREATE TABLE other (x)")
    other = locked(tmp_path / "j.sqlite")
    journal, run = opened(tmp_path / "j.sqlite")
    run.write(1, b"1")
    await eventually(lambda: journal.broken)
    other.execute("ROLLBACK")
    other.close()
    await eventually(lambda: run.committed == 1)
    assert journal.broken == ""
    await journal.close()


async def test_beyond_the_bound_the_oldest_are_lost_and_named(tmp_path):
    journal, run = opened(tmp_path / "j.sqlite", limits=replace(IMPATIENT, max_bytes=5000))
    await journal.flush()
    other = locked(tmp_path / "j.sqlite")
    for seq in range(1, 11):
        run.write(seq, b"x" * 1000)
    await eventually(lambda: run.lost == (1, 5))
    other.execute("ROLLBACK")
    other.close()
    await eventually(lambda: run.committed == 10)
    run.finish("done", 1.0)
    await journal.close()
    assert [seq for seq, _ in await journal.read("r")] == [6, 7, 8, 9, 10]
    assert [str(fault) for fault in (await journal.verify("r")).faults][:2] == [
        "record 1 is missing",
        "record 2 is missing",
    ]


async def test_what_is_lost_at_the_end_is_named(tmp_path, caplog):
    journal, run = opened(tmp_path / "j.sqlite", "lost")
    run.write(1, b"1")
    await journal.flush()
    other = locked(tmp_path / "j.sqlite")
    run.write(2, b"2")
    run.finish("done", 1.0)
    await journal.close()
    assert "it lacks the end of these runs: lost." in caplog.text
    assert run.lost == (2, 2)
    other.execute("ROLLBACK")
    other.close()


async def finished(path, keep=None):
    journal, run = opened(path, keep=keep)
    started = RunStarted(
        seq=1, run_id="r", thread_id="t", graph="g", tags={"team": "x"}, started_at="2026-01-01T00:00:00"
    )
    for seq, event in enumerate([started, Progress(seq=2, run_id="r", label="x", done=1)], 1):
        run.write(seq, encode(event))
    run.finish("done", 1.0)
    await journal.close()
    return journal


@pytest.mark.parametrize(
    "change",
    ["status = 'failed'", "thread_id = 'u'", "tags = '{}'", "started_at = '2025'", "seconds = 2", "pruned = 1"],
)
async def test_a_changed_row_is_found(change, tmp_path):
    journal = await finished(tmp_path / "j.sqlite")
    assert (await journal.verify("r")).ok
    with sqlite3.connect(tmp_path / "j.sqlite") as connection:
        connection.execute(f"UPDATE runs SET {change}")
    assert [fault.seq for fault in (await journal.verify("r")).faults] == [0]


async def test_a_row_of_the_first_version_is_held_against_its_events(tmp_path):
    journal = await finished(tmp_path / "j.sqlite")
    with sqlite3.connect(tmp_path / "j.sqlite") as connection:
        connection.execute("ALTER TABLE runs DROP COLUMN seal")
    assert (await journal.verify("r")).ok
    with sqlite3.connect(tmp_path / "j.sqlite") as connection:
        connection.execute("UPDATE runs SET thread_id = 'u'")
    assert not (await journal.verify("r")).ok
    assert await SqliteJournal(tmp_path / "j.sqlite").runs()


async def test_a_pruned_run_is_still_sealed(tmp_path):
    journal = await finished(tmp_path / "j.sqlite", Retention(days=30))
    again, _ = opened(tmp_path / "j.sqlite", "s", Retention(days=30))
    await again.close()
    found = await journal.verify("r")
    assert (found.pruned, found.ok) == (True, True)


def filled(path, runs):
    connection = file.connected(path)
    connection.execute("BEGIN")
    for number in range(runs):
        started = f"2026-01-{1 + number % 28:02}T00:00:00"
        connection.execute(
            "INSERT INTO runs (run_id, started_at, status, tags) VALUES (?, ?, 'done', '{}')",
            (f"r{number:05}", started),
        )
        rows = [(f"r{number:05}", seq, b"x" * 2000, b"") for seq in (1, 2, 3)]
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    return connection


def test_a_clock_that_jumps_prunes_a_part_an_hour_and_frees_its_pages(tmp_path):
    connection = filled(tmp_path / "j.sqlite", 150)
    jumped = datetime(2027, 1, 1, tzinfo=UTC)
    assert pruning.prune(connection, Retention(days=30), jumped) == 15
    assert connection.execute("SELECT COUNT(*) FROM runs WHERE NOT pruned").fetchone() == (135,)
    assert connection.execute("PRAGMA freelist_count").fetchone() == (0,)
    connection.close()
    again = file.connected(tmp_path / "j.sqlite")  # another process, still within the hour
    assert pruning.prune(again, Retention(days=30), jumped + timedelta(minutes=59)) == 0
    assert pruning.prune(again, Retention(days=30), jumped + timedelta(hours=1)) == 14
    again.close()


def test_of_few_runs_the_oldest_goes(tmp_path):
    connection = filled(tmp_path / "j.sqlite", 3)
    assert pruning.prune(connection, Retention(days=30), datetime(2027, 1, 1, tzinfo=UTC)) == 1
    assert connection.execute("SELECT run_id FROM runs WHERE pruned").fetchall() == [("r00000",)]
    connection.close()


def test_a_run_is_found_by_the_key_alone(tmp_path):
    connection = filled(tmp_path / "j.sqlite", 20)
    steps = []
    for where in ("run_id = ?1", "run_id >= ?1 AND run_id < ?1 || char(1114111) LIMIT 2"):
        steps += connection.execute(f"EXPLAIN QUERY PLAN SELECT * FROM runs WHERE {where}", ("r00001",)).fetchall()
    assert all("SEARCH" in step[-1] for step in steps)
    connection.close()
    journal = SqliteJournal(tmp_path / "j.sqlite")
    assert asyncio.run(journal.find("r00007")).run_id == "r00007"
    with pytest.raises(UnknownRun, match="Several"):
        asyncio.run(journal.find("r0000"))


async def test_a_silent_reader_ends_the_run_of_a_dead_process(tmp_path):
    path = tmp_path / "j.sqlite"
    journal, run = opened(path)
    run.write(1, encode(RunStarted(seq=1, run_id="r", thread_id="t", graph="g", tags={}, started_at="")))
    await journal.flush()
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE runs SET owner = 'nobody'")  # as if its process were gone
    other = SqliteJournal(path, poll_seconds=0.01)
    async with asyncio.timeout(60):
        lines = [line async for line in replay.replay(other, "r")]
    end = decode(lines[-1])
    assert (end.type, end.status, end.error.type) == ("run.finished", "failed", "Crashed")
    await asyncio.gather(journal.close(), other.close())


async def test_a_list_says_of_no_dead_processs_run_that_it_goes_on(tmp_path):
    path = tmp_path / "j.sqlite"
    journal, run = opened(path)
    journal.open("living", "u", "g", {}, "2026-01-01T00:00:00+00:00")
    run.write(1, encode(RunStarted(seq=1, run_id="r", thread_id="t", graph="g", tags={}, started_at="")))
    await journal.flush()
    other = SqliteJournal(path)
    assert [record.run_id for record in await other.going_on()] == ["living", "r"]
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE runs SET owner = 'nobody' WHERE run_id = 'r'")  # as if its process were gone
    assert {record.run_id: record.status for record in await other.runs()} == {"r": "failed", "living": None}
    assert [record.run_id for record in await other.going_on()] == ["living"]
    await asyncio.gather(journal.close(), other.close())


async def test_a_run_of_a_living_process_is_not_abandoned(tmp_path):
    path = tmp_path / "j.sqlite"
    journal, run = opened(path)
    run.write(1, b"{}")
    await journal.flush()
    other = SqliteJournal(path)
    assert not await other.abandoned("r")
    await other.recover()
    assert (await other.find("r")).status is None
    await asyncio.gather(journal.close(), other.close())


def test_a_mark_is_removed_only_while_it_is_held(tmp_path, monkeypatch):
    path = tmp_path / "j.sqlite"
    mark = path.with_name("j.sqlite.dead.owner")
    mark.touch()
    unlink, held = Path.unlink, []

    def unlinked(self, **more):
        held.append(self == mark and is_locked(mark))
        unlink(self, **more)

    monkeypatch.setattr(Path, "unlink", unlinked)
    assert process_mark.is_gone(path, "dead")
    assert held[0]
    assert not mark.exists()


def is_locked(mark):
    try:
        FileLock(mark, timeout=0).acquire()
    except Timeout:
        return True
    return False


def test_marks_of_dead_processes_are_removed(tmp_path):
    path = tmp_path / "j.sqlite"
    dead = ProcessMark(path)
    dead._lock.release()
    asyncio.run(ended(path))
    assert not path.with_name(f"j.sqlite.{dead.name}.owner").exists()


async def ended(path):
    journal, _ = opened(path)
    await journal.close()


async def test_a_journal_that_is_just_being_made_holds_no_run_yet(tmp_path):
    (tmp_path / "j.sqlite").touch()
    with pytest.raises(UnknownRun, match="No run has been recorded"):
        await SqliteJournal(tmp_path / "j.sqlite").find("r")
