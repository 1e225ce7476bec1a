"""Budgets of watched runs: what is reserved, what a delta may cost, and how little parallel branches overshoot."""

import asyncio
import operator
from typing import Annotated, Any, TypedDict

import pytest
from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.outputs import ChatGenerationChunk
from langchain_core.runnables import RunnableLambda
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.types import Send
from pydantic import PrivateAttr

from mainstem import Budget, Settings, watch
from mainstem import events as e
from mainstem.settings import use

from ..watched import watched
from .chains import scripted
from .graphs import Words, graph_of
from .recorded import look

BRANCHES = 8
GIVEN = {"messages": [("human", "?")]}
PROMPT = 5
"""Tokens that LangChain reckons for that question."""
WORDS = ["w "] * 100
PRICES = {"in-house": (1e6, 2e6)}
"""A dollar a token of input, two a token of output."""


class Sold(Words):
    """A model that knows how many chunks were taken from it."""

    _sold: list[str] = PrivateAttr(default_factory=list)

    @property
    def sold(self) -> int:
        return len(self._sold)

    def _get_ls_params(self, *args: Any, **kwargs: Any) -> Any:
        return {"ls_model_name": "in-house", "ls_provider": "somebody", "ls_model_type": "chat"}

    async def _astream(self, *args: Any, **kwargs: Any) -> Any:
        for word in self.words:
            await asyncio.sleep(0)
            self._sold.append(word)
            yield ChatGenerationChunk(message=AIMessageChunk(word))


class Fan(TypedDict, total=False):
    said: Annotated[list[str], operator.add]


def fan_of(model: BaseChatModel) -> Any:
    """A graph that asks its model in parallel."""

    async def ask(state: Fan) -> Fan:
        return {"said": [(await model.ainvoke("?")).text]}

    def spread(state: Fan) -> list[Send]:
        return [Send("ask", {}) for _ in range(BRANCHES)]

    return StateGraph(Fan).add_node("ask", ask).add_conditional_edges(START, spread, ["ask"]).compile()


def told(seen: Any) -> list[str]:
    return [event.rule for event in seen.of(e.Notice) if event.kind == "budget"]


def ended(seen: Any) -> tuple[str, str | None]:
    return seen.end.status, seen.end.reason


HALTED = ("halted", "budget")


@pytest.mark.parametrize("limit", [60, 100, 173, 400, 799])
async def test_eight_branches_overshoot_by_a_delta_at_most(limit: int):
    model = Sold(WORDS)
    seen = await watched(watch(fan_of(model), {}, budget=Budget(tokens=limit)))
    assert ended(seen) == HALTED
    assert limit - BRANCHES <= BRANCHES * PROMPT + model.sold <= limit + 1
    assert told(seen) == ["run.tokens", "run.tokens"]


async def test_eight_branches_overshoot_the_price_of_a_delta_at_most():
    model, limit = Sold(WORDS), 340.0
    with use(Settings(prices=PRICES)):
        seen = await watched(watch(fan_of(model), {}, budget=Budget(cost=limit)))
    assert ended(seen) == HALTED
    assert limit - BRANCHES * 2 <= BRANCHES * PROMPT + 2 * model.sold <= limit + 2
    assert told(seen) == ["run.cost", "run.cost"]


async def test_what_fits_exactly_is_whole_and_one_delta_more_is_not_shown():
    for limit, status, words in ((20, "done", 20), (19, "halted", 19)):
        seen = await watched(watch(graph_of(Words(WORDS[:20])), GIVEN, budget=Budget(tokens=limit + PROMPT)))
        assert (seen.end.status, seen.shown()) == (status, ["w " * words])


async def test_a_warning_halts_nothing_and_deltas_tell_what_is_spent():
    seen = await watched(watch(graph_of(Words(WORDS[:20])), GIVEN, budget=Budget(tokens=30)))
    assert (seen.end.status, told(seen)) == ("done", ["run.tokens"])
    spent = [event.spent_tokens for event in seen.of(e.MessageDelta)]
    assert spent == sorted(spent)
    assert spent[-1] == PROMPT + 20
    seen = await watched(watch(graph_of(Words(WORDS[:20])), GIVEN))
    assert {event.spent_tokens for event in seen.of(e.MessageDelta)} == {None}


