"""One complete trace for each run, at a real OTLP receiver, whatever becomes of the run."""

import asyncio

import pytest

from benchmarks.truth.cases import cases
from benchmarks.truth.graphs import ADDRESS
from benchmarks.truth.peers.ours import Ours
from benchmarks.truth.play import Pauses, Player
from mainstem import events as e
from mainstem.stream.finish_reasons import RETURNED
from mainstem.testing import ScriptedProvider

CASES = {case.name: case for case in cases()}

SHORT = Pauses(nap=0.0, leaving=0.0, tool=0.0)
"""No trace depends on these; a silent run is given up as late as ever, when the model has begun to speak."""


def complete(trace, events):
    """What is missing in the trace of a run with these events, or wrong in it; empty: it is complete."""
    wrong = []
    started, finished = events[0], events[-1]
    roots = [span for span in trace if span.name.startswith("invoke_agent ")]
    ids = {span.span_id for span in trace}
    if len(roots) != 1:
        return [f"{len(roots)} roots"]
    (root,) = roots
    if root.parent or root.attributes["mainstem.run.status"] != finished.status:
        wrong.append(f"the root's parent {root.parent!r} or status {root.attributes}")
    wrong += [
        f"{span.name} has no parent in the trace" for span in trace if span is not root and span.parent not in ids
    ]
    wrong += [f"{span.name} ends before it starts" for span in trace if span.end < span.start]
    wrong += [f"{span.name} is not within the run" for span in trace if span.start < root.start or span.end > root.end]
    wrong += [
        f"{span.name}: {span.attributes}" for span in trace if span.attributes["mainstem.run.id"] != started.run_id
    ]
    tools = sorted(event.tool_call_id for event in events if isinstance(event, e.ToolStarted))
    told = sorted(span.attributes["gen_ai.tool.call.id"] for span in trace if span.name.startswith("execute_tool "))
    if tools != told:
        wrong.append(f"tools {told}, not {tools}")
    said = [event for event in events if isinstance(event, e.MessageFinished) and event.finish_reason != RETURNED]
    attempts = sum(
        [name for name, _ in span.events].count("mainstem.attempt") for span in trace if span.name.startswith("chat")
    )
    if attempts != len(said):
        wrong.append(f"{attempts} attempts, not {len(said)}")
    return wrong


@pytest.fixture
async def provider(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "scripted")
    async with ScriptedProvider([]) as playing:
        ADDRESS.set(playing.base_url)
        yield playing


@pytest.mark.parametrize("name", CASES)
async def test_each_case_of_the_truth_table_gives_one_complete_trace(name, provider, receiver, sent, monkeypatch):
    monkeypatch.setenv("MAINSTEM_TELEMETRY", "otlp")
    runs = []

    class Peer(Ours):
        def _watched(self):
            runs.append(super()._watched())
            return runs[-1]

    await Player(provider, SHORT).play(Peer, CASES[name])
    (run,) = runs
    await run.result()
    events = [event async for event in run.events()]
    received = await asyncio.to_thread(sent)
    assert complete(received.trace(events[0].trace_id), events) == []
