"""`call_model` and its attempts, without a graph: what it writes, and what it tells."""

import json
from types import SimpleNamespace

import pytest
from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.messages.utils import count_tokens_approximately
from langgraph.graph import START, StateGraph

from mainstem import Settings
from mainstem.models import (
    ScriptedError,
    TimedOutError,
    UnreachableError,
)
from mainstem.models.budget import UnknownPrice
from mainstem.settings import use
from nodes.call_model import call_model
from nodes.context import Context
from nodes.prompt import Prompt
from nodes.state import State

QUESTION = HumanMessage("How are you?", id="q")
FAILS = [{"text": "Half"}, {"error": "It broke.", "retryable": True}]
REFUSES = [{"error": "Never."}]


class Asked:
    """One call of the node, with the parts that it wrote."""

    def __init__(self, folder):
        self.folder = folder
        self.parts = []

    def script(self, *turns):
        file = self.folder / f"script{len(list(self.folder.iterdir()))}.json"
        file.write_text(json.dumps(list(turns)))
        return f"scripted:{file}"

    async def __call__(self, *turns, messages=(QUESTION,), **more):
        settings = Settings(home=self.folder, model=self.script(*turns), **{"retry_seconds": 0.0, **more})
        runtime = SimpleNamespace(
            context=None, execution_info=None, stream_writer=lambda part: self.parts.append(part["mainstem"])
        )
        with use(settings):
            return await call_model({"messages": list(messages)}, runtime)

    def told(self):
        return [(part["type"], part.get("attempt") or part.get("reason") or part.get("kind")) for part in self.parts]


@pytest.fixture
def asked(tmp_path):
    return Asked(tmp_path)


async def test_an_answer_is_the_models_own_message(asked):
    (message,) = (await asked("All is well."))["messages"]
    assert (message.text, message.response_metadata["finish_reason"]) == ("All is well.", "stop")
    assert "complete" not in message.response_metadata
    assert asked.told() == []


async def test_an_answer_without_a_reason_is_marked(asked):
    (message,) = (await asked([{"text": "Half an ans"}, {"end": True}]))["messages"]
    assert message.response_metadata["complete"] is False


async def test_doubtful_calls_are_set_aside_and_the_others_stay(asked):
    turn = [
        {"tool_call": {"name": "calculate", "args": {"expression": "1+1"}, "id": "whole"}},
        {"tool_chunk": {"index": 1, "id": "cut", "name": "calculate", "args": '{"expression": "6*'}},
    ]
    (message,) = (await asked(turn))["messages"]
    assert [call["id"] for call in message.tool_calls] == ["whole"]
    assert [(call["id"], call["args"]) for call in message.invalid_tool_calls] == [("cut", '{"expression": "6*')]


USAGE = {"input_tokens": 10**6, "output_tokens": 10**6, "total_tokens": 2 * 10**6}


async def test_a_spent_budget_asks_nobody(asked):
    told = AIMessage("x", usage_metadata=USAGE, response_metadata={"model_name": "gpt-4o"})
    assert await asked(messages=[QUESTION, told], budget=0.01) == {"halted": "budget"}
    assert asked.told() == [("halt", "budget")]


async def test_without_a_watched_run_the_agent_holds_the_budget_itself(asked):
    prompt = count_tokens_approximately(Prompt({"messages": [QUESTION]}).messages(tools=True))
    settings = Settings(home=asked.folder, model=asked.script([{"words": "w " * 100}]), budget_tokens=prompt + 40)
    graph = StateGraph(State, context_schema=Context).add_node(call_model).add_edge(START, "call_model").compile()
    shown, state = [], {}
    with use(settings):
        async for mode, part in graph.astream({"messages": [QUESTION]}, stream_mode=["messages", "custom", "values"]):
            if mode == "values":
                state = part
            shown.append(part[0].text if mode == "messages" else part)
    partial = state["messages"][-1]
    assert (state["halted"], partial.text) == ("budget", "w " * 40)
    assert partial.response_metadata["complete"] is False
    assert "".join(text for text in shown if isinstance(text, str)) == partial.text
    told = [part["mainstem"] for part in shown if isinstance(part, dict) and "mainstem" in part]
    assert [(part["type"], part["rule"]) for part in told] == [("notice", "run.tokens"), ("halt", "run.tokens")]


