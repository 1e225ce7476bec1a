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
from mainstem.models.stemming import word_pieces
from mainstem.stream import events as e
from mainstem.stream.prices import price
from mainstem.testing import FAULTS, ScriptedProvider
from mainstem.testing.faults import TEXT

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
    assert verdicts(row, "1", "2", "3", "4", "6") == ["holds", "holds", "holds", "breaks", "holds"]
    assert [case.name for case, _ in row.broken("4")] == ["a rebuilt copy", "retry after half an answer"]
    assert row.endings() == ("the end of the iteration", "an exception")


async def test_v3_leaves_a_replaced_message_open(play):
    row = await play(EventsV3, "plain", "retry after half an answer")
    assert verdicts(row, "1", "2", "3", "4") == ["holds", "breaks", "holds", "breaks"]


async def test_ag_uis_raw_events_tell_a_cut_answer(play):
    ag_ui = pytest.importorskip("benchmarks.truth.peers.ag_ui", reason="group bench is not installed")
    logging.disable(logging.CRITICAL)
    try:
        row = await play(ag_ui.AgUi, "plain", "early end", "drop mid-token", "a rebuilt copy")
    finally:
        logging.disable(logging.NOTSET)
    assert verdicts(row, "1", "2", "3", "4", "6") == ["holds"] * 5


async def test_assistant_stream_builds_the_same_text(play):
    assistant = pytest.importorskip("benchmarks.truth.peers.assistant", reason="group bench is not installed")
    row = await play(assistant.Assistant, "plain", "drop mid-token", "retry after half an answer", "read again")
    assert verdicts(row, "1", "3", "4", "10") == ["holds", "holds", "breaks", "holds"]


async def test_readers_that_stop_leave_sleep_and_come_back(play):
    row = await play(Ours, "stopped", "left by its reader", "a reader that sleeps", "read again")
    assert verdicts(row, "9a", "9b", "10", "11") == ["holds"] * 4
    row = await play(AStream, "stopped", "a reader that sleeps")
    assert verdicts(row, "9a", "9b", "11") == ["holds", "breaks", "breaks"]


# the judge


def judged(seen, name="plain"):
    return {law: found.verdict for law, found in judge(CASES[name], seen).items()}


def test_nothing_seen_is_nothing_judged():
    found = judged(Seen())
    assert found.pop("1") == "held"
    assert found.pop("2") == "not told"
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
        ({"ends": ["done"]}, "not told"),
        ({}, "not told"),
        ({"ends": ["truncated"]}, "held"),
    ):
        for complete, or_verdict in ((None, verdict), (True, "broken"), (False, "held")):
            seen = Seen(stored=[cut], **known)
            seen.say("a", "Half", complete=complete)
            assert judged(seen, "early end")["6"] == or_verdict


def test_a_stopped_thread():
    call = {"type": "ai", "id": "a", "content": "", "tool_calls": [{"id": "c"}], "response_metadata": {}}
    answer = {"type": "tool", "tool_call_id": "c"}
    assert judged(Seen(still_open=False, stored=[call]), "stopped in a tool")["9b"] == "broken"
    assert judged(Seen(still_open=False, stored=[call, answer]), "stopped in a tool")["9b"] == "held"
    assert judged(Seen(still_open=True), "stopped")["9a"] == "broken"


# the table is fair


def facts():
    """A run that was seen well, as any peer may tell it."""
    call = {"id": "c", "name": "search", "args": {"query": "a"}}
    usage = {"input_tokens": 14, "output_tokens": 15}
    metadata = {"finish_reason": "stop"}
    stored = [{"type": "ai", "id": "a", "content": TEXT, "response_metadata": metadata, "usage_metadata": usage}]
    stored[0]["tool_calls"] = [call]
    stored[0]["additional_kwargs"] = {"reasoning_content": "Hm."}
    stored.append({"type": "tool", "tool_call_id": "c"})
    seen = Seen(stored=stored)
    seen.start("message a")
    for piece in word_pieces(TEXT):
        seen.say("a", piece, node="model", complete=True)
    seen.finish("message a")
    seen.reasoning = "Hm."
    seen.call("c", "search", '{"query": "a"}')
    seen.spend(usage)
    return seen


def test_a_verdict_depends_on_what_was_seen_and_not_on_the_peer():
    for peer in (Ours, AStream, EventsV3):
        row = Row(peer)
        row.add(CASES["plain"], Seen(numbers=[1, 3]))
        row.add(CASES["read again"], Seen())
        assert (row.verdict("1"), row.verdict("10")) == ("breaks", "not told")


RANK = ["broken", "not told", "not checkable", "held"]


@pytest.mark.parametrize("unsaid", ["calls", "reasoning", "usage", "node", "complete", "pairs"])
def test_who_says_less_never_fares_better(unsaid):
    full, less = facts(), facts()
    if unsaid in ("node", "complete"):
        for said in less.messages.values():
            setattr(said, unsaid, None)
    else:
        setattr(less, unsaid, type(getattr(less, unsaid))())
    before, after = judged(full, "a tool"), judged(less, "a tool")
    assert set(before.values()) <= {"held", "not checkable"}
    assert all(RANK.index(after[law]) <= RANK.index(before[law]) for law in before)


