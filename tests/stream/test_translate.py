"""What the translators make of single parts: usage, cost, attempts, and whose node it was."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, MessagesState, StateGraph

from mainstem import watch
from mainstem.stream import events as e
from mainstem.stream.meter import Meter
from mainstem.stream.prices import price
from mainstem.stream.translate.messages import total_usage
from mainstem.stream.translate.open_items import OpenMessage
from mainstem.stream.translate.outcome import spent
from mainstem.stream.translate.state import RunState
from tests.watched import watched

from .chains import scripted

ASK = {"messages": [("user", "?")]}
PRICED = "gpt-4o-mini"


def usage(given: int, said: int) -> UsageMetadata:
    return UsageMetadata(input_tokens=given, output_tokens=said, total_tokens=given + said)


# usage and cost


def test_a_total_that_is_told_again_replaces_the_last_one():
    told = total_usage(total_usage(total_usage(None, usage(9, 1)), usage(9, 2)), usage(9, 3))
    assert (told["input_tokens"], told["output_tokens"], told["total_tokens"]) == (9, 3, 12)


def test_parts_of_a_total_add_up():
    told = total_usage(total_usage(total_usage(None, usage(9, 0)), usage(0, 2)), usage(0, 3))
    assert (told["input_tokens"], told["output_tokens"], told["total_tokens"]) == (9, 5, 14)


async def test_a_model_that_tells_its_total_twice_is_billed_once():
    step = {"usage": {"input_tokens": 7, "output_tokens": 2}}
    last = {"usage": {"input_tokens": 7, "output_tokens": 5}}
    seen = [event async for event in watch(_asking([{"words": "One two."}, step, last]), ASK)]
    assert seen[-1].usage["total_tokens"] == 12
    assert next(one for one in seen if isinstance(one, e.MessageFinished)).usage["total_tokens"] == 12


def _state(*models: str | None) -> RunState:
    state = RunState()
    for at, model in enumerate(models):
        message = OpenMessage(str(at), "ask", "t", (), None, Meter(0.0), model=model, provider="openai")
        message.usage = usage(1000, 1000)
        state.messages[str(at)] = message
    return state


def test_a_cost_is_told_where_each_price_is_known():
    one = price(PRICED, "openai", usage(1000, 1000))
    assert one
    assert spent(_state(PRICED, PRICED)) == (usage(2000, 2000), 2 * one)


@pytest.mark.parametrize("models", [(PRICED, "nobody-knows"), ("nobody-knows", PRICED), (PRICED, None)])
def test_a_cost_is_not_told_where_one_price_is_unknown(models: tuple[str | None, ...]):
    assert spent(_state(*models)) == (usage(2000, 2000), None)


def test_a_hidden_call_of_an_unknown_price_counts_too():
    state = _state(PRICED)
    state.hidden_usage.append(("nobody-knows", None, usage(1, 1)))
    assert spent(state)[1] is None


# attempts


def _asking(*turns: Any) -> Any:
    async def ask(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await scripted(*turns).ainvoke(state["messages"])]}

    return StateGraph(MessagesState).add_node("ask", ask).add_edge(START, "ask").compile()


async def test_a_message_that_a_node_changed_is_its_next_attempt():
    async def ask(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await scripted("A draft.").ainvoke(state["messages"])]}

    async def mend(state: MessagesState) -> dict[str, Any]:
        return {"messages": [AIMessage("The answer.", id=state["messages"][-1].id)]}

    graph = StateGraph(MessagesState).add_sequence([("ask", ask), ("mend", mend)]).add_edge(START, "ask")
    graph = graph.compile(InMemorySaver())
    seen = await watched(watch(graph, ASK), graph)
    assert [event.attempt for event in seen.of(e.MessageStarted)] == [1, 2]
    assert seen.shown() == ["The answer."]


# whose node it was


async def test_what_handles_a_nodes_error_speaks_as_that_node():
    async def ask(state: MessagesState) -> dict[str, Any]:
        raise LookupError("nothing is known")

    async def apologise(state: MessagesState) -> dict[str, Any]:
        return {"messages": [await scripted("I am sorry.").ainvoke(state["messages"])]}

    graph = StateGraph(MessagesState).add_node("ask", ask, error_handler=apologise).add_edge(START, "ask")
    graph = graph.compile(InMemorySaver())
    seen = await watched(watch(graph, ASK, answer_nodes=["ask"]), graph, answer_nodes={"ask"})
    (started,) = seen.of(e.MessageStarted)
    assert (started.node, started.answer) == ("ask", True)
    assert seen.result.text == "I am sorry."
