"""Variants: which runs take them, what they change, when they are fallen back from, and what runs in their shadow."""

import asyncio
import json
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from langgraph.graph import MessagesState, StateGraph
from typing_extensions import TypedDict

from mainstem import Budget, Session, Settings, Variant, active_settings, events
from mainstem.sessions.admission.recorded_request import RecordedRequest
from mainstem.sessions.rollout import health
from mainstem.sessions.rollout.choosing import Asker, chosen, place
from mainstem.sessions.rollout.health import ENOUGH, SECONDS, VariantHealth
from mainstem.stores.sharing import Orphan
from mainstem.stores.users import User, acting_as
from mainstem.stream.errors import MainstemError
from mainstem.stream.stats.run_figures import run_figures
from tests.waiting import eventually

from ..fixtures import call

SPEND = Budget(turns=100)


def asker(thread="t", roles=(), **tags):
    return Asker(thread, tags, frozenset(roles))


# who takes which


def test_a_share_of_threads_is_stable_and_grows_without_moving_any():
    small, large = Variant(name="mini", share=0.1), Variant(name="mini", share=0.3)
    threads = [f"t{number}" for number in range(5000)]
    first = {thread for thread in threads if chosen([small], asker(thread))}
    assert first == {thread for thread in threads if chosen([small], asker(thread))}
    assert 0.08 < len(first) / len(threads) < 0.12
    assert first <= {thread for thread in threads if chosen([large], asker(thread))}


def test_where_a_thread_stands_is_the_same_on_every_machine():
    assert place("mini", "thread-1") == pytest.approx(0.279977344, abs=1e-9)


@pytest.mark.parametrize(
    ("variant", "who"),
    [
        (Variant(name="a", users=("ada",)), asker(user="ada")),
        (Variant(name="a", roles=("approve",)), asker(roles=["approve"])),
        (Variant(name="a", tags={"team": "finance"}), asker(team="finance")),
        (Variant(name="a", share=1), asker()),
    ],
)
def test_users_roles_and_tags_choose_a_variant(variant, who):
    assert chosen([variant], who) is variant
    if not variant.share:
        assert chosen([variant], asker(user="bob", team="sales", roles=["ask"])) is None


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"name": "baseline"}, "needs a name of its own"),
        ({"name": "a", "share": 2}, "between 0 and 1"),
        ({"name": "a", "shadow": True}, "needs a budget"),
        ({"name": "a", "fall_back": "a"}, "cannot fall back on itself"),
    ],
)
def test_what_is_no_variant_is_refused(given, complaint):
    with pytest.raises(ValueError, match=complaint):
        Variant(**given)


@pytest.mark.parametrize(
    ("variants", "complaint"),
    [
        ([{"name": "a", "settings": {"home": "/"}}], "cannot change home"),
        ([{"name": "a", "settings": {"window_tokens": 3}}], "window_tokens=3"),
        ([{"name": "a", "fall_back": "b"}], "falls back on 'b', which is not there"),
        ([{"name": "a"}, {"name": "a"}], "two variants 'a'"),
        ([{"name": "a", "part": 0.5}], "part"),
    ],
)
def test_settings_refuse_variants_that_cannot_be(variants, complaint, monkeypatch):
    monkeypatch.setenv("MAINSTEM_VARIANTS", json.dumps(variants))
    with pytest.raises(ValueError, match=complaint):
        Settings()


def test_a_variant_is_the_settings_with_some_in_their_place(monkeypatch):
    monkeypatch.setenv("MAINSTEM_WINDOW_TOKENS", "9000")
    settings = Settings(max_steps=7, variants=[Variant(name="a", settings={"stream": False})])
    monkeypatch.setenv("MAINSTEM_WINDOW_TOKENS", "8000")
    varied = settings.varied(settings.variants[0])
    assert (varied.stream, varied.max_steps, varied.window_tokens, varied.variants) == (False, 7, 9000, [])


# in a session


class Chosen(TypedDict, total=False):
    tone: str


async def says_what_it_is(state, runtime):
    said = f"{active_settings().window_tokens} {(runtime.context or {}).get('tone', 'plain')}"
    return {"messages": [AIMessage(said)]}