TOLD = AIMessage("x", usage_metadata=USAGE, response_metadata={"model_name": "in-house-1"})


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"budget": 5.0, "prices": {"in-house-1": (2.0, 3.0), "in-house": (0.0, 0.0)}}, TOLD),
        ({"budget": 5.0, "prices": {"in-house": (2.0, 3.0)}}, TOLD),  # another name than it was asked by
        ({"budget_tokens": 2 * 10**6}, TOLD),
        ({"budget": 5.0, "budget_tokens": 2 * 10**6}, TOLD),  # no price is known
        ({"budget_tokens": 1000}, AIMessage("word " * 2000)),  # the provider tells no usage
        ({"budget": 0.01, "prices": {"in-house": (2.0, 10.0)}}, AIMessage("word " * 2000)),
    ],
)
async def test_whatever_a_provider_tells_a_budget_ends(asked, limits, message):
    asked.script = lambda *turns: "openai:in-house"
    more = {"openai_base_url": "http://127.0.0.1:1/v1", "max_attempts": 1, **limits}
    assert await asked(messages=[QUESTION, message], **more) == {"halted": "budget"}
    wider = {key: value * 8 for key, value in limits.items() if key != "prices"}
    with pytest.raises(UnreachableError):
        await asked(messages=[QUESTION, message], **{**more, **wider})


@pytest.mark.parametrize("model", ["openai:in-house", "openai"])
@pytest.mark.parametrize("fallbacks", [[], ["openai:gpt-4o"]])
async def test_under_a_budget_no_model_without_a_price_is_asked(asked, model, fallbacks):
    asked.script = lambda *turns: model
    more = {"openai_base_url": "http://127.0.0.1:1/v1", "budget": 1.0, "fallbacks": fallbacks}
    with pytest.raises(UnknownPrice, match="MAINSTEM_BUDGET cannot be held") as raised:
        await asked(**more)
    assert "MAINSTEM_PRICES" in raised.value.hint
    assert "MAINSTEM_BUDGET_TOKENS" in raised.value.hint


async def test_a_fallback_without_a_price_counts_too(asked):
    with pytest.raises(UnknownPrice, match="'in-house'"):
        await asked("Hi.", budget=1.0, fallbacks=["openai:in-house"])


async def test_a_retry_takes_back_tells_and_announces(asked):
    (message,) = (await asked(FAILS, "Well."))["messages"]
    assert message.text == "Well."
    assert asked.told() == [("message.superseded", "retry"), ("notice", "review"), ("attempt", 2)]
    assert asked.parts[0]["message_id"] != message.id
    assert "It broke" in asked.parts[1]["text"]


async def test_what_is_not_retryable_is_asked_once(asked):
    fallback = asked.script("From the second.")
    (message,) = (await asked(REFUSES, "Not asked.", fallbacks=[fallback]))["messages"]
    assert message.text == "From the second."
    assert asked.told() == [("message.superseded", "fallback"), ("notice", "review"), ("attempt", 2)]


async def test_a_pause_that_is_too_long_is_not_waited_for(asked):
    asks_to_wait = [{"error": "Too many.", "retryable": True, "retry_after": 3600}]
    fallback = asked.script("From the second.")
    (message,) = (await asked(asks_to_wait, "Not asked.", fallbacks=[fallback]))["messages"]
    assert message.text == "From the second."
    assert asked.told()[0] == ("message.superseded", "fallback")
    with pytest.raises(ScriptedError, match="Too many"):
        await asked(asks_to_wait, "Not asked.", max_retry_after=10)


async def test_the_last_failure_is_raised(asked):
    fallback = asked.script([{"error": "The second broke."}])
    with pytest.raises(ScriptedError, match=r"The second broke\."):
        await asked(FAILS, FAILS, max_attempts=2, fallbacks=[fallback])
    assert [kind for kind, _ in asked.told()].count("message.superseded") == 2


async def test_a_turn_that_takes_too_long_is_given_up(asked):
    with pytest.raises(TimedOutError, match="MAINSTEM_MODEL_TURN_TIMEOUT"):
        await asked([{"sleep": 30.0}], model_turn_timeout=0.05)
