"""A message that is added while a run goes on: the model reads it between its steps, or it is asked afterwards."""

import asyncio
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langgraph.graph import START, MessagesState, StateGraph

from mainstem import Session, Settings, laws
from mainstem.stream.errors import ThreadError
from mainstem.stream.steering import steered

from ..fixtures import call

SEARCH = call("search_documents", {"query": "when does the ferry sail"}, "c1")


async def until(run: Any, kind: str) -> Any:
    """The first event of a kind."""
    async for event in run.events():
        if event.type == kind:
            return event
    raise AssertionError(f"there was no {kind}")


async def texts(session: Session) -> list[str]:
    return [message.text for message in (await session.state("t")).values["messages"] if message.type != "tool"]


async def test_the_model_reads_it_before_it_is_asked_again(scripted):
    turns = [[{"words": "one two three four five six", "delay": 0.05}, SEARCH], [{"words": "On Sundays."}]]
    async with Session(scripted(*turns)) as session:
        run = session.ask("When does the ferry sail?", thread="t")
        await until(run, "message.delta")
        assert session.steer("t", "Only Sundays, please.") is run
        result = await run.result()
        assert (result.status, result.text) == ("done", "On Sundays.")
        added = await texts(session)
        assert added[0] == "When does the ferry sail?"
        assert added[-2:] == ["Only Sundays, please.", "On Sundays."]
        events = [event async for event in run.events()]
        notice = next(event for event in events if event.type == "notice" and event.rule == "steering")
        assert notice.text == "Only Sundays, please."
        messages = (await session.state("t")).values["messages"]
        report = laws.check(events, messages=messages, answer_nodes={"call_model"})
        assert report.ok, str(report)
        assert (await session.describe("t")).turns == 1


async def test_an_answer_that_was_being_written_is_followed_by_another_one(scripted):
    turns = [[{"words": "one two three four five six", "delay": 0.05}], [{"words": "Shorter."}]]
    async with Session(scripted(*turns)) as session:
        run = session.ask("When?", thread="t")
        await until(run, "message.delta")
        session.steer("t", "Shorter, please.")
        assert (await run.result()).text == "Shorter."
        assert await texts(session) == ["When?", "one two three four five six", "Shorter, please.", "Shorter."]


def _late(entered: asyncio.Event, go: asyncio.Event) -> Any:
    async def look(state: MessagesState) -> dict[str, Any]:
        return {"messages": steered()}

    async def last(state: MessagesState) -> dict[str, Any]:
        entered.set()
        await go.wait()
        return {"messages": [AIMessage(f"{len(state['messages'])} messages")]}

    builder = StateGraph(MessagesState).add_node("look", look).add_node("last", last)
    return builder.add_edge(START, "look").add_edge("look", "last").compile()


async def test_what_a_run_did_not_read_is_asked_after_it(tmp_path):
    entered, go = asyncio.Event(), asyncio.Event()
    async with Session(Settings(home=tmp_path / "home"), graph=_late(entered, go)) as session:
        run = session.ask("First?", thread="t")
        await entered.wait()
        session.steer("t", "And this?")
        entered.clear()
        go.set()
        await run.result()
        await entered.wait()
        (later,) = [each for each in session._runs._runs if each is not run]
        assert (await later.result()).status == "done"
        assert await texts(session) == ["First?", "1 messages", "And this?", "3 messages"]


async def test_a_graph_that_reads_nothing_is_not_steered(tmp_path):
    entered, go = asyncio.Event(), asyncio.Event()

    async def last(state: MessagesState) -> dict[str, Any]:
        entered.set()
        await go.wait()
        return {"messages": [AIMessage("done")]}

    graph = StateGraph(MessagesState).add_node("last", last).add_edge(START, "last").compile()
    async with Session(Settings(home=tmp_path / "home"), graph=graph) as session:
        with pytest.raises(ThreadError, match="No run goes on"):
            session.steer("t", "Hello?")
        session.ask("First?", thread="t")
        await entered.wait()
        with pytest.raises(ThreadError, match="does not read"):
            session.steer("t", "Hello?")
        go.set()
