"""Two runs at once on one thread: one goes on unharmed, the other is refused."""

import asyncio
import os

from mainstem import Session, laws
from mainstem.stores.opening import EmbeddedStores
from mainstem.stream.errors import ThreadBusy

SLOW = [{"words": "one two three four five six", "delay": 0.05}]


async def test_of_two_runs_asked_at_once_the_second_is_refused_and_the_first_unharmed(scripted):
    async with Session(scripted(SLOW, SLOW)) as session:
        first, second = session.ask("First?", thread="t"), session.ask("Second?", thread="t")
        one, two = await asyncio.gather(first.result(), second.result())
        messages = (await session.state("t")).values["messages"]
        report = laws.check([event async for event in first.events()], messages=messages, answer_nodes={"call_model"})
        third = await session.ask("Third?", thread="t").result()
    assert (one.status, one.text) == ("done", "one two three four five six")
    assert (two.status, two.error.type, two.text) == ("failed", "ThreadBusy", "")
    assert [message.text for message in messages] == ["First?", one.text]
    assert report.ok, str(report)
    assert third.status == "done"


async def test_a_refused_run_does_not_stop_the_one_that_has_the_thread(scripted):
    async with Session(scripted(SLOW, SLOW)) as session:
        first, second = session.ask("First?", thread="t"), session.ask("Second?", thread="t")
        assert (await second.stop()).status in ("failed", "stopped")
        assert (await first.result()).status == "done"


async def test_a_thread_leaves_no_lock_behind(scripted):
    settings = scripted([{"text": "One."}], [{"text": "Two."}])
    async with Session(settings) as session:
        for question in ("One?", "Two?"):
            assert (await session.ask(question, thread="t").result()).status == "done"
            assert not await session.stores.threads.leased("t")
    assert await asyncio.to_thread(os.listdir, settings.home / "locks") == []


async def test_a_lock_whose_file_goes_while_it_is_waited_for_still_has_one_holder(tmp_path):
    threads, inside = EmbeddedStores(tmp_path).threads, 0

    async def once():
        nonlocal inside
        try:
            async with threads.lease("t"):
                inside += 1
                assert inside == 1
                await asyncio.sleep(0)
                inside -= 1
        except ThreadBusy:
            pass

    for _ in range(20):
        await asyncio.gather(*(once() for _ in range(5)))
    assert not await threads.leased("t")


async def test_a_queued_run_waits_and_then_goes_on_in_the_order_of_asking(scripted):
    async with Session(scripted(SLOW, [{"words": "Second."}], [{"words": "Third."}])) as session:
        first = session.ask("First?", thread="t")
        queued = [session.ask(question, thread="t", policy="queue") for question in ("Second?", "Third?")]
        results = [await run.result() for run in (first, *queued)]
        messages = (await session.state("t")).values["messages"]
    assert [result.status for result in results] == ["done"] * 3
    assert [message.text for message in messages] == [
        *("First?", "one two three four five six"),
        *("Second?", "Second.", "Third?", "Third."),
    ]


async def test_a_queued_run_of_an_idle_thread_begins_at_once(scripted):
    async with Session(scripted([{"words": "One."}])) as session:
        assert (await session.ask("One?", thread="t", policy="queue").result()).text == "One."


async def test_a_queued_run_that_is_stopped_leaves_the_queue(scripted):
    async with Session(scripted(SLOW, [{"words": "Third."}])) as session:
        first = session.ask("First?", thread="t")
        second, third = (session.ask(question, thread="t", policy="queue") for question in ("Second?", "Third?"))
        stopped = await second.stop()
        assert not first.finished
        assert (stopped.status, stopped.text) == ("stopped", "")
        assert (await third.result()).text == "Third."
        assert (await first.result()).status == "done"
        messages = (await session.state("t")).values["messages"]
        assert not session._launcher._queue._waiting, "nothing is kept of a thread that nobody waits for"
    assert [message.text for message in messages if message.type == "human"] == ["First?", "Third?"]


async def test_a_queued_run_waits_for_another_process(scripted):
    settings = scripted([{"words": "One."}])
    async with Session(settings) as session, session.stores.threads.lease("t"), Session(settings) as other:
        run = other.ask("One?", thread="t", policy="queue")
        started = await anext(aiter(run.events()))
        assert started.type == "run.started"
        assert not run.finished
        stopped = await run.stop()
    assert stopped.status == "stopped"
