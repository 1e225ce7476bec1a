"""Each node says for itself that it begins and ends: a server that tells of no tasks is enough to follow it."""

import json

import pytest
from langchain_core.messages import HumanMessage
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Command

from graph.agent import agent, build
from graph.announce import announced
from mainstem.settings import use
from mainstem.stream import events as e
from mainstem.stream.translate import RunState, translate_part
from mainstem.stream.translate.outcome import outcome
from mainstem.stream.writer import nodes_are_told


async def parts_of(graph, given):
    """The custom parts as they come over a server's wire."""
    parts = [part async for part in graph.astream(given, stream_mode=["custom"], subgraphs=True, version="v2")]
    return [json.loads(json.dumps(part, default=str)) for part in parts]


async def parts_of_node(node):
    builder = StateGraph(MessagesState).add_node(node.__name__, announced(node)).add_edge(START, node.__name__)
    return [part["data"]["mainstem"] for part in await parts_of(builder.compile(), {"messages": []})]


async def writes(state: MessagesState, runtime: Runtime):
    return {"messages": [("ai", "Hello.")]}


async def leads(state: MessagesState, runtime: Runtime):
    return Command(goto="__end__")


async def fails(state: MessagesState, runtime: Runtime):
    raise LookupError


async def test_a_node_is_announced_by_its_own_name():
    began, ended = await parts_of_node(writes)
    assert (began["type"], began["node"]) == ("node.started", "writes")
    assert ended == {**began, "type": "node.finished", "wrote": ["messages"]}


async def test_a_command_does_not_say_what_was_written():
    assert [(part["type"], part.get("wrote")) for part in await parts_of_node(leads)] == [
        ("node.started", None),
        ("node.finished", None),
    ]


async def test_a_node_that_fails_has_not_ended_well():
    builder = StateGraph(MessagesState).add_node("fails", announced(fails)).add_edge(START, "fails")
    stream = builder.compile().astream({"messages": []}, stream_mode="custom")
    assert (await anext(stream))["mainstem"]["type"] == "node.started"
    with pytest.raises(LookupError):
        await anext(stream)


async def test_where_the_graph_tells_of_its_nodes_they_keep_silent():
    nodes_are_told.set(True)
    assert await parts_of_node(writes) == []


async def test_the_agents_custom_parts_alone_tell_nodes_tasks_and_calls(extractive):
    with use(extractive):
        parts = await parts_of(
            agent, {"messages": [HumanMessage("How many boats are there in total in the harbours table?")]}
        )
        nodes = set(build().nodes)
    said = [part["data"]["mainstem"] for part in parts]
    assert all(part["node"] and part["task_id"] for part in said)
    assert {part["node"] for part in said} == nodes - {"__error_handler__run_tool", "summarise"}
    calls = {part["tool_call_id"] for part in said if part["type"] == "tool.started"}
    progress = [part for part in said if part["type"] == "progress"]
    assert {part["tool_call_id"] for part in progress if part["node"] == "run_tool"} == calls
    assert {part.get("tool_call_id") for part in progress if part["node"] == "retrieve"} == {None}
    state = RunState(tells_tasks=False, tells_tools=False)
    told = [event for part in parts for event in translate_part(part, state, 1.0)]
    began = [(event.node, event.task_id) for event in told if isinstance(event, e.NodeStarted)]
    assert began == [(part["node"], part["task_id"]) for part in said if part["type"] == "node.started"]
    assert sorted(began) == sorted((event.node, event.task_id) for event in told if isinstance(event, e.NodeFinished))
    done = {(event.node, event.tool_call_id) for event in told if isinstance(event, e.Progress)}
    assert done == {("retrieve", None), *(("run_tool", call) for call in calls)}


async def test_the_nodes_of_a_summary_tell_of_themselves_too(extractive):
    with use(extractive):
        parts = await parts_of(agent, {"messages": [HumanMessage("Summarise ferry.md")]})
    said = [part["data"]["mainstem"] for part in parts]
    ended = [part["node"] for part in said if part["type"] == "node.finished"]
    assert ended == ["screen", "choose", "split", "quote", "summarise", "compact", "call_model", "verify"]


async def test_a_refusal_behind_a_server_halts(extractive):
    with use(extractive):
        parts = await parts_of(agent, {"messages": [HumanMessage("")]})
    state = RunState(tells_tasks=False, tells_tools=False)
    told = [event for part in parts for event in translate_part(part, state, 1.0)]
    (notice,) = [event for event in told if isinstance(event, e.Notice)]
    assert (notice.kind, notice.node, notice.rule) == ("refused", "screen", "question")
    assert outcome(state) == ("halted", "policy", None)
