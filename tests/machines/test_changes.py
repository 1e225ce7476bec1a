"""A process that dies while a tool changes something: the next one goes on with the run and changes nothing twice."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest
from pydantic import SecretStr

from mainstem import Session, Settings, laws
from mainstem import events as e
from mainstem.web.run_manager import RunManager

from .. import forked
from ..conftest import ROOT
from ..fixtures import call
from ..waiting import eventually

pytestmark = pytest.mark.real

CHILD = """
import asyncio, sys, time
from pathlib import Path
from mainstem import Session, Settings
import tools
from mainstem.stores.ledger import LedgerTable

home, url, script, moment = sys.argv[1:]
module = sys.modules["tools.save_note"]  # the package's attribute of that name is the tool
written, claim, finish = module._write, LedgerTable.claim, LedgerTable.finish

def reached():
    print("reached", run.run_id, flush=True)
    time.sleep(600)

async def before(self, call):
    if call.tool != "save_note":
        return await claim(self, call)
    await asyncio.to_thread(reached)

def during(*args):
    path = written(*args)
    reached()
    return path

async def after(self, *args):
    await finish(self, *args)
    await asyncio.to_thread(reached)

if moment == "before":
    LedgerTable.claim = before
if moment == "during":
    module._write = during
if moment == "after":
    LedgerTable.finish = after

async def main():
    global run
    settings = Settings(home=Path(home), database_url=url, lease_seconds=2, model=f"scripted:{script}")
    async with Session(settings) as session:
        result = await session.ask("Save it", thread="t").result()
        assert result.status == "interrupted", result
        run = session.resume("t", {"decisions": [{"type": "approve"}]})
        await run.result()

asyncio.run(main())
"""

NOTE = [call("save_note", {"title": "Ferry", "text": "At seven."}, "n1")]


def killed(settings: Settings, url: str, moment: str) -> str:
    """Run a child up to `moment`, and kill it there; returns its run."""
    script = str(settings.model).removeprefix("scripted:")
    child = forked.start("-c", CHILD, settings.home, url, script, moment, cwd=ROOT)
    try:
        assert child.stdout is not None
        said = child.stdout.readline().split()
        assert said[:1] == ["reached"], child.stderr.read() if child.stderr else said
        return said[1]
    finally:
        with suppress(ProcessLookupError):
            os.kill(child.pid, signal.SIGKILL)
        child.wait()


def notes(settings: Settings) -> list[Path]:
    return list((settings.home / "notes").glob("*.md"))


@pytest.mark.parametrize(("moment", "ends"), [("before", "done"), ("during", "interrupted"), ("after", "done")])
async def test_a_change_is_made_once(scripted, database_url, moment, ends):
    settings = scripted(NOTE, [{"text": "Saved."}])
    run_id = await asyncio.to_thread(killed, settings, database_url, moment)
    assert len(notes(settings)) == (0 if moment == "before" else 1)
    again = scripted([{"text": "Saved."}])
    mine = again.model_copy(update={"database_url": SecretStr(database_url)})
    manager = RunManager(Session(mine))
    async with manager:
        record = await eventually(lambda: _ended(manager, run_id))
        told = [data async for data in manager.session.lines(run_id)]
        messages = (await manager.session.state("t")).values["messages"]
    assert record.status == ends
    assert len(notes(settings)) == 1
    events = list(map(e.decode, told))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    report = laws.check(told, messages=messages if ends == "done" else None)
    assert report.ok, str(report)
    if ends == "interrupted":
        (asked,) = [event for event in events if isinstance(event, e.Interrupt)]
        assert "may have taken effect" in asked.request["action_requests"][0]["description"]


async def _ended(manager: RunManager, run_id: str):
    await asyncio.sleep(0.1)
    record = await manager.session.journal.find(run_id)
    return record if record.status else None
