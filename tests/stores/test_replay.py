"""The journal after the run: replays, hashes, crashes, retention."""

import asyncio
import json
import os
import signal
import sqlite3
from contextlib import aclosing, closing
from datetime import UTC, datetime, timedelta

import pytest

from mainstem.stores.journal import Retention
from mainstem.stores.journal.file import connected
from mainstem.stores.journal.pruning import prune
from mainstem.stores.journal.recording import Recording
from mainstem.stores.journal.replay import at_speed, replay
from mainstem.stores.journal.sqlite import SqliteJournal
from mainstem.stream import events as e
from mainstem.stream import laws
from mainstem.stream.errors import UnknownRun
from mainstem.stream.run import Run
from mainstem.stream.run_options import RunOptions

from .. import forked
from ..stream.graphs import Words, source


@pytest.fixture
async def recorded(tmp_path):
    """A journal with one run in it, and the run's lines."""
    journal = SqliteJournal(tmp_path / "j.sqlite")
    run = Run(source(Words(["a "] * 20, delay=0)), {"messages": []}, RunOptions(config={}, journal=journal))
    lines = [data async for data in run.lines()]
    await journal.close()
    return journal, run.run_id, lines


def changed(journal, sql, *values):
    with sqlite3.connect(journal.path) as connection:
        connection.execute(sql, values)


async def test_a_replay_is_the_run_byte_for_byte(recorded):
    journal, run_id, lines = recorded
    assert [data async for data in replay(journal, run_id)] == lines
    assert [data async for data in replay(journal, run_id, 5)] == lines[4:]
    assert [data async for data in replay(journal, run_id, len(lines) + 1)] == []
    report = laws.check(lines, replay=[data async for data in replay(journal, run_id)])
    assert report.ok, str(report)


async def test_a_run_is_replayed_while_it_goes_on(tmp_path):
    journal = SqliteJournal(tmp_path / "j.sqlite")
    run = Run(source(Words(["a "] * 30, delay=0.02)), {"messages": []}, RunOptions(config={}, journal=journal))
    async with aclosing(run.events()) as events:
        async for event in events:
            if isinstance(event, e.MessageDelta):
                break
    await journal.flush()  # the other journal, as another process, sees what is committed
    followed = [data async for data in replay(SqliteJournal(tmp_path / "j.sqlite"), run.run_id)]
    assert followed == [data async for data in run.lines()]
    await journal.close()


async def test_an_unknown_run(recorded):
    with pytest.raises(UnknownRun, match="There is no run"):
        await recorded[0].find("nonsense")


async def test_a_run_is_found_by_the_beginning_of_its_id(recorded):
    journal, run_id, lines = recorded
    record = await journal.find(run_id[:8])
    assert (record.run_id, record.status, record.events) == (run_id, "done", len(lines))


async def test_an_untouched_run_verifies(recorded):
    journal, run_id, lines = recorded
    found = await journal.verify(run_id)
    assert found.ok
    assert found.events == len(lines)


@pytest.mark.parametrize("seq", [1, 7, -1])
async def test_changed_records_are_found(recorded, seq):
    journal, run_id, lines = recorded
    seq = seq if seq > 0 else len(lines)
    changed(journal, "UPDATE events SET data = replace(data, 'a', 'b') WHERE run_id = ? AND seq = ?", run_id, seq)
    assert [str(fault) for fault in (await journal.verify(run_id)).faults] == [f"record {seq} was changed"]


@pytest.mark.parametrize("seq", [1, 7, -1])
async def test_missing_records_are_found(recorded, seq):
    journal, run_id, lines = recorded
    seq = seq if seq > 0 else len(lines)
    changed(journal, "DELETE FROM events WHERE run_id = ? AND seq = ?", run_id, seq)
    assert [str(fault) for fault in (await journal.verify(run_id)).faults] == [f"record {seq} is missing"]


async def test_added_records_are_found(recorded):
    journal, run_id, lines = recorded
    changed(journal, "INSERT INTO events VALUES (?, ?, ?, ?)", run_id, len(lines) + 1, b"{}", b"x")
    assert [fault.kind for fault in (await journal.verify(run_id)).faults] == ["added"]


async def test_a_record_put_in_between_is_found(recorded):
    journal, run_id, _ = recorded
    changed(journal, "UPDATE events SET seq = -seq WHERE run_id = ? AND seq > 5", run_id)
    changed(journal, "UPDATE events SET seq = 1 - seq WHERE run_id = ? AND seq < 0", run_id)
    changed(journal, "INSERT INTO events SELECT run_id, 6, data, hash FROM events WHERE run_id = ? AND seq = 5", run_id)
    assert not (await journal.verify(run_id)).ok


async def test_even_a_chain_made_anew_does_not_end_as_it_did(recorded):
    journal, run_id, lines = recorded
    changed(journal, "DELETE FROM events WHERE run_id = ? AND seq = ?", run_id, len(lines))
    changed(journal, "UPDATE runs SET events = events - 1 WHERE run_id = ?", run_id)
    assert not (await journal.verify(run_id)).ok


