"""`mainstem.testing.check`: it plays to a graph what that graph can answer, and raises no false alarm."""

import asyncio
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain.agents.middleware import wrap_model_call
from langchain_core.messages import AIMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from pydantic import BaseModel

from mainstem.stream.errors import SourceError
from mainstem.testing.check import check
from mainstem.testing.faults import FAULTS, TEXT
from mainstem.testing.offered import Offered, offered
from mainstem.testing.trials import NAMES, WHOLE, Plan

TELLING = ("plain", "early end", "drop mid-token", "length", "stopped", "two choices", "shared index", "no index")


def model() -> ChatOpenAI:
    return ChatOpenAI(model="any", max_retries=0)


def asking(ask: Any) -> Any:
    return StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile()


async def tried(load: Any, *only: str, **more: Any) -> dict[str, Any]:
    return {trial.name: trial async for trial in check(load, only=only, **more)}


# graphs that ask a model twice


def in_turn() -> Any:
    async def ask(state: MessagesState) -> dict[str, Any]:
        first = await model().ainvoke(state["messages"])
        return {"messages": [first, await model().ainvoke([*state["messages"], first])]}

    return asking(ask)


def at_once() -> Any:
    async def ask(state: MessagesState) -> dict[str, Any]:
        return {"messages": list(await asyncio.gather(*(model().ainvoke(state["messages"]) for _ in range(2))))}

    return asking(ask)


def a_draft_first() -> Any:
    async def ask(state: MessagesState) -> dict[str, Any]:
        draft = await model().ainvoke(state["messages"])
        return {"messages": [await model().ainvoke([*state["messages"], draft])]}

    return asking(ask)


def rebuilt() -> Any:
    async def ask(state: MessagesState) -> dict[str, Any]:
        said = [await model().ainvoke(state["messages"]) for _ in range(2)]
        return {"messages": [AIMessage(one.text) for one in said]}

    return asking(ask)


def in_branches() -> Any:
    async def ask(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await model().ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState).add_node("left", ask).add_node("right", ask)
    return graph.add_edge(START, "left").add_edge(START, "right").compile()


def by_a_middleware() -> Any:
    @wrap_model_call
    async def twice(request: Any, handler: Any) -> Any:
        await handler(request)
        return await handler(request)

    return create_agent(model(), [lookup], middleware=[twice])


@pytest.mark.parametrize("load", [in_turn, at_once, a_draft_first, rebuilt, in_branches, by_a_middleware])
async def test_a_graph_that_asks_twice_raises_no_alarm(load):
    trials = await tried(load, *TELLING)
    assert list(trials) == [name for name in NAMES if name in TELLING]
    assert {name: str(trial.report) for name, trial in trials.items() if not trial.report.ok} == {}
    assert trials["plain"].requests == 2


def test_no_two_answers_of_a_trial_are_the_same():
    plan = Plan.numbered()
    for name in NAMES:
        said = [turn.steps[0].words for turn in plan.turns(name)[1:31]]
        assert len(set(said)) == len(said) == 30
        assert not any(text.startswith(TEXT[:12]) for text in said)


# the graph's own tools

CALLED: list[tuple[str, int]] = []


class Place(BaseModel):
    name: str
    floors: list[int]


@tool
async def lookup(place: Place, kind: int, unit: str = "m") -> str:
    """Look a place up."""
    CALLED.append((place.name, kind))
    return f"{kind} {unit}"


@tool
async def note(text: str) -> str:
    """Write something down."""
    return text


def agent() -> Any:
    return create_agent(model(), [lookup, note])


async def test_faults_call_a_tool_of_the_graph_with_arguments_that_fit():
    CALLED.clear()
    trials = await tried(agent, "shared index", "no index", "large arguments", "arguments cut off")
    assert sorted(set(CALLED) - {("x" * 50_000, 1)}) == [("a", 1), ("b", 1)]
    assert ("x" * 50_000, 1) in CALLED
    assert {name: trial.status for name, trial in trials.items() if name != "arguments cut off"} == {
        "shared index": "done",
        "no index": "done",
        "large arguments": "done",
    }
    assert '"name": "lookup"' in trials["arguments cut off"].script_json
    assert not any("search" in trial.script_json for trial in trials.values())


