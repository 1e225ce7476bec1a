from pathlib import Path

import graph
import mainstem
import nodes
import tools
from mainstem import Session, events
from mainstem._bundled_agent import bundled_agent

from ..fixtures import call
from .watched import of, watched


def test_each_room_is_the_repositorys_own():
    for room in (graph, nodes, tools, mainstem):
        assert Path(room.__file__).is_relative_to(bundled_agent())


async def test_a_question_is_answered_with_citations(extractive, docs):
    async with Session(extractive) as session:
        said, result, _ = await watched(session, session.ask("When does the ferry sail?", thread="t"), "t")
    assert result.status == "done"
    assert "The ferry sails every day at seven in the morning. [1]" in result.text
    first = result.citations[0]
    assert (first.marker, first.document, first.verdict) == ("[1]", "ferry.md", "supported")
    text = (docs / "ferry.md").read_text()
    assert text[first.locator.start : first.locator.end] == first.quote
    assert text.splitlines()[first.locator.line - 1].startswith(first.quote)
    assert not of(said, events.ToolStarted)
    nodes = [event.node for event in of(said, events.NodeStarted)]
    assert nodes == ["screen", "retrieve", "call_model", "verify"]
    assert [each.label for each in of(said, events.Progress) if each.node == "retrieve"][-1] == "passages"
    assert result.cost == 0.0


async def test_what_the_documents_do_not_say_is_refused(extractive):
    async with Session(extractive) as session:
        result = await session.ask("Who discovered the planet Neptune in the nineteenth century?").result()
    assert result.status == "done"
    assert not result.citations
    assert "nothing" in result.text


async def test_arithmetic_goes_to_calculate(extractive):
    async with Session(extractive) as session:
        said = [event async for event in session.ask("What is 12*(3+4)?")]
    assert [tool.name for tool in of(said, events.ToolStarted)] == ["calculate"]
    assert "84" in "".join(event.text for event in of(said, events.MessageDelta))


async def test_a_question_about_a_table_is_asked_of_the_table(extractive):
    async with Session(extractive) as session:
        run = session.ask("How many boats are there in total in the harbours table?")
        said = [event async for event in run]
        result = await run.result()
    assert "query_table" in [tool.name for tool in of(said, events.ToolStarted)]
    assert "50" in result.text


async def test_two_searches_at_once_number_their_passages_apart(scripted):
    turns = (
        [
            call("search_documents", {"query": "ferry sail"}, "a"),
            call("search_documents", {"query": "ticket cost"}, "b"),
        ],
        [{"text": "It sails at seven. [1] A ticket costs twelve crowns. [11] And more. [77]"}],
    )
    async with Session(scripted(*turns)) as session:
        said, result, _ = await watched(session, session.ask("Tell me all", thread="t"), "t")
    assert [citation.marker for citation in result.citations] == ["[1]", "[11]"]
    (notice,) = of(said, events.Notice)
    assert (notice.kind, notice.rule) == ("review", "citations")
    assert "[77]" in notice.text
    tasks = {tool.task_id for tool in of(said, events.ToolStarted)}
    assert len(tasks) == 2
    for progress in of(said, events.Progress):
        assert progress.task_id is None or progress.task_id in tasks


async def test_a_step_limit_halts_and_leaves_a_usable_thread(scripted):
    settings = scripted(*[[call("calculate", {"expression": "1+1"}, f"c{n}")] for n in range(9)], max_steps=9)
    async with Session(settings) as session:
        _, result, messages = await watched(session, session.ask("Loop", thread="t"), "t")
        assert (result.status, result.reason) == ("halted", "steps")
        calls = {c["id"] for m in messages if m.type == "ai" for c in m.tool_calls}
        assert calls <= {m.tool_call_id for m in messages if m.type == "tool"}
        assert not (await session.state("t")).next


async def test_early_closing_upstream_is_truncated_on_the_wire_and_in_the_checkpoint(scripted):
    async with Session(scripted([{"text": "Half an ans"}, {"end": True}])) as session:
        said, result, messages = await watched(session, session.ask("Go", thread="t"), "t")
    assert result.status == "truncated"
    assert of(said, events.MessageFinished)[0].complete is False
    assert messages[-1].response_metadata["complete"] is False
