"""A session whose run is stopped: its thread goes on, and what was asked stays asked."""

import json

import pytest

from mainstem import Session, Settings
from mainstem import events as e
from tests.fixtures import call
from tests.watched import until, watched

pytestmark = pytest.mark.usefixtures("library_settings")  # the home has something to search

LONG = {"words": "One two three four five six seven eight nine ten.", "delay": 0.1}


def partial_of(seen):
    """The one message of the thread that is marked as not whole."""
    (message,) = [m for m in seen.messages if m.response_metadata.get("complete") is False]
    return message


def session_of(tmp_path, *turns):
    script = tmp_path / "script.json"
    script.write_text(json.dumps(turns))
    return Session(Settings(home=tmp_path / "home", model=f"scripted:{script}", log_mb=0.02))


async def test_our_agent_stops_and_goes_on_in_another_session(tmp_path):
    async with session_of(tmp_path, [LONG]) as session:
        run = session.ask("Say a lot.", thread="t")
        await until(run, e.MessageDelta)
        result = await run.stop()
        assert result.status == "stopped"
        seen = await watched(run, session.source.graph, answer_nodes=["call_model"])
        assert seen.held(3)
        assert partial_of(seen).text == result.text
    async with session_of(tmp_path, "Next.") as session:
        run = session.ask("Go on.", thread="t")
        seen = await watched(run, session.source.graph)
        assert (seen.end.status, seen.result.text) == ("done", "Next.")
        assert [m.type for m in seen.messages] == ["human", "ai", "human", "ai"]


NOTE = {"tool_call": {"name": "save_note", "args": {"title": "a", "text": "b"}, "id": "c1"}}


async def test_a_stop_does_not_answer_a_decision_that_was_asked(tmp_path):
    """The run was over when it was stopped: a person says no to what it asked, and not the next question."""
    async with session_of(tmp_path, [NOTE], "Well.", "Next.") as session:
        run = session.ask("Note it.", thread="t")
        assert (await run.result()).status == "interrupted"
        assert (await run.stop()).status == "interrupted"
        refused = await session.ask("Never mind.", thread="t").result()
        assert (refused.status, refused.error.type) == ("failed", "DecisionPending")
        await session.resume("t", {"decisions": [{"type": "reject"}]}).result()
        seen = await watched(session.ask("Never mind.", thread="t"), session.source.graph)
        assert seen.result.text == "Next."
        assert [m.tool_call_id for m in seen.messages if m.type == "tool"] == ["c1"]
        assert not (tmp_path / "home" / "notes").exists()


async def test_our_agent_stopped_before_it_asked_for_a_decision_waits_for_none(tmp_path):
    async with session_of(tmp_path, [NOTE, {"sleep": 30.0}], "Next.") as session:
        run = session.ask("Note it.", thread="t")
        await until(run, e.ToolArguments)
        assert (await run.stop()).status == "stopped"
        assert not (await session.state("t")).interrupts
        seen = await watched(session.ask("Never mind.", thread="t"), session.source.graph)
        assert seen.result.text == "Next."
        assert not (tmp_path / "home" / "notes").exists()


async def test_leaving_the_session_stops_its_runs(tmp_path):
    async with session_of(tmp_path, [LONG]) as session:
        run = session.ask("Say a lot.", thread="t")
        await until(run, e.MessageDelta)
    assert (await run.result()).status == "stopped"


async def test_after_a_stop_the_usage_is_what_was_told_before_it(scripted):
    told = {"usage": {"input_tokens": 7, "output_tokens": 3}}
    search = call("search_documents", {"query": "when does the ferry sail"}, "c1")
    turns = [[search, told], [{"words": "one two three four " * 50, "delay": 0.05}]]
    async with Session(scripted(*turns)) as session:
        run = session.ask("When does the ferry sail?", thread="t")
        async for event in run.events():
            if event.type == "message.delta":
                break
        result = await run.stop()
    assert result.status == "stopped"
    assert (result.usage["input_tokens"], result.usage["output_tokens"]) == (7, 3), "nothing is made up for the rest"
