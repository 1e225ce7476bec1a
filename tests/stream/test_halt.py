"""A run that its supervisor halts: it ends at once, says why, and keeps what it has said."""

import pytest
from langgraph.checkpoint.memory import InMemorySaver

from mainstem import Session, Settings, watch
from mainstem import events as e
from mainstem.stream.errors import UnknownRun

from ..watched import until, watched
from .graphs import Words, graph_of

GIVEN = {"messages": [("human", "?")]}


def endless():
    return graph_of(Words(["w "] * 10**6, delay=0.0), InMemorySaver())


async def test_a_run_is_halted_and_its_partial_answer_is_kept():
    graph = endless()
    run = watch(graph, GIVEN)
    await until(run, e.MessageDelta)
    run.halt("It rambles.", rule="rambling")
    run.halt("Again.")
    seen = await watched(run, graph)
    assert (seen.end.status, seen.end.reason) == ("halted", "supervisor")
    assert [(notice.kind, notice.rule, notice.text) for notice in seen.of(e.Notice)] == [
        ("review", "rambling", "It rambles.")
    ]
    assert seen.messages[-1].text == seen.shown()[0] != ""
    assert seen.messages[-1].response_metadata["complete"] is False


async def test_a_run_that_is_over_cannot_be_halted():
    run = watch(graph_of(Words(["Hi."])), GIVEN)
    await run.result()
    run.halt()
    assert (await run.result()).status == "done"


async def test_a_session_halts_its_runs_by_id(tmp_path):
    async with Session(Settings(home=tmp_path), graph=endless()) as session:
        run = session.start(GIVEN, thread="t")
        await until(run, e.MessageDelta)
        session.halt(run.run_id)
        assert (await run.result()).reason == "supervisor"
        with pytest.raises(UnknownRun):
            session.halt("nobody")