def graph():
    made = StateGraph(MessagesState, context_schema=Chosen).add_node("talk", says_what_it_is)
    return made.set_entry_point("talk").compile()


def settings_of(tmp_path, *variants, **more):
    return Settings(home=tmp_path / "home", window_tokens=1000, variants=list(variants), **more)


CANARY = Variant(name="large", settings={"window_tokens": 2000}, context={"tone": "warm"}, users=("ada",))


async def test_a_run_takes_settings_and_context_of_its_variant_and_is_tagged_with_it(tmp_path):
    async with Session(settings_of(tmp_path, CANARY), graph=graph()) as session:
        usual, canary = session.ask("Hi"), session.ask("Hi", tags={"user": "ada"}, context={"tone": "cold"})
        assert (await usual.result()).text == "1000 plain"
        assert (await canary.result()).text == "2000 warm"
        started = [await anext(run.events()) for run in (usual, canary)]
        assert [event.tags for event in started] == [{"variant": "baseline"}, {"user": "ada", "variant": "large"}]


async def test_roles_of_who_asks_choose_a_variant(tmp_path):
    variant = Variant(name="large", settings={"window_tokens": 2000}, roles=("admin",))
    async with Session(settings_of(tmp_path, variant), graph=graph()) as session:
        with acting_as(User("ada", frozenset({"admin"}))):
            run = session.ask("Hi")
        assert (await run.result()).text == "2000 plain"


async def test_a_run_that_is_gone_on_with_keeps_its_variant_whoever_has_it_now(tmp_path):
    variant = Variant(name="large", settings={"window_tokens": 2000}, roles=("admin",))
    async with Session(settings_of(tmp_path, variant), graph=graph()) as session:
        with acting_as(User("ada", frozenset({"admin"}))):
            died = session.ask("Hi", thread="t")
        await died.result()
        nothing: Any = None  # of what it said before it died
        orphan = Orphan("r", "t", dict(died.tags), "{}", True, nothing)
        given = {"messages": [("user", "Hi")]}
        run = session.go_on(orphan, given, RecordedRequest(given), nothing)
        assert (await run.result()).text == "2000 plain"
        assert run.tags == {"variant": "large"}


async def test_nobody_says_for_themselves_which_variant_they_took(tmp_path):
    async with Session(settings_of(tmp_path, CANARY), graph=graph()) as session:
        run = session.ask("Hi", tags={"variant": "large", "shadow_of": "x"})
        assert (await run.result()).text == "1000 plain"
        assert run.tags == {"variant": "baseline"}


async def test_without_variants_tags_are_the_callers_own(tmp_path):
    async with Session(settings_of(tmp_path), graph=graph()) as session:
        run = session.ask("Hi", tags={"variant": "mine"})
        await run.result()
        assert run.tags == {"variant": "mine"}


async def test_who_chooses_a_model_takes_no_variant(scripted):
    settings = scripted("Usual.", variants=[Variant(name="short", settings={"max_steps": 50}, share=1)])
    async with Session(settings) as session:
        own = session.ask("When does the ferry sail?", context={"model": "extractive"})
        await own.result()
        other = session.ask("When does the ferry sail?")
        await other.result()
    assert [own.tags, other.tags] == [{}, {"variant": "short"}]


async def test_a_variant_whose_model_has_no_price_is_refused_under_a_budget(scripted):
    settings = scripted("Hi.", budget=1.0, variants=[Variant(name="a", settings={"model": "openai:mine"}, share=1)])
    async with Session(settings) as session:
        result = await session.ask("Hi").result()
    assert result.error.type == "UnknownPrice"


async def test_a_resumed_run_stays_with_its_variant(scripted):
    note = call("save_note", {"title": "Ferry", "text": "At seven."}, "n1")
    settings = scripted([note], "Saved.", variants=[Variant(name="a", settings={"max_steps": 50}, share=1)])
    async with Session(settings) as session:
        asked = session.ask("Save it", thread="t")
        (interrupt,) = (await asked.result()).interrupts
        again = asked.resume({interrupt.interrupt_id: {"decisions": [{"type": "approve"}]}})
        assert (await again.result()).status == "done"
        assert again.tags["variant"] == "a"


