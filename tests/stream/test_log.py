import asyncio

import pytest

from mainstem.stream import events as e
from mainstem.stream import laws
from mainstem.stream.errors import LeaseLost
from mainstem.stream.log import Log
from mainstem.stream.run import Run
from mainstem.stream.run_options import RunOptions

from ..waiting import eventually
from .graphs import Words, source


class Broken:
    committed = 0
    broken = "disk full"
    moved = shows_committed = False

    def when_committed(self, call):
        pass

    def write(self, seq, data):
        pass

    async def read(self, from_seq, limit):
        return []


def run_of(words, memory):
    return Run(source(Words(words, delay=0)), {"messages": []}, RunOptions(config={}, memory=memory))


async def test_a_late_reader_gets_everything_from_disk_and_memory():
    run = run_of(["word "] * 3000, memory=20_000)
    async for event in run.events():  # reads along, so that each word is an event of its own
        last = event
    assert last.type == "run.finished"
    await eventually(lambda: run._events.log._size <= 20_000)
    assert run._events.log.first > 500
    live = [data async for data in run.lines()]
    report = laws.check(live, replay=[data async for data in run.lines()])
    assert report.ok, report
    assert len(live) == last.seq
    assert [e.decode(d).seq async for d in run.lines(2990)] == list(range(2990, last.seq + 1))


async def test_without_a_journal_memory_stays_bounded_and_the_reader_sees_a_gap():
    run = run_of(["word "] * 500, memory=10_000)
    run._events.log._spill = run._events._recorded = None
    run._events.log._make_spill = Broken
    async for _ in run.events():
        pass
    events = [event async for event in run.events()]
    assert isinstance(events[0], e.Gap)
    assert events[0].from_seq == 1
    assert events[0].to_seq == events[1].seq - 1
    assert run._events.log._size <= 10_000
    assert any(isinstance(event, e.Notice) and event.kind == "journal" for event in events)
    assert laws.check(events[1:]).broken  # the start is gone, and the laws say so


class Slow:
    """A journal that commits when it is told to."""

    broken = ""
    moved = shows_committed = False

    def __init__(self):
        self.committed, self.kept, self.waiting = 0, {}, []

    def when_committed(self, call):
        self.waiting.append(call)

    def write(self, seq, data):
        self.kept[seq] = data

    async def read(self, from_seq, limit):
        return [(seq, data) for seq, data in self.kept.items() if from_seq <= seq <= self.committed][:limit]

    def commit(self, upto):
        self.committed = upto
        waiting, self.waiting = self.waiting, []
        for call in waiting:
            call()


async def test_what_is_not_committed_yet_stays_in_memory():
    journal = Slow()
    log = Log("r", 1000, journal, lambda: journal)
    for seq in range(1, 101):
        log.append(e.Notice(seq=seq, kind="review", text="word " * 10))
    assert (log.first, log._size > 1000) == (1, True)
    assert [e.decode(data).seq for data in log.past()] == list(range(1, 101))
    journal.commit(40)
    await asyncio.sleep(0)
    assert log.first == 41
    journal.commit(100)
    await asyncio.sleep(0)
    assert log._size <= 1000
    log.close()
    read = [e.decode(data) async for data in log.read(1, iter)]
    assert [event.seq for event in read] == list(range(1, 101))
    assert not any(isinstance(event, e.Gap) for event in read)


def shared_log(memory=10_000):
    """A log whose journal another process may go on from, and that journal."""
    journal = Slow()
    journal.shows_committed = True
    return Log("r", memory, journal, lambda: journal), journal


async def test_of_a_shared_run_only_what_is_committed_is_shown():
    log, journal = shared_log()
    for seq in range(1, 5):
        log.append(e.Notice(seq=seq, kind="review", text="word"))
    read = log.read(1, iter)
    following = asyncio.ensure_future(anext(read))
    await asyncio.sleep(0)
    assert not following.done()
    assert log.shown == 0
    journal.commit(2)
    assert e.decode(await following).seq == 1
    assert e.decode(await anext(read)).seq == 2
    log.close()
    journal.commit(4)
    assert [e.decode(data).seq async for data in read] == [3, 4]
    assert log.shown == log.last


async def test_of_a_run_that_another_process_has_taken_over_no_more_is_shown():
    log, journal = shared_log()
    for seq in range(1, 5):
        log.append(e.Notice(seq=seq, kind="review", text="word"))
    journal.commit(2)
    read = log.read(1, iter)
    assert [e.decode(await anext(read)).seq for _ in range(2)] == [1, 2]
    following = asyncio.ensure_future(anext(read))
    await asyncio.sleep(0)
    log.move()
    with pytest.raises(LeaseLost):
        await following


@pytest.mark.parametrize("ended_before", [True, False])
async def test_whoever_reads_does_not_wait_for_what_is_never_committed(ended_before):
    log, journal = shared_log()
    for seq in range(1, 5):
        log.append(e.Notice(seq=seq, kind="review", text="word"))
    if ended_before:
        log.close()
    read = log.read(1, iter)
    following = asyncio.ensure_future(anext(read))
    await asyncio.sleep(0)
    journal.moved = True
    journal.commit(1)
    assert e.decode(await following).seq == 1
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(anext(read), 30)
    log.append(e.Notice(seq=5, kind="review", text="word"))
    assert log.shown == 1


async def test_a_run_that_is_gone_on_with_numbers_on():
    log, journal = shared_log()
    journal.kept = {seq: e.encode(e.Notice(seq=seq, kind="review", text="old")) for seq in (1, 2)}
    journal.committed = 2
    log.begin_after(2)
    log.append(e.Notice(seq=0, kind="review", text="new"))
    journal.commit(3)
    log.close()
    assert [(event.seq, event.text) for event in [e.decode(data) async for data in log.read(1, iter)]] == [
        (1, "old"),
        (2, "old"),
        (3, "new"),
    ]


async def test_what_was_joined_while_a_batch_was_under_way_is_in_the_next():
    log, journal = shared_log()
    joined = []
    log.append(e.Notice(seq=1, kind="review", text="word"))
    log.pending = lambda: joined.append(log.shown)
    journal.commit(1)
    await asyncio.sleep(0)
    assert joined == [1]