async def test_pruned_events_show_as_a_gap(recorded):
    journal, run_id, lines = recorded

    def pruned(now):
        with closing(connected(journal.path)) as connection:
            return prune(connection, Retention(days=30), now)

    assert await asyncio.to_thread(pruned, datetime.now(UTC)) == 0
    assert await asyncio.to_thread(pruned, datetime.now(UTC) + timedelta(days=31)) == 1
    gap, end = [e.decode(data) async for data in replay(journal, run_id)]
    assert (gap.type, gap.from_seq, gap.to_seq) == ("gap", 1, len(lines) - 1)
    assert e.encode(end) == lines[-1]
    found = await journal.verify(run_id)
    assert (found.ok, found.pruned) == (True, True)
    assert (await journal.find(run_id)).pruned


async def test_the_oldest_runs_go_when_the_journal_grows(tmp_path):
    journal = SqliteJournal(tmp_path / "j.sqlite")
    runs = []
    for _ in range(3):
        run = Run(source(Words(["x" * 1000] * 40, delay=0)), {"messages": []}, RunOptions(config={}, journal=journal))
        await run.result()
        runs.append(run.run_id)
    await journal.close()
    journal = SqliteJournal(tmp_path / "j.sqlite", Retention(megabytes=0.12))
    await Run(source(Words(["y"])), {"messages": []}, RunOptions(config={}, journal=journal)).result()
    await journal.close()
    assert [(await journal.find(run_id)).pruned for run_id in runs] == [True, False, False]


async def test_a_replay_keeps_the_pace(recorded):
    journal, run_id, lines = recorded
    assert [data async for data in at_speed(replay(journal, run_id), None)] == lines
    assert [data async for data in at_speed(replay(journal, run_id), 5.0)] == lines
    recording = Recording(journal, run_id, speed=None, from_seq=4)
    assert [data async for data in recording.lines()] == lines[3:]
    assert (await anext(aiter(recording.events(6)))).seq == 6
    assert (await recording.result()).text == "a " * 20


async def test_the_pace_is_the_speed_that_was_asked_for():
    async def hours():
        for at in (0.0, 3600.0, 7200.0):
            yield e.encode(e.Progress(label="x", at=at))

    async with asyncio.timeout(60):
        assert len([data async for data in at_speed(hours(), None)]) == 3
        assert len([data async for data in at_speed(hours(), 1e6)]) == 3
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            [data async for data in at_speed(hours(), 1.0)]


CRASHING = """
import asyncio, sys
from pathlib import Path
from mainstem.stores.journal.sqlite import SqliteJournal
from mainstem.stream.run import Run
from mainstem.stream.run_options import RunOptions
from tests.stream.graphs import Words, source

async def main():
    journal = SqliteJournal(Path(sys.argv[1]))
    run = Run(source(Words(["word "] * 1000, delay=0.02)), {"messages": []}, RunOptions(config={}, journal=journal))
    async for event in run:
        print(event.seq, flush=True)

asyncio.run(main())
"""


@pytest.mark.real
async def test_a_killed_process_leaves_a_run_that_the_next_one_ends(tmp_path):
    path = tmp_path / "j.sqlite"
    process = forked.start("-c", CRASHING, path)
    seen = 0
    for line in process.stdout:
        seen = int(line)
        if seen > 40:
            os.kill(process.pid, signal.SIGKILL)
            break
    process.wait()
    journal = SqliteJournal(path)
    with closing(sqlite3.connect(path)) as connection:
        ((run_id, status),) = connection.execute("SELECT run_id, status FROM runs").fetchall()
    assert status is None
    other = Run(source(Words(["x"])), {"messages": []}, RunOptions(config={}, journal=journal))
    await other.result()
    await journal.flush()
    lines = [data async for data in replay(journal, run_id)]
    end = json.loads(lines[-1])
    assert (end["type"], end["status"], end["error"]["type"]) == ("run.finished", "failed", "Crashed")
    report = laws.check(lines)
    assert report.ok, str(report)
    assert (await journal.verify(run_id)).ok
    assert len(lines) > 20
    await journal.close()
    assert not list(tmp_path.glob("*.owner"))


class Gated(Words):
    """Words that wait in the middle until they may go on."""

    gate: asyncio.Event

    async def _astream(self, *args, **kwargs):
        async for chunk in super()._astream(*args, **kwargs):
            yield chunk
            await self.gate.wait()


@pytest.mark.parametrize("looked_from", ["another process's journal", "its own"])
async def test_a_run_of_a_living_process_is_left_alone(tmp_path, looked_from):
    gate = asyncio.Event()
    first = SqliteJournal(tmp_path / "j.sqlite")
    run = Run(source(Gated(["a ", "b"], gate=gate)), {"messages": []}, RunOptions(config={}, journal=first))
    async for event in run.events():
        if isinstance(event, e.MessageDelta):
            break
    await first.flush()
    second = first if looked_from == "its own" else SqliteJournal(tmp_path / "j.sqlite")
    await Run(source(Words(["x"])), {"messages": []}, RunOptions(config={}, journal=second)).result()
    await second.recover()
    assert (await second.find(run.run_id)).status is None
    gate.set()
    assert (await run.result()).status == "done"
    await second.close()
    await first.close()
    assert (await second.find(run.run_id)).status == "done"