# what variants may change


async def test_an_answer_comes_whole_where_the_settings_say_so(scripted):
    async with Session(scripted("One two three four five.", stream=False)) as session:
        run = session.ask("Count.")
        result = await run.result()
        pieces = [event async for event in run.events() if isinstance(event, events.MessageDelta)]
    assert result.text == "One two three four five."
    assert [piece.n for piece in pieces] == [1]


async def test_instructions_are_told_in_place_of_ours(scripted):
    from nodes.prompt import INSTRUCTIONS, Prompt

    prompt = Prompt({"messages": []})
    assert prompt.messages(tools=False, instructions="Be brief.")[0].text == "Be brief."
    assert prompt.messages(tools=False)[0].text == INSTRUCTIONS


async def test_where_nothing_may_be_changed_a_changing_call_is_refused_unasked(scripted):
    note = call("save_note", {"title": "Ferry", "text": "At seven."}, "n1")
    settings = scripted([note], "I could not.", read_only=True)
    async with Session(settings) as session:
        run = session.ask("Save it")
        result = await run.result()
        ends = [event async for event in run.events() if isinstance(event, events.ToolFinished)]
    assert (result.status, result.interrupts, [end.status for end in ends]) == ("done", (), ["error"])
    assert not (settings.home / "notes").exists()


def test_where_nothing_may_be_changed_no_changing_tool_is_offered():
    from tools import TOOLS, offered

    assert "save_note" in {tool.name for tool in offered(TOOLS, Settings())}
    assert "save_note" not in {tool.name for tool in offered(TOOLS, Settings(read_only=True))}


# falling back


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


def test_bounds_are_passed_by_enough_runs_and_only_for_a_while():
    clock = Clock()
    seen = VariantHealth(Variant(name="a", max_broken=0.2, max_first_token=1.0), clock)
    for _ in range(ENOUGH - 1):
        seen.ended(broken=True, first_token=None)
    assert seen.complaint == ""
    seen.ended(broken=False, first_token=0.5)
    assert seen.complaint == "of its latest 10 answers, 9 broke"
    clock.now = SECONDS + 1
    assert seen.complaint == ""


def test_a_late_first_token_passes_a_bound():
    seen = VariantHealth(Variant(name="a", max_first_token=1.0), Clock())
    for _ in range(ENOUGH):
        seen.ended(broken=False, first_token=1.5)
    assert seen.complaint == "its first token comes after 1.50 s (median)"


async def breaks_for_large(state, runtime):
    if active_settings().window_tokens == 2000:
        raise RuntimeError("It broke.")
    return {"messages": [AIMessage("Fine.")]}


def breaking():
    return StateGraph(MessagesState).add_node("talk", breaks_for_large).set_entry_point("talk").compile()


async def test_new_runs_fall_back_while_a_variant_breaks_and_the_change_is_an_alert(tmp_path, caplog, monkeypatch):
    large = Variant(name="large", settings={"window_tokens": 2000}, share=1, max_broken=0.5, fall_back="small")
    settings = settings_of(tmp_path, large, Variant(name="small", settings={"window_tokens": 500}))
    async with Session(settings, graph=breaking()) as session:

        async def asked():
            run = session.ask("Hi")
            await run.result()
            told = [event.text async for event in run.events() if isinstance(event, events.Notice)]
            return run.tags["variant"], [text for text in told if "variant" in text]

        found = [await asked() for _ in range(ENOUGH)]
        assert found == [("large", [])] * ENOUGH
        text = "The variant large is not taken: of its latest 10 answers, 10 broke. New runs take small."
        assert [await asked(), await asked()] == [("small", [text]), ("small", [])]
        assert [record.getMessage() for record in caplog.records if "fall-back" in record.getMessage()] == [
            f"fall-back: {text}"
        ]
        monkeypatch.setattr(health, "SECONDS", -1.0)  # time goes by: what was seen is too old
        assert await asked() == ("large", ["The variant large is taken again."])


