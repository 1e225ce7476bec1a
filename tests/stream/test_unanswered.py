"""Calls that a failure leaves without an answer: said by `watch`, answered by a `Session` before a new question."""

from langchain.agents import create_agent
from langchain_core.messages import ToolMessage
from langchain_core.tools import tool
from langgraph.checkpoint.memory import InMemorySaver

from mainstem import events as e
from mainstem import watch
from mainstem.models.scripted.model import ScriptedModel
from mainstem.stream.repair import heal
from mainstem.stream.sources import source_of
from tests.watched import watched

ASK = {"messages": [{"role": "user", "content": "Break it."}]}
TWO = [{"tool_call": {"name": "broken", "args": {}, "id": identity}} for identity in ("c1", "c2")]


@tool
async def broken() -> str:
    """Breaks."""
    raise RuntimeError("No.")


async def failed():
    graph = create_agent(ScriptedModel(turns=[TWO, "Done."]), [broken], checkpointer=InMemorySaver())
    run = watch(graph, ASK)
    return graph, await watched(run, graph), {"configurable": {"thread_id": run.thread_id}}


async def test_a_failure_says_which_calls_have_no_answer():
    _, seen, _ = await failed()
    assert seen.end.status == "failed"
    [notice] = [notice for notice in seen.of(e.Notice) if notice.rule == "unanswered"]
    assert (notice.kind, notice.count) == ("review", 2)
    assert "broken (c1), broken (c2)" in notice.text


async def test_calls_that_the_input_answers_are_left_to_it():
    graph, _, config = await failed()
    own = {"messages": [ToolMessage("Mine.", tool_call_id="c1")]}
    assert await heal(source_of(graph), config, await graph.aget_state(config), own) == 1
    messages = (await graph.aget_state(config)).values["messages"]
    assert [message.tool_call_id for message in messages if message.type == "tool"] == ["c2"]


async def test_what_the_input_answers_whole_is_not_touched():
    graph, _, config = await failed()
    own = {"messages": [{"role": "tool", "content": "Mine.", "tool_call_id": each} for each in ("c1", "c2")]}
    assert await heal(source_of(graph), config, await graph.aget_state(config), own) == 0
    assert (await graph.aget_state(config)).next
