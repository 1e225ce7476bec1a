"""The truth table's adapters and its judge, on the few cases that tell the most."""

import logging

import pytest
from langchain_core.messages.ai import UsageMetadata

from benchmarks.truth.cases import cases
from benchmarks.truth.graphs import ADDRESS
from benchmarks.truth.judge import LAWS, judge
from benchmarks.truth.page import page
from benchmarks.truth.peers.astream import AStream
from benchmarks.truth.peers.events_v3 import EventsV3
from benchmarks.truth.peers.ours import Ours
from benchmarks.truth.play import Player
from benchmarks.truth.seen import Seen
from benchmarks.truth.table import Row
from mainstem.stream.prices import price
from mainstem.testing import FAULTS, ScriptedProvider

CASES = {case.name: case for case in cases()}
pytestmark = pytest.mark.filterwarnings("ignore::langchain_core._api.beta_decorator.LangChainBetaWarning")


@pytest.fixture(autouse=True, scope="module")
def _prices_are_loaded():
    # the first run of a process that ends at once waits for the price list, in the event loop
    price("any", None, UsageMetadata(input_tokens=0, output_tokens=0, total_tokens=0))


@pytest.fixture
def play(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "scripted")

    async def played(peer, *names):
        async with ScriptedProvider([]) as provider:
            ADDRESS.set(provider.base_url)
            row = Row(peer)
            for name in names:
                row.add(CASES[name], await Player(provider).play(peer, CASES[name]))
        return row

    return played


def verdicts(row, *laws):
    return [row.verdict(law) for law in laws]


# the matrix


def test_every_fault_is_played():
    assert set(FAULTS) <= set(CASES)


def test_the_quick_matrix_has_every_way_of_reading():
    assert {case.how for case in cases(quick=True)} == {case.how for case in cases()}
    assert len(cases(quick=True)) < len(cases())


# the adapters


async def test_ours_holds_where_attempts_and_copies_are_shown(play):
    row = await play(Ours, "plain", "early end", "drop mid-token", "a rebuilt copy", "retry after half an answer")
    assert verdicts(row, "1", "2", "2f", "3", "4", "6", "7") == ["holds"] * 7
    assert row.endings() == ("an event that says done", "an event that says failed")


async def test_raw_astream_shows_copies_and_attempts_twice(play):
    row = await play(AStream, "plain", "early end", "drop mid-token", "a rebuilt copy", "retry after half an answer")
    assert verdicts(row, "1", "2", "3", "4", "6") == ["holds", "not promised", "holds", "breaks", "not promised"]
    assert [case.name for case, _ in row.broken("4")] == ["a rebuilt copy", "retry after half an answer"]
    assert row.endings() == ("the end of the iteration", "an exception")


async def test_v3_leaves_a_replaced_message_open(play):
    row = await play(EventsV3, "plain", "retry after half an answer")
    assert verdicts(row, "1", "2", "3", "4") == ["holds", "breaks", "holds", "breaks"]


async def test_ag_ui_calls_a_cut_answer_finished(play):
    ag_ui = pytest.importorskip("benchmarks.truth.peers.ag_ui", reason="group bench is not installed")
    logging.disable(logging.CRITICAL)
    try:
        row = await play(ag_ui.AgUi, "plain", "early end", "drop mid-token", "a rebuilt copy")
    finally:
        logging.disable(logging.NOTSET)
    assert verdicts(row, "1", "2", "3", "4", "6") == ["holds"] * 4 + ["breaks"]


async def test_assistant_stream_builds_the_same_text(play):
    assistant = pytest.importorskip("benchmarks.truth.peers.assistant", reason="group bench is not installed")
    row = await play(assistant.Assistant, "plain", "drop mid-token", "retry after half an answer", "read again")
    assert verdicts(row, "1", "3", "4", "10") == ["holds", "holds", "breaks", "holds"]


async def test_readers_that_stop_leave_sleep_and_come_back(play):
    row = await play(Ours, "stopped", "left by its reader", "a reader that sleeps", "read again")
    assert verdicts(row, "9a", "9b", "10", "11") == ["holds"] * 4
    row = await play(AStream, "stopped", "a reader that sleeps")
    assert verdicts(row, "9a", "9b", "11") == ["holds", "not promised", "not promised"]


# the judge


def judged(seen, name="plain"):
    return {law: found.verdict for law, found in judge(CASES[name], seen).items()}


def test_nothing_seen_is_nothing_judged():
    found = judged(Seen())
    assert found.pop("1") == "held"
    assert set(found.values()) == {"not checkable"}
    assert next(iter(LAWS)) == "1"


def test_a_failure_that_ends_like_a_success_breaks_the_first_law():
    assert judged(Seen(pending=True), "bad request")["1"] == "broken"
    assert judged(Seen(pending=True, outcome="raised"), "bad request")["1"] == "held"
    assert judged(Seen(ends=["done", "done"]))["1"] == "broken"
    assert judged(Seen(numbers=[1, 2, 4]))["1"] == "broken"
    assert judged(Seen(outcome="raised"))["1"] == "broken"


def test_pairs():
    seen = Seen()
    seen.start("message a")
    assert judged(seen)["2"] == "broken"
    seen.finish("message a")
    assert judged(seen)["2"] == "held"
    seen.finish("message a")
    assert judged(seen)["2"] == "broken"


def test_one_message_that_begins_twice():
    seen = Seen()
    seen.say("a", "The answer is forty-two, ")
    assert judged(seen)["4"] == "held"
    seen.say("a", "The answer is forty-two, and more.")
    assert judged(seen)["4"] == "broken"


def test_an_attempt_that_was_taken_back_is_not_shown_twice():
    for withdrawn, verdict in ((False, "broken"), (True, "held")):
        seen = Seen()
        seen.say("a", "The answer is forty-two, ")
        seen.message("a", withdrawn=withdrawn)
        seen.say("b", "The answer is forty-two, and that is all.")
        assert judged(seen)["4"] == verdict


def test_a_cut_answer():
    cut = {"type": "ai", "id": "a", "content": "Half", "response_metadata": {}}
    for known, verdict in (
        ({"ends": ["done"]}, "broken"),
        ({}, "broken"),
        ({"ends": ["truncated"]}, "held"),
    ):
        seen = Seen(stored=[cut], **known)
        seen.say("a", "Half")
        assert judged(seen, "early end")["6"] == verdict


def test_a_stopped_thread():
    call = {"type": "ai", "id": "a", "content": "", "tool_calls": [{"id": "c"}], "response_metadata": {}}
    answer = {"type": "tool", "tool_call_id": "c"}
    assert judged(Seen(still_open=False, stored=[call]), "stopped in a tool")["9b"] == "broken"
    assert judged(Seen(still_open=False, stored=[call, answer]), "stopped in a tool")["9b"] == "held"
    assert judged(Seen(still_open=True), "stopped")["9a"] == "broken"


def test_the_page_says_what_broke_and_with_which_script():
    row = Row(AStream)
    row.add(CASES["plain"], Seen())
    row.add(CASES["early end"], Seen(numbers=[1, 3]))
    made = page([row], list(CASES.values()), 1.0)
    assert '1 **breaks** with *early end*: the numbers of the parts have holes. Script: `[[{"words"' in made
    assert "| 1 End" in made
    assert "**breaks** (1 of 2)" in made
