"""Every fault × every source: the laws hold, and the end says what happened."""

import pytest

from mainstem import events as e
from mainstem.testing.faults import BROKEN, FAULTS, ODD, REFUSED, TEXT
from tests.truth.sources import SOURCES, playing

pytestmark = [
    pytest.mark.real,  # a provider behind a socket, hundreds of times
    # a plain ChatOpenAI warns of what providers send
    pytest.mark.filterwarnings("ignore:Pydantic serializer warnings"),
]

LATER = {"rate limit", "server error", "overloaded"}
"""Refusals after which the same request may succeed."""

CALLING = {"arguments cut off", "mixed arguments", "shared index", "no index", "large arguments"}
CUT = {"early end", "length"}
"""Answers that end without being whole, and without an error."""

ATTEMPT_FAILS = set(BROKEN) - CALLING - CUT - {"refusal"}


def texts(seen):
    return [words for words in seen.shown() if words]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_leaves_the_laws_alone(source, fault, home):
    async with playing(source, home, FAULTS[fault]) as (asker, provider):
        seen = await asker.judged(asker.ask())
        assert provider.requests
        after = await asker.judged(asker.ask(thread=seen.result.thread_id))
    assert after.end.status == "done"
    assert after.result.text == "All is well again."


@pytest.mark.parametrize("fault", ODD)
async def test_what_is_only_odd_is_a_whole_answer(fault, home):
    async with playing("agent", home, ODD[fault]) as (asker, _):
        seen = await asker.judged(asker.ask())
    assert seen.end.status == "done"
    assert not seen.of(e.MessageSuperseded)
    if fault not in CALLING:
        assert seen.result.text.endswith(TEXT)


async def test_a_refusal_is_no_whole_answer_and_is_not_asked_again(home):
    async with playing("agent", home, BROKEN["refusal"]) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert (seen.end.status, seen.end.cut) == ("truncated", "refused")
    assert not seen.of(e.MessageSuperseded)
    assert len(provider.requests) == 1


@pytest.mark.parametrize("fault", [name for name in FAULTS if name in LATER | ATTEMPT_FAILS])
async def test_after_a_passing_fault_the_answer_is_the_next_attempts(fault, home):
    async with playing("agent", home, FAULTS[fault]) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert seen.end.status == "done"
    assert texts(seen) == ["All is well again."]
    assert [message.attempt for message in seen.of(e.MessageStarted)][-1] == 2
    assert len(provider.requests) == 2
    shown = {delta.message_id for delta in seen.of(e.MessageDelta)}
    assert len(seen.of(e.MessageSuperseded)) == len(shown) - 1


@pytest.mark.parametrize("fault", [name for name in REFUSED if name not in LATER])
async def test_a_refusal_for_good_fails_at_once_with_one_line(fault, home):
    async with playing("agent", home, REFUSED[fault]) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert seen.end.status == "failed"
    assert len(provider.requests) == 1
    assert seen.end.error.type.endswith("Error")
    assert "\n" not in seen.end.error.message


@pytest.mark.parametrize("fault", sorted(ATTEMPT_FAILS - {"silence", "stall", "empty stream"}))
async def test_a_fault_that_stays_fails_with_the_partial_marked(fault, home):
    async with playing("agent", home, BROKEN[fault], repeat=True) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert seen.end.status == "failed"
    assert seen.end.error.type in ("BrokenStreamError", "ServerFailedError")
    assert [request.json.get("stream", False) for request in provider.requests] == [True, True, False]
    assert not any(message.complete for message in seen.of(e.MessageFinished))
    assert len(texts(seen)) <= 1


@pytest.mark.parametrize("fault", sorted(CUT))
async def test_an_answer_that_is_cut_says_so_on_the_wire_and_in_the_thread(fault, home):
    async with playing("agent", home, BROKEN[fault]) as (asker, _):
        seen = await asker.judged(asker.ask())
    assert seen.end.status == "truncated"
    assert seen.held(3)
    assert seen.messages[-1].text == "The answer is forty-two, "
    if fault == "early end":
        assert seen.messages[-1].response_metadata["complete"] is False


@pytest.mark.parametrize(
    "arguments",
    [
        [{"index": 0, "id": "call_a", "name": "calculate", "args": '{"expression": "6*'}],
        [
            {"index": 0, "id": "call_a", "name": "calculate", "args": ""},
            {"index": 0, "id": "call_b", "name": "calculate", "args": ""},
            {"index": 0, "args": '{"expression": "1"}'},
            {"index": 0, "args": '{"expression": "2"}'},
        ],
        [{"index": 0, "id": "call_a", "name": "calculate", "args": '"6*7"'}],
    ],
    ids=["cut off", "mixed", "no object"],
)
@pytest.mark.parametrize("end", [[], [{"end": True}], [{"finish": "length"}]], ids=["finished", "closed", "length"])
async def test_a_doubtful_call_is_told_to_the_model_and_never_run(arguments, end, home):
    fragments = [{"tool_chunk": fragment} for fragment in arguments]
    async with playing("agent", home, [*fragments, *end]) as (asker, provider):
        seen = await asker.judged(asker.ask())
    assert not [event for event in seen.of(e.NodeStarted) if event.node == "run_tool"]
    assert {event.status for event in seen.of(e.ToolFinished)} == {"error"}
    assert seen.end.status == "done"
    told = [message for message in provider.requests[1].json["messages"] if message["role"] == "tool"]
    assert told
    assert all("Nothing was run" in message["content"] for message in told)