async def test_the_tool_that_faults_call_is_chosen():
    CALLED.clear()
    trials = await tried(agent, "shared index", tool="note")
    assert '"name": "note"' in trials["shared index"].script_json
    assert CALLED == []
    with pytest.raises(SourceError, match="no tool 'other'") as told:
        await tried(agent, "shared index", tool="other")
    assert told.value.hint == "It offers: lookup, note."


async def test_a_tool_that_ran_on_a_guess_is_the_graphs_remark():
    trials = await tried(lambda: create_agent(model(), [note]), "arguments cut off")
    [finding] = trials["arguments cut off"].findings
    assert (finding.about, finding.law) == ("graph", None)
    assert finding.text == 'note ran with {"text": "a"}, though its arguments never came whole'


def test_what_is_offered_is_read_from_either_interface():
    chat = {"tools": [{"type": "function", "function": {"name": "a", "parameters": {"type": "object"}}}]}
    responses = {"tools": [{"type": "function", "name": "b", "parameters": {}}, {"type": "web_search"}]}
    assert list(offered([chat, responses, {}, {"tools": None}])) == ["a", "b"]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": "string"}, "x"),
        ({"type": ["null", "string"]}, "x"),
        ({"type": "integer", "minimum": 5}, 5),
        ({"type": "number"}, 1),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"enum": ["red", "green"]}, "red"),
        ({"const": 3}, 3),
        ({"type": "integer", "default": 9}, 9),
        ({"type": "array", "items": {"type": "string"}}, ["x"]),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}]}, 1),
        ({"$ref": "#/$defs/Point"}, {"at": "x"}),
        ({}, "x"),
    ],
)
def test_arguments_fit_their_schema(schema, value):
    point = {"type": "object", "properties": {"at": {"type": "string"}, "z": {}}, "required": ["at"]}
    whole = {"type": "object", "properties": {"it": schema}, "required": ["it"], "$defs": {"Point": point}}
    assert Offered("t", whole).args("x") == {"it": value}


def test_a_schema_that_refers_to_itself_comes_to_an_end():
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}, "required": ["next"]}
    assert "next" in Offered("t", {**node, "$defs": {"Node": node}}).args("x")


# what is said of the graph


def fussy() -> Any:
    async def ask(state: MessagesState) -> dict[str, Any]:
        reply = await model().ainvoke(state["messages"])
        if not reply.text.startswith("The"):
            raise ValueError("this is no answer")
        return {"messages": [reply]}

    return asking(ask)


async def test_a_graph_that_fails_on_a_whole_answer_is_remarked_on():
    trials = await tried(fussy, "torn characters", "CRLF", "bad request")
    assert "torn characters" in WHOLE
    assert trials["torn characters"].remarks == (
        "it failed on an answer that is whole, though oddly told: ValueError: this is no answer",
    )
    assert [trials[name].remarks for name in ("CRLF", "bad request")] == [(), ()]


async def test_a_graph_that_waits_is_remarked_on_under_silence():
    trials = await tried(fussy, "silence", "stall", "bad request", patience=0.3)
    waited = "it still waited for a silent model after 0.3 s, and had to be stopped: give its model a timeout"
    assert [trials[name].remarks for name in ("silence", "stall")] == [(waited,), (waited,)]
    assert trials["bad request"].remarks == ()


async def test_a_graph_whose_model_has_a_timeout_is_not():
    def hasty() -> Any:
        async def ask(state: MessagesState) -> dict[str, Any]:
            return {"messages": [await asyncio.wait_for(model().ainvoke(state["messages"]), 0.5)]}

        return asking(ask)

    trials = await tried(hasty, "silence", patience=60)
    assert (trials["silence"].status, trials["silence"].remarks) == ("failed", ())


# what is played


def test_every_fault_is_tried():
    assert set(FAULTS) <= set(NAMES)


def test_a_script_of_ones_own_goes_on_after_what_was_whole_and_begins_anew_after_what_was_not():
    plan = Plan.of([[{"text": "first"}], [{"text": "second"}]])

    def texts(name: str) -> list[str]:
        return [next((step.text for step in turn.steps if hasattr(step, "text")), "") for turn in plan.turns(name)]

    assert texts("plain")[:4] == ["first", "second", "first", "second"]
    assert texts("CRLF")[:3] == ["first", "second", "first"]
    assert texts("bad request")[:3] == ["", "first", "second"]
    assert len(plan.turns("plain")) > 30