async def test_what_is_refused_is_no_variants_fault(tmp_path):
    variant = Variant(name="large", share=1, max_broken=0.1)
    async with Session(settings_of(tmp_path, variant), graph=graph()) as session, session.stores.threads.lease("t"):
        refused = [session.ask("Hi", thread="t") for _ in range(ENOUGH)]
        assert {(await run.result()).error.type for run in refused} == {"ThreadBusy"}
        assert session.ask("Hi").tags == {"variant": "large"}
        told = [event async for event in refused[0].events()]
    assert run_figures(told) is None


# shadows


async def shadows_of(session, count):
    async def found():
        await session.journal.flush()
        records = [record for record in await session.journal.runs() if "shadow_of" in record.tags]
        return records if sum(record.status is not None for record in records) >= count else None

    return await eventually(found)


def shadow(settings=None, **more):
    return Variant(
        name="quoting", settings=settings or {"model": "extractive"}, share=1, shadow=True, budget=SPEND, **more
    )


async def test_a_shadow_answers_again_after_the_answer_and_is_seen_by_nobody(scripted):
    settings = scripted("At seven.", variants=[shadow()])
    async with Session(settings) as session:
        run = session.ask("When does the ferry sail?", thread="t", tags={"team": "a"})
        assert (await run.result()).text == "At seven."
        (record,) = await shadows_of(session, 1)
        assert record.tags == {"team": "a", "variant": "quoting", "shadow_of": run.run_id}
        assert run.tags == {"team": "a", "variant": "baseline"}
        told = [event async for event in session.replay(record.run_id)]
        assert "seven in the morning" in events_text(told)
        assert [thread.thread_id for thread in await session.threads()] == ["t"]
        assert record.thread_id != "t"


def events_text(told):
    return "".join(event.text for event in told if isinstance(event, events.MessageDelta))


async def test_a_shadow_knows_what_was_said_before(scripted):
    settings = scripted("At seven.", "At nine.", variants=[shadow({"model": "extractive", "max_steps": 50})])
    async with Session(settings) as session:
        await session.ask("When does the ferry sail?", thread="t").result()
        await shadows_of(session, 1)
        await session.ask("And what does a ticket cost?", thread="t").result()
        records = await shadows_of(session, 2)
        latest = max(records, key=lambda record: record.started_at)
        told = [event async for event in session.replay(latest.run_id)]
    assert "twelve crowns" in events_text(told)
    assert told[-1].status == "done"


async def test_a_shadow_changes_nothing(scripted, tmp_path):
    note = call("save_note", {"title": "Ferry", "text": "At seven."}, "n1")
    script = tmp_path / "shadow.json"
    script.write_text(json.dumps([[note], "I could not."]))
    settings = scripted("At seven.", variants=[shadow({"model": f"scripted:{script}"})])
    async with Session(settings) as session:
        await session.ask("When does the ferry sail?").result()
        (record,) = await shadows_of(session, 1)
        told = [event async for event in session.replay(record.run_id)]
    assert [event.status for event in told if isinstance(event, events.ToolFinished)] == ["error"]
    assert told[-1].status == "done"
    assert not (settings.home / "notes").exists()


async def test_what_shadows_spend_is_capped_over_all_of_them(scripted):
    variant = Variant(name="quoting", settings={"model": "extractive"}, share=1, shadow=True, budget=Budget(turns=1))
    settings = scripted("At seven.", "At seven.", variants=[variant])
    async with Session(settings) as session:
        await session.ask("When does the ferry sail?").result()
        await shadows_of(session, 1)
        await session.ask("When does the ferry sail?").result()
        await eventually(lambda: not session._rollout._shadows._tasks)
        assert len(await shadows_of(session, 1)) == 1


async def test_leaving_a_session_ends_its_shadows(scripted):
    settings = scripted("At seven.", variants=[shadow()])
    async with Session(settings) as session:
        await session.ask("When does the ferry sail?").result()
    assert session._rollout._shadows._tasks == set()


async def test_a_shadow_beside_a_foreign_graph_is_refused(tmp_path):
    settings = await asyncio.to_thread(settings_of, tmp_path, shadow())
    with pytest.raises(MainstemError, match="is a shadow"):
        async with Session(settings, graph=graph()):
            pass
