"""What nodes and tools write: where it says that it comes from, and what becomes of it, here and behind a server."""

import asyncio
import json
from typing import Any, get_args

import pytest
from langchain.agents import create_agent
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolRuntime
from langgraph.runtime import Runtime

from mainstem import StreamWriter, stream_writer, watch
from mainstem import events as e
from mainstem.stream.translate import RunState, custom
from mainstem.stream.translate.outcome import outcome
from mainstem.stream.writer import inside_tool_call

from .chains import scripted

NOTHING: dict[str, Any] = {"messages": []}
WEIGH: dict[str, Any] = {"messages": [("user", "Weigh.")]}
CALL = {"id": "c1", "name": "weigh", "args": {"parcels": 2}}


async def dig(state: MessagesState, runtime: Runtime) -> dict[str, Any]:
    stream_writer(runtime).progress("digging", done=1)
    stream_writer().progress("digging", done=2)
    return {}


@tool
async def weigh(parcels: int, runtime: ToolRuntime) -> str:
    """Weigh some parcels."""
    stream_writer(runtime).progress("weighing", done=parcels, total=parcels)
    stream_writer(runtime).tool_output("It is heavy.")
    return f"{parcels} kg"


@tool
async def measure(parcels: int) -> str:
    """Measure some parcels."""
    await asyncio.to_thread(lambda: stream_writer().progress("measuring", done=parcels))
    return f"{parcels} m"


def graph_of(node: Any) -> Any:
    return StateGraph(MessagesState).add_node("speak", node).add_edge(START, "speak").compile()


async def written(graph: Any, given: dict[str, Any] = NOTHING) -> list[dict[str, Any]]:
    """The parts as they come over a server's wire."""
    parts = [part async for part in graph.astream(given, stream_mode="custom", subgraphs=True, version="v2")]
    return [json.loads(json.dumps(part["data"]["mainstem"])) for part in parts]


async def told(node: Any) -> list[e.AnyEvent]:
    return [event async for event in watch(graph_of(node), NOTHING)]


# who writes


async def test_a_node_is_named_by_its_runtime_and_by_the_task_that_it_runs_in():
    inner = StateGraph(MessagesState).add_node(dig).add_edge(START, "dig").compile()
    parts = await written(graph_of(inner))
    assert [(part["node"], part["done"], "tool_call_id" in part) for part in parts] == [
        ("dig", 1, False),
        ("dig", 2, False),
    ]
    assert len({part["task_id"] for part in parts}) == 1


async def test_parallel_calls_of_a_tool_are_told_apart():
    calls = [{"tool_call": {"name": "weigh", "args": {"parcels": number}, "id": f"c{number}"}} for number in (1, 2)]
    parts = await written(create_agent(scripted(calls, "Done."), [weigh]), WEIGH)
    assert sorted((part["type"], part["tool_call_id"]) for part in parts) == [
        ("progress", "c1"), ("progress", "c2"), ("tool.output", "c1"), ("tool.output", "c2"),
    ]  # fmt: skip
    assert {part["node"] for part in parts} == {"tools"}
    assert len({part["task_id"] for part in parts}) == 2
    seen = [event async for event in watch(create_agent(scripted(calls, "Done."), [weigh]), WEIGH)]
    assert {event.tool_call_id: event.text for event in seen if isinstance(event, e.ToolOutput)} == {
        "c1": "It is heavy.", "c2": "It is heavy.",
    }  # fmt: skip


async def test_without_a_runtime_the_tool_call_is_the_one_around():
    async def node(state: MessagesState) -> dict[str, Any]:
        with inside_tool_call("c1"):
            await measure.ainvoke({"parcels": 1})
        await measure.ainvoke({"parcels": 2})
        return {}

    parts = await written(graph_of(node))
    assert [(part["node"], part.get("tool_call_id")) for part in parts] == [("speak", "c1"), ("speak", None)]


async def test_a_node_below_a_tool_call_writes_for_itself():
    async def node(state: MessagesState) -> dict[str, Any]:
        with inside_tool_call("c1"):
            return await StateGraph(MessagesState).add_node(dig).add_edge(START, "dig").compile().ainvoke(state)

    assert "tool_call_id" not in (await written(graph_of(node)))[0]


def test_outside_of_a_graph_there_is_nobody_to_write_to():
    with pytest.raises(RuntimeError):
        stream_writer()


# what is written


