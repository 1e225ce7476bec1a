"""What a stop keeps of the words that were said: what the graph itself would have kept."""

import ast
import asyncio
from typing import Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.types import Command

from mainstem import events as e
from mainstem import watch
from mainstem.models.scripted.model import ScriptedModel
from mainstem.stream.sources.returned_keys import is_computed, values_returned
from tests.watched import PATIENCE, watched

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


def a_node_that_collects_its_update():
    async def think(state: Noted) -> dict[str, Any]:
        update: dict[str, Any] = {"notes": ""}
        update["notes"] = (await model(SECRET).ainvoke("?")).text
        return update

    return two_nodes(think)


def a_node_whose_helper_makes_the_update():
    def noted(text):
        return {"notes": text}

    async def think(state: Noted) -> dict[str, Any]:
        return noted((await model(SECRET).ainvoke("?")).text)

    return two_nodes(think)


def a_node_that_is_an_object():
    class Think:
        async def __call__(self, state: Noted) -> dict[str, Any]:
            return {"notes": (await model(SECRET).ainvoke("?")).text}

    return two_nodes(Think())


def a_node_that_is_a_chain():
    async def noted(said) -> dict[str, Any]:
        return {"notes": said.text}

    async def asked(state):
        return "?"

    return two_nodes(RunnableLambda(asked) | model(SECRET) | RunnableLambda(noted))


def a_node_that_returns_nothing():
    async def think(state: Noted) -> None:
        await model(SECRET).ainvoke("?")

    return two_nodes(think)


def a_node_that_says_its_own_words():
    async def think(state: Noted) -> dict[str, Any]:
        await model(SECRET).ainvoke("?")
        return {"messages": [AIMessage("I have thought.")]}

    return two_nodes(think)


def a_graph_that_gives_no_messages_back():
    class Out(TypedDict):
        notes: str

    async def think(state: Noted) -> dict[str, Any]:
        return {"messages": [await model(SECRET).ainvoke("?")], "notes": "thought"}

    return two_nodes(StateGraph(Noted, output_schema=Out).add_node(think).add_edge(START, "think").compile())


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
    [
        a_node_that_takes_notes,
        a_node_that_collects_its_update,
        a_node_whose_helper_makes_the_update,
        a_node_that_is_an_object,
        a_node_that_is_a_chain,
        a_node_that_returns_nothing,
        a_node_that_says_its_own_words,
        a_graph_that_gives_no_messages_back,
        a_router,
        a_subagent_in_a_node,
        a_subagent_in_a_tool,
        a_model_in_a_tool,
    ],
    ids=lambda graph: graph.__name__,
)
async def test_a_stop_keeps_no_words_that_the_graph_would_not_keep(graph):
    seen = await stopped_at_the_first_word(graph())
    assert "secret " not in [message.text for message in seen.messages]
    assert seen.held(9)


def first_then(second):
    """A model that drafts, and one that says `second` and then hangs."""
    return [model("A draft."), model([{"text": second}, {"sleep": 30.0}])]


async def stopped_in_the_second(node):
    graph = StateGraph(MessagesState).add_node("speak", node).add_edge(START, "speak").compile(InMemorySaver())
    run = watch(graph, ASK)
    async with asyncio.timeout(PATIENCE):
        async for event in run.events():
            if isinstance(event, e.MessageDelta) and event.text == "The answer":
                break
    await run.stop()
    return await watched(run, graph)


async def one_list_of_one(state: MessagesState) -> dict[str, Any]:
    first, second = first_then("The answer")
    draft = await first.ainvoke("?")
    return {"messages": [await second.ainvoke(draft.text)]}


async def one_as_it_is(state: MessagesState) -> dict[str, Any]:
    first, second = first_then("The answer")
    draft = await first.ainvoke("?")
    return {"messages": await second.ainvoke(draft.text)}


async def both(state: MessagesState) -> dict[str, Any]:
    first, second = first_then("The answer")
    draft = await first.ainvoke("?")
    return {"messages": [draft, await second.ainvoke(draft.text)]}


async def all_that_was_said(state: MessagesState) -> dict[str, Any]:
    said: list[Any] = []
    for speaker in first_then("The answer"):
        said.append(await speaker.ainvoke("?"))
    return {"messages": said}


@pytest.mark.parametrize("node", [one_list_of_one, one_as_it_is], ids=lambda node: node.__name__)
async def test_a_stop_keeps_no_draft_of_a_node_that_stores_one_message(node):
    seen = await stopped_in_the_second(node)
    assert [message.text for message in seen.messages] == ["Think.", "The answer"]
    assert seen.messages[-1].response_metadata == {"complete": False}
    assert seen.held(9)


