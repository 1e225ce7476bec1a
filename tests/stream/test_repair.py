"""What a stop keeps of the words that were said: what the graph itself would have kept."""

import asyncio
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command

from mainstem import events as e
from mainstem import watch
from mainstem.models.scripted import ScriptedModel
from mainstem.stream.writes import keys_returned
from tests.e2e.watched import PATIENCE, watched

ASK = {"messages": [{"role": "user", "content": "Think."}]}
SECRET = [{"text": "secret "}, {"sleep": 30.0}]


def model(*turns):
    return ScriptedModel(turns=list(turns))


class Noted(MessagesState):
    notes: str


def two_nodes(first):
    async def summarise(state: Noted) -> dict[str, Any]:
        return {"messages": [await model("Summary.").ainvoke("?")]}

    return (
        StateGraph(Noted).add_sequence([("first", first), summarise]).add_edge(START, "first").compile(InMemorySaver())
    )


def a_node_that_takes_notes():
    async def think(state: Noted) -> dict[str, Any]:
        return {"notes": (await model(SECRET).ainvoke("?")).text}

    return two_nodes(think)


def a_router():
    async def route(state: Noted) -> Command:
        await model(SECRET).ainvoke("?")
        return Command(goto="summarise", update={"notes": "routed"})

    return two_nodes(route)


def a_subagent_in_a_node():
    agent = create_agent(model(SECRET), [])

    async def ask(state: Noted) -> dict[str, Any]:
        said = await agent.ainvoke({"messages": state["messages"]})
        return {"messages": [AIMessage(f"It has {len(said)} keys.")]}

    return two_nodes(ask)


def a_subagent_in_a_tool():
    agent = create_agent(model(SECRET), [])

    @tool
    async def consult(question: str) -> str:
        """Asks another agent."""
        return str(await agent.ainvoke({"messages": [("human", question)]}))

    asks = {"tool_call": {"name": "consult", "args": {"question": "?"}, "id": "c1"}}
    return create_agent(model([asks], "Summary."), [consult], checkpointer=InMemorySaver())


def a_model_in_a_tool():
    speaker = model(SECRET)

    @tool
    async def think(question: str) -> str:
        """Asks a model."""
        return str(await speaker.ainvoke(question))

    asks = {"tool_call": {"name": "think", "args": {"question": "?"}, "id": "c1"}}
    return create_agent(model([asks], "Summary."), [think], checkpointer=InMemorySaver())


async def stopped_at_the_first_word(graph):
    run = watch(graph, ASK)
    async with asyncio.timeout(PATIENCE):
        async for event in run.events():
            if isinstance(event, e.MessageDelta):
                break
    await run.stop()
    return await watched(run, graph)


@pytest.mark.parametrize(
    "graph",
    [a_node_that_takes_notes, a_router, a_subagent_in_a_node, a_subagent_in_a_tool, a_model_in_a_tool],
    ids=lambda graph: graph.__name__,
)
async def test_a_stop_keeps_no_words_that_the_graph_would_not_keep(graph):
    seen = await stopped_at_the_first_word(graph())
    assert "secret " not in [message.text for message in seen.messages]
    assert seen.held(9)


async def test_a_stop_keeps_the_words_of_an_agent():
    graph = create_agent(model(SECRET), [], checkpointer=InMemorySaver())
    seen = await stopped_at_the_first_word(graph)
    assert [message.text for message in seen.messages] == ["Think.", "secret "]
    assert seen.held(3)


async def test_a_stop_keeps_the_words_of_an_agent_that_is_a_node():
    inner = create_agent(model(SECRET), [])
    graph = StateGraph(MessagesState).add_node("inner", inner).add_edge(START, "inner").compile(InMemorySaver())
    seen = await stopped_at_the_first_word(graph)
    assert [message.text for message in seen.messages] == ["Think.", "secret "]


def writes_messages(state):
    if state:
        return {"messages": []}
    return None


def writes_by_command(state):
    return Command(update={"notes": ""}) if state else {"other": 1}


def writes_what_a_helper_says(state):
    return dict(state)


def test_the_keys_that_a_function_returns():
    assert keys_returned(writes_messages) == {"messages"}
    assert keys_returned(writes_by_command) == {"notes", "other"}
    assert keys_returned(writes_what_a_helper_says) is None
    assert keys_returned(len) is None