@pytest.mark.parametrize(
    ("write", "part"),
    [
        (lambda w: w.progress("reading", done=1, total=2, unit="files"),
         {"type": "progress", "label": "reading", "done": 1, "total": 2, "unit": "files", "tool_call_id": "t"}),
        (lambda w: w.tool_started(CALL),
         {"type": "tool.started", "tool_call_id": "c1", "name": "weigh", "args": {"parcels": 2}}),
        (lambda w: w.tool_output("Words."), {"type": "tool.output", "tool_call_id": "t", "text": "Words."}),
        (lambda w: w.tool_output("Words.", tool_call_id="c1"),
         {"type": "tool.output", "tool_call_id": "c1", "text": "Words."}),
        (lambda w: w.tool_finished(CALL, "ok", summary="2 kg", artifact={"kg": 2}),
         {"type": "tool.finished", "tool_call_id": "c1", "name": "weigh", "status": "ok", "summary": "2 kg",
          "artifact": {"kg": 2}}),
        (lambda w: w.citation(marker="[1]"), {"type": "citation", "marker": "[1]"}),
        (lambda w: w.notice("review", "Look.", rule="r", count=2),
         {"type": "notice", "kind": "review", "text": "Look.", "rule": "r", "count": 2}),
        (lambda w: w.halt("budget", "It is spent."), {"type": "halt", "reason": "budget", "text": "It is spent."}),
        (lambda w: w.attempt(2), {"type": "attempt", "attempt": 2}),
        (lambda w: w.superseded("m", "retry"), {"type": "message.superseded", "message_id": "m", "reason": "retry"}),
        (lambda w: w.usage("gpt", {"total_tokens": 1}),
         {"type": "usage", "model": "gpt", "usage": {"total_tokens": 1}}),
    ],
)  # fmt: skip
def test_each_part_names_its_node_and_task(write, part):
    parts: list[Any] = []
    write(StreamWriter(parts.append, node="speak", task_id="x", tool_call_id="t"))
    assert parts == [{"mainstem": {**part, "node": "speak", "task_id": "x"}}]


# how a run is halted, and how it is not


@pytest.mark.parametrize(
    ("reason", "kind"), [("policy", "refused"), ("budget", "budget"), ("steps", "budget"), ("supervisor", "review")]
)
async def test_a_halt_ends_the_run_and_tells_people_why(reason, kind):
    async def node(state: MessagesState, runtime: Runtime) -> dict[str, Any]:
        assert stream_writer(runtime).halt(reason, "Enough.", rule="mine") == reason
        return {}

    seen = await told(node)
    (notice,) = [event for event in seen if isinstance(event, e.Notice)]
    assert (notice.kind, notice.rule, notice.text, notice.node) == (kind, "mine", "Enough.", "speak")
    assert (seen[-1].status, seen[-1].reason) == ("halted", reason)


def test_every_reason_is_told_in_a_kind_of_its_own():
    assert set(custom.HALTS) == set(get_args(e.HaltReason))


@pytest.mark.parametrize("kind", get_args(e.NoticeKind))
async def test_no_kind_of_notice_halts(kind):
    async def node(state: MessagesState, runtime: Runtime) -> dict[str, Any]:
        stream_writer(runtime).notice(kind, "Look.")
        return {"messages": [AIMessage("Whole.", response_metadata={"finish_reason": "stop"})]}

    seen = await told(node)
    assert [event.kind for event in seen if isinstance(event, e.Notice)] == [kind]
    assert (seen[-1].status, seen[-1].reason) == ("done", None)


def test_a_reason_that_there_is_not_is_said_where_it_is_given():
    with pytest.raises(ValueError, match="'cost' is no reason to halt: give one of policy, budget"):
        StreamWriter(print).halt("cost", "Too dear.")


# what others write


@pytest.mark.parametrize("kind", ["quota", "", 3, ["a"], None])
def test_a_kind_of_somebody_elses_is_other_and_keeps_its_word(kind):
    part = {"mainstem": {"type": "notice", "kind": kind, "text": "Look.", "node": "n", "task_id": "t"}}
    (notice,) = custom.translate_custom(part, (), RunState(), 1.0)
    assert isinstance(notice, e.Notice)
    assert (notice.kind, notice.rule, notice.text, notice.task_id) == ("other", str(kind), "Look.", "t")


def test_a_foreign_notice_without_words_says_its_kind_and_keeps_its_rule():
    line = b'{"type": "notice", "seq": 4, "run_id": "r", "at": 1.0, "kind": "quota", "rule": "daily"}'
    notice = e.decode(line)
    assert (notice.kind, notice.rule, notice.text, notice.seq) == ("other", "daily", "quota", 4)
    assert e.decode(e.encode(notice)) == notice


@pytest.mark.parametrize("reason", ["cost", None, ["policy"]])
def test_a_halt_that_says_no_reason_is_data(reason):
    state, part = RunState(), {"mainstem": {"type": "halt", "reason": reason, "text": "Look."}}
    assert [event.type for event in custom.translate_custom(part, (), state, 1.0)] == ["data"]
    assert outcome(state) == ("done", None, None)
