"""What the events say of tool calls, however a graph makes them: each call once, with its arguments, and where."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any
from uuid import uuid4

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import HumanInTheLoopMiddleware, ToolCallLimitMiddleware
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.tools import InjectedToolCallId, tool
from langgraph.cache.memory import InMemoryCache
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from langgraph.types import CachePolicy, Command, TimeoutPolicy

from mainstem import events as e
from mainstem import watch
from mainstem.models.scripted.model import ScriptedModel
from mainstem.stream.callbacks.model_calls import ModelCalls
from mainstem.stream.sources import LocalGraph
from tests.watched import watched

ASK = {"messages": [{"role": "user", "content": "Weather?"}]}


def scripted(*turns):
    return ScriptedModel(turns=list(turns))


def call(name, identity, **args):
    return {"tool_call": {"name": name, "args": args, "id": identity}}


@tool
async def weather(city: str) -> str:
    """The weather in a city."""
    return f"Rain in {city}."


@tool
def threaded(city: str) -> str:
    """The weather in a city, from a thread."""
    return f"Fog in {city}."


@tool
async def slow(city: str) -> str:
    """Takes too long."""
    await asyncio.sleep(30)
    return "late"


@tool
async def handing(city: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> Command:
    """Returns a Command with its message."""
    return Command(update={"messages": [ToolMessage(f"Handed over {city}.", tool_call_id=tool_call_id)]})


@tool
async def refusing(city: str, tool_call_id: Annotated[str, InjectedToolCallId]) -> Command:
    """Returns a Command with a message that says it failed."""
    return Command(update={"messages": [ToolMessage("No.", tool_call_id=tool_call_id, status="error")]})


def with_tool_node(model, tools, **node):
    async def agent(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    builder = StateGraph(MessagesState).add_node("agent", agent).add_node("tools", ToolNode(tools), **node)
    builder.add_edge(START, "agent").add_conditional_edges("agent", tools_condition).add_edge("tools", "agent")
    return builder.compile(checkpointer=InMemorySaver())


def by_hand(model, run):
    """A graph of one node that runs its calls itself, by `run(call)`."""

    async def agent(state: MessagesState) -> dict[str, Any]:
        said = await model.ainvoke(state["messages"])
        answers = [await run(each) for each in said.tool_calls]
        return {"messages": [said, *answers, await model.ainvoke([*state["messages"], said, *answers])]}

    return StateGraph(MessagesState).add_node("agent", agent).add_edge(START, "agent").compile(InMemorySaver())


async def answered(each):
    return ToolMessage(await weather.ainvoke(each["args"]), tool_call_id=each["id"])


async def answered_from_a_thread(each):
    text = await asyncio.to_thread(threaded.invoke, each["args"])
    return ToolMessage(text, tool_call_id=each["id"])


async def answered_without_callbacks(each):
    return ToolMessage(await weather.coroutine(**each["args"]), tool_call_id=each["id"])


async def answered_by_a_dict(each):
    return {"role": "tool", "content": "Rain.", "tool_call_id": each["id"]}


async def answered_with_more(each):
    return ToolMessage(await weather.ainvoke({**each["args"], "user": "ann"}), tool_call_id=each["id"])


async def answered_with_other(each):
    return ToolMessage(await weather.ainvoke({"city": each["args"]["city"].upper()}), tool_call_id=each["id"])


TWO = [call("weather", "c1", city="Oslo"), call("weather", "c2", city="Rome")]
THREADED = [call("threaded", "c1", city="Oslo"), call("threaded", "c2", city="Rome")]


GRAPHS = {
    "create_agent": lambda: create_agent(scripted(TWO, "Wet."), [weather], checkpointer=InMemorySaver()),
    "create_agent, a sync tool": lambda: create_agent(
        scripted(THREADED, "Wet."), [threaded], checkpointer=InMemorySaver()
    ),
    "a ToolNode": lambda: with_tool_node(scripted(TWO, "Wet."), [weather]),
    "a ToolNode, a sync tool": lambda: with_tool_node(scripted(THREADED, "Wet."), [threaded]),
    "by hand": lambda: by_hand(scripted(TWO, "Wet."), answered),
    "by hand, from a thread": lambda: by_hand(scripted(THREADED, "Wet."), answered_from_a_thread),
    "by hand, without callbacks": lambda: by_hand(scripted(TWO, "Wet."), answered_without_callbacks),
    "by hand, answered by dicts": lambda: by_hand(scripted(TWO, "Wet."), answered_by_a_dict),
    "a name that no tool has": lambda: with_tool_node(scripted(TWO, "Wet."), [threaded]),
    "limited": lambda: create_agent(
        scripted(TWO, "Wet."),
        [weather],
        middleware=[ToolCallLimitMiddleware(run_limit=1)],
        checkpointer=InMemorySaver(),
    ),
}


@pytest.mark.parametrize("graph", GRAPHS.values(), ids=GRAPHS.keys())
async def test_each_call_is_told_once_with_its_arguments_and_where_it_runs(graph):
    graph = graph()
    seen = await watched(watch(graph, ASK), graph)
    started, finished = seen.of(e.ToolStarted), seen.of(e.ToolFinished)
    assert sorted((one.tool_call_id, one.args["city"]) for one in started) == [("c1", "Oslo"), ("c2", "Rome")]
    assert sorted(one.tool_call_id for one in finished) == ["c1", "c2"]
    assert all(one.summary for one in finished)
    running = {(node.node, node.task_id) for node in seen.of(e.NodeStarted)}
    assert {(one.node, one.task_id) for one in (*started, *finished)} <= running
    assert seen.result.text == "Wet."
    assert seen.held(3)


async def test_a_rejected_call_has_its_arguments():
    model = scripted([call("weather", "c1", city="Oslo")], "As you wish.")
    asking = HumanInTheLoopMiddleware(interrupt_on={"weather": True})
    graph = create_agent(model, [weather], middleware=[asking], checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    await watched(run, graph)
    again = await watched(run.resume({"decisions": [{"type": "reject", "message": "no"}]}), graph)
    (started,), (finished,) = again.of(e.ToolStarted), again.of(e.ToolFinished)
    assert started.args == {"city": "Oslo"}
    assert finished.status == "error"
    assert again.result.text == "As you wish."


async def test_an_edited_call_is_told_as_it_is_made():
    model = scripted([call("weather", "c1", city="Oslo")], "Wet.")
    asking = HumanInTheLoopMiddleware(interrupt_on={"weather": True})
    graph = create_agent(model, [weather], middleware=[asking], checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    await watched(run, graph)
    edit = {"type": "edit", "edited_action": {"name": "weather", "args": {"city": "Rome"}}}
    again = await watched(run.resume({"decisions": [edit]}), graph)
    assert [one.args for one in again.of(e.ToolStarted)] == [{"city": "Rome"}]
    assert [one.summary for one in again.of(e.ToolFinished)] == ["Rain in Rome."]


async def test_a_tool_that_returns_a_command_shows_its_message_and_status():
    turn = [call("handing", "c1", city="Oslo"), call("refusing", "c2", city="Rome")]
    graph = with_tool_node(scripted(turn, "Done."), [handing, refusing])
    seen = await watched(watch(graph, ASK), graph)
    said = {one.tool_call_id: (one.status, one.summary) for one in seen.of(e.ToolFinished)}
    assert said == {"c1": ("ok", "Handed over Oslo."), "c2": ("error", "No.")}


async def test_a_tool_node_out_of_time_ends_its_calls_before_it_ends():
    model = scripted([call("slow", "c1", city="Oslo")])
    graph = with_tool_node(model, [slow], timeout=TimeoutPolicy(run_timeout=0.2))
    seen = await watched(watch(graph, ASK), graph)
    assert seen.end.status == "failed"
    (finished,) = seen.of(e.ToolFinished)
    assert (finished.status, finished.node) == ("timeout", "tools")
    (ended,) = [one for one in seen.of(e.NodeFinished) if one.node == "tools"]
    assert finished.task_id == ended.task_id
    assert finished.seq < ended.seq


async def test_calls_that_have_one_id_in_every_turn_are_told_apart():
    turns = [[call("weather", "call_0", city=city)] for city in ("Oslo", "Rome")]
    graph = by_hand_in_turns(scripted(*turns, "Wet."))
    seen = await watched(watch(graph, ASK), graph)
    assert [one.args["city"] for one in seen.of(e.ToolStarted)] == ["Oslo", "Rome"]
    assert [one.summary for one in seen.of(e.ToolFinished)] == ["Rain in Oslo.", "Rain in Rome."]


def by_hand_in_turns(model):
    async def agent(state: MessagesState) -> dict[str, Any]:
        said = [await model.ainvoke(state["messages"])]
        while calls := getattr(said[-1], "tool_calls", None):
            said += [await answered(each) for each in calls]
            said.append(await model.ainvoke([*state["messages"], *said]))
        return {"messages": said}

    return StateGraph(MessagesState).add_node("agent", agent).add_edge(START, "agent").compile(InMemorySaver())


async def test_a_call_by_hand_that_is_tried_again_stays_one_call():
    tries = []

    @tool
    async def shaky(city: str) -> str:
        """Fails at first."""
        tries.append(city)
        if len(tries) == 1:
            raise ConnectionError("gone")
        return "Rain."

    async def run(each):
        try:
            text = await shaky.ainvoke(each["args"])
        except ConnectionError:
            text = await shaky.ainvoke(each["args"])
        return ToolMessage(text, tool_call_id=each["id"])

    graph = by_hand(scripted([call("shaky", "c1", city="Oslo")], "Wet."), run)
    seen = await watched(watch(graph, ASK), graph)
    assert [(one.tool_call_id, one.status) for one in seen.of(e.ToolFinished)] == [("c1", "error"), ("c1", "ok")]


@pytest.mark.parametrize(("run", "made"), [(answered_with_more, "Oslo"), (answered_with_other, "OSLO")])
async def test_a_call_by_hand_whose_arguments_the_node_changes_stays_one_call(run, made):
    graph = by_hand(scripted(TWO, "Wet."), run)
    seen = await watched(watch(graph, ASK), graph)
    assert [one.tool_call_id for one in seen.of(e.ToolStarted)] == ["c1", "c2"]
    assert seen.of(e.ToolStarted)[0].args["city"] == made
    assert [one.tool_call_id for one in seen.of(e.ToolFinished)] == ["c1", "c2"]


async def test_calls_by_hand_in_another_order_with_more_arguments_are_the_calls_that_they_resemble():
    model = scripted(TWO, "Wet.")

    async def agent(state: MessagesState) -> dict[str, Any]:
        said = await model.ainvoke(state["messages"])
        answers = [await answered_with_more(each) for each in reversed(said.tool_calls)]
        return {"messages": [said, *answers, await model.ainvoke([*state["messages"], said, *answers])]}

    graph = StateGraph(MessagesState).add_node("agent", agent).add_edge(START, "agent").compile(InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert [(one.tool_call_id, one.args["city"]) for one in seen.of(e.ToolStarted)] == [("c2", "Rome"), ("c1", "Oslo")]


async def test_a_rebuilt_message_with_calls_is_told_once():
    model = scripted([call("weather", "c1", city="Oslo")], "Wet.")

    async def agent(state: MessagesState) -> dict[str, Any]:
        said = await model.ainvoke(state["messages"])
        return {"messages": [AIMessage(said.content, tool_calls=said.tool_calls)]}

    builder = StateGraph(MessagesState).add_node("agent", agent).add_node("tools", ToolNode([weather]))
    builder.add_edge(START, "agent").add_conditional_edges("agent", tools_condition).add_edge("tools", "agent")
    graph = builder.compile(checkpointer=InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert "".join(one.text for one in seen.of(e.ToolArguments)) == '{"city": "Oslo"}'
    assert len(seen.of(e.MessageStarted)) == 2


async def test_a_call_that_a_cache_answers_is_told():
    model = ScriptedModel(turns=[[call("weather", "c1", city="Oslo")], "Wet."], repeat=True)

    async def agent(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model.ainvoke(state["messages"])]}

    async def tools(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await answered(each) for each in state["messages"][-1].tool_calls]}

    builder = StateGraph(MessagesState).add_node(agent)
    builder.add_node(tools, cache_policy=CachePolicy(key_func=lambda state: "same"))
    builder.add_edge(START, "agent").add_conditional_edges("agent", tools_condition).add_edge("tools", "agent")
    graph = builder.compile(checkpointer=InMemorySaver(), cache=InMemoryCache())
    for _ in range(2):
        seen = await watched(watch(graph, ASK), graph)
        assert [(one.tool_call_id, one.args, one.node) for one in seen.of(e.ToolStarted)] == [
            ("c1", {"city": "Oslo"}, "tools")
        ]
        assert [(one.status, one.summary) for one in seen.of(e.ToolFinished)] == [("ok", "Rain in Oslo.")]


async def test_dicts_that_a_node_returns_again_tell_no_call_again():
    model = scripted(TWO, "Wet.")

    async def agent(state: MessagesState) -> dict[str, Any]:
        said = await model.ainvoke(state["messages"])
        return {"messages": [said, *[await answered_by_a_dict(each) for each in said.tool_calls]]}

    def history(state: MessagesState) -> dict[str, Any]:
        answers = [said for said in state["messages"] if said.type == "tool"]
        return {"messages": [{"role": "tool", **said.model_dump(exclude={"type"})} for said in answers]}

    builder = StateGraph(MessagesState).add_sequence([agent, history]).add_edge(START, "agent")
    graph = builder.compile(InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert [one.tool_call_id for one in seen.of(e.ToolFinished)] == ["c1", "c2"]


async def test_a_node_that_writes_no_messages_into_their_key_wrote_none():
    class Safe(MessagesState):
        safety: str

    async def guard(state: Safe) -> dict[str, Any]:
        return {"safety": (await scripted("Safe.").ainvoke("?")).text, "messages": []}

    graph = StateGraph(Safe).add_node(guard).add_edge(START, "guard").compile(InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert seen.of(e.NodeFinished)[0].wrote == ("safety",)


@pytest.mark.parametrize("noted", [{"source": "cache"}, {"model_name": "gpt-5"}, {"model_provider": "openai"}])
async def test_a_message_that_a_node_made_is_not_cut_for_its_metadata(noted):
    def speak(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("From the cache.", response_metadata=noted)]}

    graph = StateGraph(MessagesState).add_node("speak", speak).add_edge(START, "speak").compile(InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert seen.end.status == "done"
    assert seen.result.text == "From the cache."


class Late(LocalGraph):
    """A graph within which a thread tells of a call a moment before it tells where the call is made."""

    def source(self, extra: Any) -> "Late":
        return self

    async def parts(self, given: Any, config: dict[str, Any], context: Any) -> AsyncIterator[dict[str, Any]]:
        ours = next(handler for handler in config["callbacks"] if isinstance(handler, ModelCalls))
        where = {"langgraph_node": "tools", "langgraph_checkpoint_ns": "tools:some-task"}
        note = partial(ours.on_tool_start, None, "", run_id=uuid4(), metadata=where, tool_call_id="c1")
        asyncio.get_running_loop().call_later(0.05, note)
        yield {"type": "tools", "ns": (), "data": {"event": "tool-started", "tool_call_id": "c1", "tool_name": "t"}}


async def test_a_call_that_is_told_before_its_place_waits_for_it():
    seen = await watched(
        watch(Late(StateGraph(MessagesState).add_node("n", print).add_edge(START, "n").compile(), ()), ASK)
    )
    assert [(each.node, each.task_id) for each in seen.of(e.ToolStarted)] == [("tools", "some-task")]