def test_the_laws_want_no_word_of_our_own():
    """What others tell by a node, by a finish reason or by an exception counts as much as our own fields."""
    assert set(judged(facts(), "a tool").values()) == {"held", "not checkable"}
    partial = {"type": "ai", "id": "a", "content": "Half", "response_metadata": {}}
    seen = Seen(still_open=False, stored=[partial], outcome="given up")
    seen.say("a", "Half")
    assert judged(seen, "stopped")["9b"] == "held"
    routed = Seen(stored=[{"type": "ai", "id": "b", "content": TEXT, "response_metadata": {"finish_reason": "stop"}}])
    routed.say("a", "They asked.", node="summarise")
    routed.say("b", TEXT, node="ask")
    assert judged(routed, "a summariser")["5"] == "held"
    routed.messages["a"].node = "ask"
    assert judged(routed, "a summariser")["5"] == "broken"
    raised = Seen(pending=True, outcome="raised", error="RateLimitError: Rate limit reached.")
    raised.start("node ask")
    assert judged(raised, "rate limit")["2f"] == "held"
    assert judged(raised, "rate limit")["1e"] == "held"


# breaks that are planted into our own stream


def planted(*kinds, **change):
    """Our adapter over a stream in which events of a kind are changed, or left out where the change is None."""

    class Planted(Ours):
        def note(self, part):
            if isinstance(part, kinds):
                known = {key: made(part) for key, made in change.items() if key in type(part).model_fields}
                if not change:
                    return
                part = part.model_copy(update=known)
            super().note(part)

    return Planted


def doubled(part):
    return part.usage and {key: value * 2 for key, value in part.usage.items() if isinstance(value, int)}


ASTRAY = {
    "usage doubled": ("3u", "plain", planted(e.MessageFinished, e.RunFinished, usage=doubled)),
    "usage dropped": ("3u", "plain", planted(e.MessageFinished, e.RunFinished, usage=lambda _: None)),
    "the run's usage doubled": ("3u", "plain", planted(e.RunFinished, usage=doubled)),
    "a message's usage dropped": ("3u", "a tool", planted(e.MessageFinished, usage=lambda _: None)),
    "arguments lost": ("3c", "a tool", planted(e.ToolStarted, args=lambda _: {})),
    "arguments written half": ("3c", "a tool", planted(e.ToolArguments, text=lambda part: part.text[:9])),
    "arguments lost, both ways": (
        "3c",
        "a tool",
        planted(e.ToolStarted, e.ToolArguments, args=lambda _: {}, text=lambda _: ""),
    ),
    "calls dropped": ("3c", "a tool", planted(e.ToolStarted, e.ToolArguments, e.ToolFinished)),
    "reasoning dropped": ("3r", "thoughts", planted(e.MessageReasoning)),
    "reasoning cut": ("3r", "thoughts", planted(e.MessageReasoning, text=lambda part: part.text[:5])),
    "the wrong node": ("5n", "plain", planted(e.MessageStarted, e.MessageDelta, node=lambda _: "tools")),
    "no node": ("5n", "plain", planted(e.MessageStarted, e.MessageDelta, node=lambda _: None)),
    "error text lost": ("1e", "bad request", planted(e.RunFinished, error=lambda _: e.Error(type="E", message="No."))),
    "a step limit that failed": (
        "1",
        "a step limit",
        planted(e.RunFinished, status=lambda _: "failed", reason=lambda _: None),
    ),
    "arrivals hidden": ("7", "plain", planted(e.MessageDelta, n=lambda _: 1, tokens=lambda _: 1)),
    "a piece dropped": ("3", "plain", planted(e.MessageDelta, text=lambda part: part.text[:-1])),
    "an end that is never told": ("2", "plain", planted(e.NodeFinished)),
    "a cut answer that is whole": ("6", "early end", planted(e.MessageFinished, complete=lambda _: True)),
}


@pytest.mark.parametrize("what", ASTRAY)
async def test_what_goes_astray_in_our_own_stream_is_seen(play, what):
    law, case, peer = ASTRAY[what]
    assert (await play(Ours, case)).verdict(law) == "holds"
    assert (await play(peer, case)).verdict(law) in ("breaks", "not told")


async def test_every_row_can_break():
    assert {law for law, _, _ in ASTRAY.values()} | {"1s", "2f", "4", "5", "8", "9a", "9b", "10", "11"} == set(LAWS)


def test_the_page_says_what_broke_and_with_which_script():
    row = Row(AStream)
    row.add(CASES["plain"], Seen())
    row.add(CASES["early end"], Seen(numbers=[1, 3]))
    made = page([row], list(CASES.values()), 1.0)
    assert '1 **breaks** with *early end*: the numbers of the parts have holes. Script: `[[{"words"' in made
    assert "| 1 End" in made
    assert "**breaks** (1 of 2)" in made
