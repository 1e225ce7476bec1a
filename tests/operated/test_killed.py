"""`kill -9` in the middle of an answer: the next process that opens the home closes the trace."""

import asyncio
import os
import signal

import pytest

from mainstem import Session, Settings
from mainstem import events as e
from tests.conftest import ROOT

from .. import forked
from .graphs import spoken
from .receiver import Received
from .test_traces import complete

pytestmark = pytest.mark.real

CHILD = """
import asyncio, sys
from pathlib import Path
from mainstem import Session, Settings

async def main():
    async with Session(Settings(home=Path(sys.argv[1]), model=f"scripted:{sys.argv[2]}", telemetry="otlp")) as session:
        async for event in session.ask("When does the ferry sail?", thread="t"):
            if event.type == "message.delta":
                await session.journal.flush()
                print(event.run_id, flush=True)
                await asyncio.sleep(600)

asyncio.run(main())
"""


def killed(settings):
    """A child's run that speaks, and is killed; returns the run."""
    command = ("-c", CHILD, settings.home, str(settings.model).removeprefix("scripted:"))
    child = forked.start(*command, cwd=ROOT)
    try:
        return child.stdout.readline().strip()
    finally:
        os.kill(child.pid, signal.SIGKILL)
        child.wait()


async def test_the_trace_of_a_killed_run_is_closed_on_recovery(scripted, receiver, sent):
    settings = scripted([{"words": "At seven in the morning.", "delay": 0.2}])
    run_id = await asyncio.to_thread(killed, settings)
    assert run_id
    again = await asyncio.to_thread(Settings, home=settings.home, telemetry="otlp")
    async with Session(again, graph=spoken()) as session:
        await session.journal.recover()
        events = [event async for event in session.replay(run_id)]
    assert events[-1].error.type == "Crashed"
    trace = (await asyncio.to_thread(sent)).trace(events[0].trace_id)
    assert complete(trace, events) == []
    (root,) = [span for span in trace if span.name == "invoke_agent agent"]
    assert root.failed
    assert root.attributes["error.type"] == "Crashed"
    (chat,) = [span for span in trace if span.attributes["gen_ai.operation.name"] == "chat"]
    assert chat.failed
    assert any(isinstance(event, e.MessageDelta) for event in events)


async def test_what_was_sent_before_the_kill_is_sent_with_the_same_ids(scripted, receiver, sent, monkeypatch):
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "10")
    settings = scripted([{"words": "At seven in the morning.", "delay": 0.2}])
    run_id = await asyncio.to_thread(killed, settings)
    heard = len(receiver.received.requests)
    before = {span.span_id: span for span in Received(requests=receiver.received.requests[:heard]).spans}
    again = await asyncio.to_thread(Settings, home=settings.home, telemetry="otlp")
    async with Session(again, graph=spoken()) as session:
        await session.journal.recover()
        events = [event async for event in session.replay(run_id)]
    again = Received(requests=(await asyncio.to_thread(sent)).requests[heard:])
    after = {span.span_id: span for span in again.trace(events[0].trace_id)}
    assert len(after) == 3  # the run, the retrieval, the turn
    assert {key: after[key] for key in before} == before


async def test_without_telemetry_nothing_is_told_of_a_killed_run(scripted, receiver):
    settings = scripted([{"words": "At seven in the morning.", "delay": 0.2}])
    await asyncio.to_thread(killed, settings)
    heard = len(receiver.received.requests)
    again = await asyncio.to_thread(Settings, home=settings.home)
    async with Session(again, graph=spoken()) as session:
        await session.journal.recover()
    assert len(receiver.received.requests) == heard
