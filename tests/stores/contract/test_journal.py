"""The journal: what was written is read byte for byte, by whoever asks, also while it goes on."""

import pytest

from mainstem.stores.journal import Feedback
from mainstem.stores.journal.replay import replay
from mainstem.stream.errors import UnknownRun
from mainstem.stream.events import Citation, Locator, MessageDelta, RunFinished, RunStarted, encode

AT = Locator(start=0, end=1)


def lines(run_id="r", count=300):
    """The events of a run: its start, its words, a citation, its end."""
    began = RunStarted(thread_id="t", graph="g", tags={"team": "x"}, started_at="2026-01-01T00:00:00+00:00")
    words = [MessageDelta(message_id="m", text=f"wörd {number} ") for number in range(count)]
    cited = Citation(message_id="m", marker="[1]", document="a.md", locator=AT, quote="x")
    events = [began, *words, cited, RunFinished(status="done", seconds=1.0)]
    return [encode(event.model_copy(update={"seq": seq, "run_id": run_id})) for seq, event in enumerate(events, 1)]


def begin(journal, run_id="r", thread="t", started_at="2026-01-01T00:00:00+00:00"):
    return journal.open(run_id, thread, "g", {"team": "x"}, started_at)


async def record(journal, run_id="r", thread="t", started_at="2026-01-01T00:00:00+00:00", count=3):
    run = begin(journal, run_id, thread, started_at)
    for seq, data in enumerate(lines(run_id, count), 1):
        run.write(seq, data)
    run.finish("done", 1.0)
    await journal.flush()
    return run


@pytest.fixture
async def journal(stores):
    yield stores.journal
    await stores.journal.close()


@pytest.fixture
async def other(others):
    yield others.journal
    await others.journal.close()


async def test_a_run_is_read_byte_for_byte_by_another_process(journal, other):
    run = await record(journal, count=300)
    assert (run.committed, run.lost, run.broken) == (303, None, "")
    assert [line async for line in replay(other, "r")] == lines(count=300)
    assert [line async for line in replay(other, "r", 300)] == lines(count=300)[299:]
    assert await run.read(2, 2) == [(2, lines()[1]), (3, lines()[2])]
    assert (await other.verify("r")).ok


async def test_a_run_that_goes_on_is_followed_to_its_end(journal, other):
    run, sent = begin(journal), lines(count=10)
    run.write(1, sent[0])
    await journal.flush()
    followed = replay(other, "r")
    assert await anext(followed) == sent[0]
    assert [record.run_id for record in await other.going_on()] == ["r"]
    for seq, data in enumerate(sent[1:], 2):
        run.write(seq, data)
    run.finish("done", 1.0)
    assert [line async for line in followed] == sent[1:]
    await journal.flush()
    assert await other.going_on() == []


async def test_a_living_run_is_not_abandoned(journal, other):
    begin(journal).write(1, lines()[0])
    await journal.flush()
    assert not await other.abandoned("r")
    await other.recover()
    assert (await other.find("r")).status is None


async def test_a_run_whose_process_is_gone_is_ended_truthfully(stores, other):
    begin(stores.journal).write(1, lines()[0])
    await stores.journal.close()  # and its run was never finished
    assert await other.abandoned("r")
    await other.recover()
    end = [line async for line in replay(other, "r")][-1]
    assert b'"status":"failed"' in end
    assert b"Crashed" in end
    assert (await other.verify("r")).ok


async def test_runs_are_listed_newest_first_and_by_thread(journal, other):
    for number, thread in enumerate(["t", "u", "t"]):
        await record(journal, f"r{number}", thread, f"2026-01-0{number + 1}T00:00:00+00:00")
    assert [record.run_id for record in await other.runs()] == ["r2", "r1", "r0"]
    assert [record.run_id for record in await other.runs(1)] == ["r2"]
    assert [record.run_id for record in await other.runs(thread_id="t")] == ["r2", "r0"]
    (found,) = await other.runs(thread_id="u")
    assert (found.status, found.events, found.seconds, found.tags) == ("done", 6, 1.0, {"team": "x"})


async def test_a_run_is_found_by_the_beginning_of_its_id(journal):
    await record(journal, "abc")
    await record(journal, "abd")
    assert (await journal.find("abc")).run_id == "abc"
    for unclear in ("ab", "x", "", "%", "ab_"):
        with pytest.raises(UnknownRun):
            await journal.find(unclear)


async def test_of_a_thread_the_events_of_one_kind_are_read(journal):
    await record(journal, "r", "t")
    await record(journal, "s", "u")
    assert await journal.of_thread("t", "citation") == [lines("r", 3)[4]]


async def test_a_journal_that_was_never_written_knows_no_run(stores):
    for asked in (
        stores.journal.runs(),
        stores.journal.find("r"),
        stores.journal.read("r"),
        stores.journal.verify("r"),
    ):
        with pytest.raises(UnknownRun):
            await asked


async def test_the_runs_of_a_thread_are_forgotten_once_they_are_over(stores):
    journal = stores.journal
    for run_id, thread in (("a", "t"), ("b", "t"), ("c", "u")):
        run = journal.open(run_id, thread, "graph", {}, "2026-01-01T00:00:00.000+00:00")
        run.write(1, b'{"type":"run.started"}')
        if run_id != "b":
            run.finish("done", 1.0)
    await journal.flush()
    for run_id in "abc":
        await journal.add_feedback(Feedback(run_id, "thumbs", label="up", explanation="It knew my name."))
    await journal.forget("t")
    assert {each.run_id for each in await journal.feedback()} == {"b", "c"}
    assert {record.run_id for record in await journal.runs()} == {"b", "c"}
    assert await journal.read("a") == []
    assert await journal.read("c") != []
    assert len(await journal.of_thread("t", "run.started")) == 1
    await journal.close()
