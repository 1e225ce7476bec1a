"""`max_tokens` and `stop`, over any stream of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstem.stream import events as e
from mainstem.stream.transcript import Transcript
from mainstem.web.protocols.answer_limits import AnswerLimits, LimitedAnswer

from . import samples


def limited(run, *stop, max_tokens=None):
    answer = LimitedAnswer(AnswerLimits(max_tokens, stop))
    return [told for event in run for told in answer.of(event)], answer.reached


def text(run, *stop, **more):
    events, reached = limited(run, *stop, **more)
    return Transcript.of(events).text, reached


@given(st.text("ab", max_size=12), st.lists(st.text("ab", min_size=1, max_size=3), max_size=3), st.data())
def test_the_answer_ends_before_the_first_stop_word_however_it_is_cut(whole, stop, data):
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=4)))
    pieces = [whole[a:b] for a, b in zip([0, *cuts], [*cuts, len(whole)], strict=True) if a < b]
    ends = [at for word in stop if (at := whole.find(word)) >= 0]
    said, reached = text(samples.run(*samples.message("m", *pieces)), *stop)
    assert said == whole[: min(ends, default=len(whole))]
    assert reached == ("stop" if ends else None)


def test_so_many_tokens_are_said_and_no_more():
    run = samples.run(*samples.message("m", "one ", "two ", "three"))
    assert text(run, max_tokens=2) == ("one two ", "length")
    assert text(run, max_tokens=3) == ("one two three", None)


def test_a_joined_piece_is_cut_in_proportion():
    deltas = [e.MessageStarted(message_id="m"), e.MessageDelta(message_id="m", text="abcdefgh", n=4)]
    assert text(samples.run(*deltas), max_tokens=3) == ("abcdef", "length")


def test_reasoning_counts_and_asides_do_not():
    aside = samples.message("aside", "one ", "two ", answer=False)
    run = samples.run(*aside, e.MessageReasoning(message_id="m", text="hm"), *samples.message("m", "a", "b"))
    assert text(run, max_tokens=2) == ("a", "length")


@pytest.mark.parametrize("stop", [(), ("nowhere",)])
def test_without_a_limit_in_reach_nothing_changes(stop):
    run = samples.run(*samples.WORKING)
    events, reached = limited(run, *stop)
    assert reached is None
    assert Transcript.of(events).text == Transcript.of(run).text
