"""The checker, tried on breaks that are planted into recorded real runs."""

import asyncio

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from mainstem.stream import events as e
from mainstem.stream import laws

from .planted import PLANTED
from .recorded import RUNS

CHECKABLE = range(1, 11)


@pytest.fixture(scope="module")
def runs():
    return {name: asyncio.run(made()) for name, made in RUNS.items()}


def verdict(run, number, **known):
    return run.check(**known).laws[number - 1].verdict


def unseen(runs):
    """The planted breaks whose law the checker does not name."""
    return [(law, what) for law, what, name, plant in PLANTED if verdict(plant(runs[name]), law) != "broken"]


def test_the_runs_themselves_are_lawful(runs):
    for name, run in runs.items():
        assert run.check().ok, f"{name}\n{run.check()}"
    held = {law.number for run in runs.values() for law in run.check().laws if law.verdict == "held"}
    assert held == set(CHECKABLE)


@pytest.mark.parametrize(("law", "what", "name", "plant"), PLANTED, ids=[f"{law} {what}" for law, what, *_ in PLANTED])
def test_the_law_of_a_planted_break_is_named(runs, law, what, name, plant):
    assert verdict(plant(runs[name]), law) == "broken"


def test_each_law_has_three_planted_breaks():
    assert {number: sum(law == number for law, *_ in PLANTED) >= 3 for number in CHECKABLE} == dict.fromkeys(
        CHECKABLE, True
    )


@pytest.mark.parametrize("number", CHECKABLE)
def test_a_gutted_law_is_missed(runs, number, monkeypatch):
    name = laws._LAWS[number - 1][0]
    gutted = (*laws._LAWS[: number - 1], (name, lambda record: ""), *laws._LAWS[number:])
    monkeypatch.setattr(laws, "_LAWS", gutted)
    missed = unseen(runs)
    assert len(missed) >= 3
    assert {law for law, _ in missed} == {number}


def test_a_law_that_sees_nothing_is_not_checkable():
    bare = [e.RunStarted(seq=1), e.RunFinished(seq=2, status="done")]
    report = laws.check(bare, messages=[], before=[], replay=[], secrets=[""], answer_nodes={"a"})
    assert [law.verdict for law in report.laws] == ["held", *["not checkable"] * 8, "broken", "not checkable"]
    assert laws.check([]).laws[0].verdict == "broken"
    verdicts = {law.verdict for law in laws.check([], replay=[], secrets=["x"], messages=[]).laws[1:]}
    assert verdicts == {"not checkable"}


def test_a_model_may_say_the_same_twice(runs):
    said = [event.text for event in runs["twice"].events if isinstance(event, e.MessageDelta)]
    assert said == ["Yes.", "Yes."]
    assert verdict(runs["twice"], 4) == "held"


def test_what_was_said_before_the_run_is_not_its_own(runs):
    run = runs["done"]
    older = [HumanMessage("Hello.", id="h"), AIMessage("Hello.", id="a")]
    longer = [*older, *run.messages]
    assert laws.check(run.events, messages=longer).laws[2].verdict == "held"
    assert laws.check(run.events, messages=longer, before=[*older, run.messages[0]]).laws[2].verdict == "held"
    assert laws.check(run.events, messages=longer, before=run.messages[:1]).laws[2].verdict == "broken"


def test_nodes_that_write_no_messages_are_named_by_the_caller(runs):
    known = {"messages": runs["stopped"].messages}
    stopped = [
        event.model_copy(update={"answer": None}) if isinstance(event, e.MessageStarted) else event
        for event in runs["stopped"].events
    ]
    assert laws.check(stopped, **known).laws[2].verdict == "held"
    assert laws.check(stopped, **known, message_nodes={"ask"}).laws[2].verdict == "held"
    assert laws.check(stopped, **known, message_nodes={"other"}).laws[2].verdict == "broken"


def test_a_gap_that_is_told_is_no_hole(runs):
    run = runs["done"]
    late = run.events[9:]
    gap = e.Gap(seq=9, run_id=late[0].run_id, from_seq=1, to_seq=9)
    assert laws.check([gap, *late]).laws[0].verdict == "held"
    assert laws.check(late).laws[0].verdict == "broken"
