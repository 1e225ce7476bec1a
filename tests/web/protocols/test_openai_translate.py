"""The chunks are what the `openai` package's types say, and never take words back in silence."""

from typing import Any

import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from mainstem.stream import events as e
from mainstem.web.protocols.openai import completion
from mainstem.web.protocols.openai.options import CompletionOptions
from mainstem.web.protocols.openai.translate import SseComment, TranslatorState, completion_chunks

from . import samples


def chunks(run, **options) -> list[Any]:
    state = TranslatorState(CompletionOptions("agent", **options))
    return [chunk for event in run for chunk in completion_chunks(event, state)]


def words(told):
    valid = [ChatCompletionChunk.model_validate(one, strict=True) for one in told if is_chunk(one)]
    return "".join(choice.delta.content or "" for chunk in valid for choice in chunk.choices)


def is_chunk(one):
    return not isinstance(one, SseComment) and "error" not in one


def test_words_come_as_they_come():
    told = chunks(samples.run(*samples.SECOND))
    assert words(told) == "The river is wide."
    assert told[-1]["choices"][0]["finish_reason"] == "stop"
    assert told[-1]["mainstem"]["cost"] == 0.5


def test_usage_is_told_when_asked_for():
    last = ChatCompletionChunk.model_validate(chunks(samples.run(*samples.SECOND), usage=True)[-1])
    assert last.choices == []
    assert (last.usage.prompt_tokens, last.usage.completion_tokens, last.usage.total_tokens) == (10, 4, 14)


def test_only_the_answer_and_what_led_to_it_is_said():
    told = chunks(samples.run(*samples.WORKING))
    assert words(told) == "Let me look.\n\nIt is wide [1]."
    thoughts = [one["choices"][0]["delta"].get("reasoning_content") for one in told if is_chunk(one)]
    assert "".join(filter(None, thoughts)) == "First search."


def test_held_words_are_the_answer_alone():
    assert words(chunks(samples.run(*samples.WORKING), hold=True)) == "It is wide [1]."


def test_parallel_messages_do_not_mix():
    assert words(chunks(samples.run(*samples.PARALLEL))) == "One two.\n\nThree four."


def test_what_was_taken_back_before_it_was_sent_is_never_sent():
    told = chunks(samples.run(*samples.PARALLEL[:6], e.MessageSuperseded(message_id="m2", reason="retry")))
    assert words(told) == "One "
    held = chunks(samples.run(*samples.BROKEN, *samples.SECOND), hold=True)
    assert words(held) == "The river is wide."


def test_what_was_taken_back_after_it_was_sent_ends_the_stream():
    told = chunks(samples.run(*samples.BROKEN, *samples.SECOND), usage=True, events=True)
    assert words(told) == "The river is lo"
    assert told[-1]["error"]["code"] == "answer_withdrawn"
    assert "/runs/r/events" in told[-1]["error"]["message"]


@pytest.mark.parametrize(
    ("end", "reason"),
    zip(samples.ENDS, ["stop", "length", "length", None, "length", "content_filter", None], strict=True),
    ids=lambda end: getattr(end, "status", str(end)),
)
def test_only_a_complete_answer_stops(end, reason):
    last = chunks(samples.run(*samples.SECOND, end=end))[-1]
    assert last.get("choices", [{}])[0].get("finish_reason") == reason
    assert ("error" in last) == (reason is None)


def test_a_waiting_run_says_what_it_waits_for():
    last = chunks(samples.run(*samples.ASKING, end=e.RunFinished(status="interrupted")))[-1]
    assert last["error"]["code"] == "decision_required"
    assert last["error"]["interrupts"] == [{"interrupt_id": "i1", "request": samples.ASKED}]


def test_a_refusal_is_a_refusal():
    refused = [e.Notice(kind="refused", text="Too long.")]
    told = chunks(samples.run(*refused, end=e.RunFinished(status="halted", reason="policy")), hold=True, usage=True)
    whole = ChatCompletion.model_validate(completion.completion([one for one in told if is_chunk(one)]))
    assert whole.choices[0].message.refusal == "Too long."
    assert whole.choices[0].finish_reason == "content_filter"


def test_a_cut_by_the_filter_is_called_so():
    cut = samples.message("m", "Half", complete=False, finish_reason="content_filter")
    last = chunks(samples.run(*cut, end=e.RunFinished(status="truncated")))[-1]
    assert last["choices"][0]["finish_reason"] == "content_filter"


def test_progress_is_a_comment_and_with_events_a_field():
    told = chunks(samples.run(*samples.WORKING), events=True)
    assert "progress reading 1/3 files" in [one.text for one in told if isinstance(one, SseComment)]
    events = [one["mainstem"]["type"] for one in told if is_chunk(one) and "type" in one.get("mainstem", {})]
    assert events == [event.type for event in samples.run(*samples.WORKING)][:-1]
    assert [one for one in told if is_chunk(one) and not one["choices"]] == []
