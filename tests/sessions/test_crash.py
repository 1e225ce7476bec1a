"""`kill -9` at the worst moments: the thread goes on from its last checkpoint, and nothing is done twice."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from mainstem import Session, laws

from .. import forked
from ..conftest import ROOT
from ..fixtures import call

pytestmark = pytest.mark.real

CHILD = """
import asyncio, os, sys, time
from pathlib import Path
from mainstem import Session, Settings
import tools
from mainstem.stores.ledger import SqliteLedger

home, script, moment = sys.argv[1:]
module = sys.modules["tools.save_note"]  # the package's attribute of that name is the tool
written, claim, finish = module._write, SqliteLedger.claim, SqliteLedger.finish

def reached():
    print("reached", flush=True)
    time.sleep(60)

async def before(self, call):
    if call.tool != "save_note":
        return await claim(self, call)
    await asyncio.to_thread(reached)

def during(*args):
    path = written(*args)
    reached()
    return path

if moment == "before":
    SqliteLedger.claim = before
if moment == "during":
    module._write = during
if moment == "after":
    async def after(self, *args):
        await finish(self, *args)
        await asyncio.to_thread(reached)
    SqliteLedger.finish = after

async def main():
    async with Session(Settings(home=Path(home), model=f"scripted:{script}")) as session:
        run = session.ask("Save it", thread="t")
        async for event in run:
            if moment == "answer" and event.type == "message.delta":
                await session.journal.flush()  # a kill loses what was not committed: here the run's beginning
                print("reached", flush=True)
        result = await run.result()
        if result.status == "interrupted":
            await session.resume("t", {"decisions": [{"type": "approve"}]}).result()

asyncio.run(main())
"""


def killed(settings, moment: str) -> None:
    """Run a child up to `moment` and kill it there."""
    script = str(settings.model).removeprefix("scripted:")
    child = forked.start("-c", CHILD, settings.home, script, moment, cwd=ROOT)
    try:
        assert child.stdout is not None
        assert child.stdout.readline() == "reached\n"
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()


def notes(settings) -> list[Path]:
    return list((settings.home / "notes").glob("*.md"))


NOTE = [call("save_note", {"title": "Ferry", "text": "At seven."}, "n1")]
SLOW = [{"words": "One two three four five six seven eight.", "delay": 0.2}]


async def gone_on(session):
    """The thread's next run, over; where the approval was not on disk yet, it is given once more."""
    run = session.resume("t")
    result = await run.result()
    if result.error and "waits for a decision" in result.error.message:
        run = session.resume("t", {"decisions": [{"type": "approve"}]})
        await run.result()
    return run


async def test_killed_before_a_call_it_is_made_once(scripted):
    settings = scripted(NOTE, [{"text": "Saved."}])
    await asyncio.to_thread(killed, settings, "before")
    assert not notes(settings)
    async with Session(scripted([{"text": "Saved."}])) as session:
        result = await (await gone_on(session)).result()
    assert result.status == "done"
    assert len(notes(settings)) == 1


@pytest.mark.parametrize("decision", ["approve", "reject"])
async def test_killed_during_a_call_a_person_is_asked(scripted, decision):
    settings = scripted(NOTE, [{"text": "Saved."}])
    await asyncio.to_thread(killed, settings, "during")
    assert len(notes(settings)) == 1
    async with Session(scripted([{"text": "Well."}])) as session:
        result = await (await gone_on(session)).result()
        assert result.status == "interrupted"
        assert "may have taken effect" in result.interrupts[0].request["action_requests"][0]["description"]
        result = await session.resume("t", {"decisions": [{"type": decision}]}).result()
    assert result.status == "done"
    assert len(notes(settings)) == (2 if decision == "approve" else 1)


async def test_killed_after_a_call_it_is_not_made_again(scripted):
    settings = scripted(NOTE, [{"text": "Saved."}])
    await asyncio.to_thread(killed, settings, "after")
    assert len(notes(settings)) == 1
    async with Session(scripted([{"text": "Saved."}])) as session:
        run = await gone_on(session)
        said = [event async for event in run.events()]
        result = await run.result()
        messages = (await session.state("t")).values["messages"]
    assert result.status == "done"
    assert len(notes(settings)) == 1
    report = laws.check(said, messages=messages)
    assert report.ok, str(report)


async def test_killed_in_mid_answer_the_thread_goes_on(scripted):
    settings = scripted(SLOW)
    await asyncio.to_thread(killed, settings, "answer")
    async with Session(scripted([{"text": "Whole now."}], [{"text": "And on."}])) as session:
        run = session.resume("t")
        said = [event async for event in run]
        assert (await run.result()).text == "Whole now."
        messages = (await session.state("t")).values["messages"]
        assert [message.text for message in messages] == ["Save it", "Whole now."]
        report = laws.check(said, messages=messages)
        assert report.ok, str(report)
        assert (await session.ask("More?", thread="t").result()).text == "And on."
        crashed = [record for record in await session.journal.runs() if record.status == "failed"]
        assert len(crashed) == 1
        lines = [data async for data in session.lines(crashed[0].run_id)]
        report = laws.check(lines)
        assert report.ok, str(report)


async def test_killed_in_mid_answer_a_new_question_can_be_asked(scripted):
    settings = scripted(SLOW)
    await asyncio.to_thread(killed, settings, "answer")
    async with Session(scripted([{"text": "Hello."}])) as session:
        assert (await session.ask("Hello?", thread="t").result()).text == "Hello."
