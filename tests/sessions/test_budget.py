"""Budgets of a session: of each run, of a thread, of a user; and what cannot be held starts no run."""

import asyncio
import json

import pytest
from pydantic import ValidationError

from mainstem import Budget, Session, Settings, events

from ..fixtures import call
from ..stream.graphs import Words, graph_of
from ..watched import watched

WORDS = ["w "] * 40
ASKED = {"messages": [("human", "?")]}


async def test_without_a_price_no_run_starts_and_threads_are_listed(tmp_path):
    local = "http://127.0.0.1:1/v1"
    settings = Settings(home=tmp_path / "home", model="openai:in-house", openai_base_url=local, budget=1.0)
    async with Session(settings) as session:
        result = await session.ask("What is it?").result()
        assert (result.status, result.error.type) == ("failed", "UnknownPrice")
        assert "MAINSTEM_PRICES" in result.error.hint
        assert await session.threads() == []


@pytest.mark.parametrize("whose", ["thread", "user"])
async def test_a_shared_budget_without_a_price_starts_no_run_either(tmp_path, whose):
    limits = {f"budget_{whose}": {"cost": 1.0}}
    settings = Settings(home=tmp_path, model="openai:in-house", openai_base_url="http://127.0.0.1:1/v1", **limits)
    async with Session(settings) as session:
        result = await session.ask("What is it?").result()
    assert result.error.message.startswith(f"MAINSTEM_BUDGET_{whose.upper()} cannot be held")


async def test_a_price_of_ones_own_is_in_the_bill(scripted):
    used = [{"words": "Hi."}, {"usage": {"input_tokens": 1_000_000, "output_tokens": 2_000_000}}]
    settings = scripted(used)
    name = settings.model.rpartition("/")[2]
    settings = settings.model_copy(update={"prices": {f"scripted:{name}": (0.5, 1.0)}})
    async with Session(settings) as session:
        result = await session.ask("Hi?").result()
    assert result.cost == 2.5


async def test_the_agent_is_halted_in_mid_answer_and_its_thread_goes_on(scripted):
    settings = scripted([{"words": "w " * 5000}], "And on.")
    async with Session(settings.model_copy(update={"budget_tokens": 3000})) as session:
        seen = await watched(session.ask("When does the ferry sail?", thread="t"), session.source.graph)
        assert (seen.end.status, seen.end.reason) == ("halted", "budget")
        assert 0 < len(seen.messages[-1].text.split()) < 5000
        assert seen.messages[-1].response_metadata["complete"] is False
    async with Session(settings) as session:
        assert (await session.ask("And on?", thread="t").result()).status == "done"


async def test_tool_calls_of_the_agent_are_counted(scripted):
    calls = [call("calculate", {"expression": "1+1"}, f"c{n}") for n in range(3)]
    async with Session(scripted(calls, "Two.", budget_tool_calls=2)) as session:
        seen = await watched(session.ask("Add.", thread="t"), session.source.graph)
    assert (seen.end.status, seen.end.reason) == ("halted", "budget")
    answered = {message.tool_call_id for message in seen.messages if message.type == "tool"}
    assert answered == {"c0", "c1", "c2"}


async def test_a_threads_budget_is_kept_over_runs_and_restarts(tmp_path):
    settings = Settings(home=tmp_path, budget_thread=Budget(tokens=110))
    ended = []
    for thread in ("t", "t", "t", "other"):
        async with Session(settings, graph=graph_of(Words(WORDS))) as session:
            ended.append(await session.start(ASKED, thread=thread).result())
    assert [result.status for result in ended] == ["done", "halted", "halted", "done"]
    assert [result.reason for result in ended] == [None, "budget", "budget", None]


async def test_runs_of_a_user_share_a_budget_while_they_go_on(tmp_path):
    model = Words(WORDS, delay=0.0)
    async with Session(Settings(home=tmp_path, budget_user=Budget(tokens=200)), graph=graph_of(model)) as session:
        runs = [session.start(ASKED, tags={"user": "ada"}) for _ in range(8)]
        other = session.start(ASKED, tags={"user": "bob"})
        results = await asyncio.gather(*(run.result() for run in runs))
        assert (await other.result()).status == "done"
        halted = [run for run, result in zip(runs, results, strict=True) if result.reason == "budget"]
        assert len(halted) >= 3  # no more than five of them fit, and those only one after the other
        assert sum(len(result.text.split()) for result in results) <= 200
        rules = {event.rule async for event in halted[-1].events() if isinstance(event, events.Notice)}
        assert rules == {"user.tokens"}
    async with Session(Settings(home=tmp_path, budget_user=Budget(tokens=200)), graph=graph_of(model)) as session:
        assert (await session.start(ASKED, tags={"user": "ada"}).result()).status == "halted"


async def test_what_another_process_has_spent_counts_from_the_next_turn_on(tmp_path):
    settings = Settings(home=tmp_path, budget_user=Budget(tokens=100))
    async with Session(settings, graph=graph_of(Words(WORDS))) as session:
        await session.stores.spent.add("user", "ada", {"tokens": 80})
        assert (await session.start(ASKED, tags={"user": "ada"}).result()).status == "halted"


def test_a_budget_in_the_environment_is_json(monkeypatch):
    monkeypatch.setenv("MAINSTEM_BUDGET_THREAD", json.dumps({"cost": 2, "tool_calls": 3}))
    assert Settings().budget_thread == Budget(cost=2, tool_calls=3)
    for wrong in ({"cost": -1}, {"dollars": 1}, {"tokens": 1.5}):
        monkeypatch.setenv("MAINSTEM_BUDGET_THREAD", json.dumps(wrong))
        with pytest.raises(ValidationError, match="budget_thread"):
            Settings()


@pytest.mark.parametrize("name", ["budget", "budget_tokens", "approval_hours", "serve_runs"])
def test_true_is_no_number(name):
    with pytest.raises(ValidationError, match="true is no number"):
        Settings(**{name: True})
