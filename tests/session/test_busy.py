"""Two runs at once on one thread: one goes on unharmed, the other is refused."""

import asyncio

from mainstem import Session, laws

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