@pytest.mark.parametrize("node", [both, all_that_was_said], ids=lambda node: node.__name__)
async def test_a_stop_keeps_what_was_finished_before_in_a_node_that_may_store_it(node):
    seen = await stopped_in_the_second(node)
    assert [message.text for message in seen.messages] == ["Think.", "A draft.", "The answer"]
    assert [message.response_metadata for message in seen.messages[1:]] == [{}, {"complete": False}]
    assert seen.held(9)


async def test_a_finished_message_is_kept_as_finished_though_its_calls_were_not_made():
    async def speak(state: MessagesState) -> dict[str, Any]:
        asks = {"tool_call": {"name": "look", "args": {}, "id": "c1"}}
        said = await model([{"text": "I shall look."}, asks]).ainvoke("?")
        await asyncio.sleep(PATIENCE)
        return {"messages": [said]}

    graph = StateGraph(MessagesState).add_node(speak).add_edge(START, "speak").compile(InMemorySaver())
    run = watch(graph, ASK)
    async with asyncio.timeout(PATIENCE):
        async for event in run.events():
            if isinstance(event, e.MessageFinished):
                break
    await run.stop()
    seen = await watched(run, graph)
    assert [message.text for message in seen.messages] == ["Think.", "I shall look."]
    assert seen.of(e.MessageFinished)[0].complete
    assert seen.messages[-1].response_metadata == {}


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


async def test_a_stop_keeps_the_words_of_a_node_that_collects_its_update():
    async def speak(state: Noted) -> dict[str, Any]:
        update: dict[str, Any] = {}
        said = await model(SECRET).ainvoke("?")
        update["messages"] = [said]
        return update

    graph = StateGraph(Noted).add_node(speak).add_edge(START, "speak").compile(InMemorySaver())
    seen = await stopped_at_the_first_word(graph)
    assert [message.text for message in seen.messages] == ["Think.", "secret "]


def keys_returned(function):
    written = values_returned(function)
    return None if written is None else set(written)


def writes_messages(state):
    if state:
        return {"messages": []}
    return None


def writes_by_command(state):
    return Command(update={"notes": ""}) if state else {"other": 1}


def writes_what_it_was_given(state):
    return dict(state)


def collects(state):
    update: dict[str, Any] = {"notes": ""}
    update["messages"] = []
    update.update({"other": 1}, more=2)
    update |= {"last": 3}
    return Command(update=update)


def gives_it_away(state):
    update = {"notes": ""}
    state.fill(update)
    return update


def lets_it_be_changed(state):
    update = {"notes": ""}

    def change():
        update["messages"] = [state]

    change()
    return update


def turns_in_circles(state):
    one = {"notes": ""}
    other = one
    one = other
    return {**one, **other}


def writes_what_a_helper_makes(state):
    return helper(state)


def helper(state):
    return {**Noted(notes=""), "messages": [state]}


def writes_what_a_callable_makes(state, helper):
    return helper(state)


def calls_itself(state):
    return calls_itself(state)


def writes_nothing(state):
    print(state)


def test_the_keys_that_a_function_returns():
    assert keys_returned(writes_messages) == {"messages"}
    assert keys_returned(writes_by_command) == {"notes", "other"}
    assert keys_returned(collects) == {"notes", "messages", "other", "more", "last"}
    assert keys_returned(writes_what_a_helper_makes) == {"notes", "messages"}
    assert keys_returned(writes_nothing) == set()
    assert keys_returned(lambda state: {"notes": state}) == {"notes"}


@pytest.mark.parametrize(
    "function",
    [
        writes_what_it_was_given,
        gives_it_away,
        lets_it_be_changed,
        turns_in_circles,
        writes_what_a_callable_makes,
        calls_itself,
        len,
    ],
)
def test_functions_whose_keys_cannot_be_told(function):
    assert keys_returned(function) is None


@pytest.mark.parametrize(
    ("value", "computed"),
    [
        ("[AIMessage('Done.')]", False),
        ("[('ai', 'Done.')]", False),
        ("{'role': 'assistant', 'content': 'Done.'}", False),
        ("[AIMessage(content=said.text)]", True),
        ("[('ai', f'Done: {said}')]", True),
        ("[await model.ainvoke('?')]", True),
        ("[*said]", True),
    ],
)
def test_what_is_only_what_the_code_says(value, computed):
    assert is_computed(ast.parse(value, mode="eval").body) is computed