async def test_the_partial_answer_is_kept_in_the_thread_and_the_thread_goes_on():
    graph = graph_of(Words(WORDS), InMemorySaver())
    config = {"configurable": {"thread_id": "t"}}
    seen = await watched(watch(graph, GIVEN, config=config, budget=Budget(tokens=50)), graph)
    assert ended(seen) == HALTED
    assert [message.text for message in seen.messages] == ["?", "w " * (50 - PROMPT)]
    assert seen.messages[-1].response_metadata["complete"] is False
    seen = await watched(watch(graph, GIVEN, config=config), graph)
    assert seen.end.status == "done"


async def test_a_prompt_that_does_not_fit_is_not_sent():
    model = Sold(WORDS)
    seen = await watched(watch(graph_of(model), {"messages": [("human", "word " * 1000)]}, budget=Budget(tokens=500)))
    assert (*ended(seen), model.sold) == (*HALTED, 0)


async def test_a_turn_is_settled_by_what_the_provider_tells():
    usage = {"usage": {"input_tokens": 100, "output_tokens": 60, "total_tokens": 160}}
    again = {"tool_call": {"name": "look", "args": {"where": "here"}, "id": "c1"}}
    for limit, status in ((1000, "done"), (165, "halted")):
        agent = create_agent(scripted([again, usage], [{"words": "It is here."}]), [look])
        seen = await watched(watch(agent, GIVEN, budget=Budget(tokens=limit)))
        assert seen.end.status == status


@pytest.mark.parametrize(("budget", "rule"), [(Budget(tool_calls=1), "run.tool_calls"), (Budget(turns=2), "run.turns")])
async def test_tool_calls_and_turns_are_counted(budget: Budget, rule: str):
    calls = [[{"tool_call": {"name": "look", "args": {"where": "here"}, "id": f"c{n}"}}] for n in range(3)]
    agent = create_agent(scripted(*calls, "It is here."), [look], checkpointer=InMemorySaver())
    seen = await watched(watch(agent, GIVEN, budget=budget), agent)
    assert ended(seen) == HALTED
    assert told(seen) == [rule, rule]
    assert len([event for event in seen.of(e.ToolFinished) if event.status == "ok"]) == 1 + (budget.turns is not None)


async def test_a_graph_that_takes_too_long_is_halted():
    async def wait(state: Fan) -> Fan:
        await asyncio.Event().wait()
        return {}

    graph = StateGraph(Fan).add_node("wait", wait).add_edge(START, "wait").compile()
    seen = await watched(watch(graph, {}, budget=Budget(seconds=0.05)))
    assert ended(seen) == HALTED
    assert told(seen) == ["run.seconds", "run.seconds"]


async def test_a_model_without_a_price_is_not_asked():
    model = Sold(WORDS)
    seen = await watched(watch(graph_of(model), GIVEN, budget=Budget(cost=1.0)))
    assert (seen.end.status, seen.end.error.type, model.sold) == ("failed", "UnknownPrice", 0)
    assert "MAINSTEM_PRICES" in seen.end.error.hint
    seen = await watched(watch(graph_of(model), GIVEN, budget=Budget(cost=1.0, tokens=50)))
    assert ended(seen) == HALTED


async def test_a_model_that_is_free_has_any_budget():
    seen = await watched(watch(scripted("Hi."), "?", budget=Budget(cost=0.0)))
    assert seen.end.status == "done"


async def test_fallbacks_and_retries_get_round_no_budget():
    first, second = Sold(WORDS), Sold(WORDS)
    chain = first.with_fallbacks([second]).with_retry(stop_after_attempt=3)
    seen = await watched(watch(chain, "?", budget=Budget(tokens=30)))
    assert (*ended(seen), second.sold) == (*HALTED, 0)


async def test_a_model_that_is_not_async_is_held_too():
    def ask(_: Any) -> str:
        return scripted([{"words": "w " * 100}]).invoke("?").text

    seen = await watched(watch(RunnableLambda(ask), "?", budget=Budget(tokens=30)))
    assert ended(seen) == HALTED


@pytest.mark.parametrize("limits", [{"tokens": -1}, {"cost": float("inf")}, {"seconds": float("nan")}])
def test_what_is_no_limit_is_refused(limits: dict[str, Any]):
    with pytest.raises(ValueError, match=r"0 or more"):
        Budget(**limits)
