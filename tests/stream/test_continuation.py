"""A run that is gone on with: wherever its process died, what is told then and what was told before keep the laws."""

from typing import Any
from unittest.mock import Mock

import pytest
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from mainstem import events as e
from mainstem import laws
from mainstem.stream.continuation import Continuation
from mainstem.stream.transcript import Transcript

USAGE: Any = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
CALL = {"id": "c", "name": "look", "args": {"where": "there"}}
MESSAGES = [
    HumanMessage("Earlier?", id="before"),
    AIMessage("Earlier.", id="earlier"),
    HumanMessage("Who?", id="q"),
    AIMessage("Let me see.", id="calls", tool_calls=[CALL], response_metadata={"finish_reason": "tool_calls"}),
    ToolMessage("It is so.", tool_call_id="c", id="t"),
    AIMessage("I looked.", id="noted"),
    AIMessage("One two three.", id="said", response_metadata={"finish_reason": "stop"}, usage_metadata=USAGE),
]


def told() -> list[Any]:
    """What the run shows, up to the moment before its end."""
    calls = {"node": "call", "task_id": "1"}
    tool = {"node": "tool", "task_id": "2", "tool_call_id": "c", "name": "look"}
    noted = {"node": "note", "task_id": "3"}
    said = {"node": "say", "task_id": "4"}
    return [
        e.RunStarted(thread_id="t", graph="g", tags={}, started_at="", question_id="q"),
        e.NodeStarted(**calls),
        e.MessageStarted(message_id="calls", **calls),
        e.MessageDelta(message_id="calls", text="Let me see.", tokens=1, words=3, **calls),
        e.ToolArguments(message_id="calls", tool_call_id="c", name="look", text='{"where": "there"}', **calls),
        e.MessageFinished(message_id="calls", finish_reason="tool_calls", complete=True, **calls),
        e.NodeFinished(wrote=("messages",), **calls),
        e.ToolStarted(args={}, **tool),
        e.ToolFinished(status="ok", **tool),
        e.NodeStarted(**noted),
        e.MessageStarted(message_id="noted", **noted),
        e.MessageDelta(message_id="noted", text="I looked.", tokens=1, words=2, **noted),
        e.MessageFinished(message_id="noted", finish_reason="returned", complete=True, **noted),
        e.NodeFinished(wrote=("messages",), **noted),
        e.NodeStarted(**said),
        e.MessageStarted(message_id="said", **said),
        e.MessageDelta(message_id="said", text="One ", tokens=1, words=1, **said),
        e.MessageDelta(message_id="said", text="two ", tokens=2, words=2, **said),
        e.MessageDelta(message_id="said", text="three.", tokens=3, words=3, **said),
        e.MessageFinished(message_id="said", finish_reason="stop", complete=True, usage=USAGE, **said),
        e.NodeFinished(wrote=("messages",), **said),
    ]


def numbered(events: list[Any]) -> list[Any]:
    return [event.model_copy(update={"seq": seq, "run_id": "r"}) for seq, event in enumerate(events, 1)]


@pytest.mark.parametrize("shown", range(1, len(told()) + 1))
def test_what_the_thread_holds_is_shown_however_far_the_journal_came(shown):
    before = numbered(told()[:shown])
    opening = list(Continuation("r", before, Mock(), messages=MESSAGES).opening())
    whole = numbered([*before, *opening, e.RunFinished(status="done", seconds=1.0)])
    report = laws.check(whole, messages=MESSAGES, before=MESSAGES[:3])
    assert report.ok, str(report)
    transcript = Transcript.of(whole)
    texts = {key: message.text for key, message in transcript.messages.items()}
    assert texts == {"calls": "Let me see.", "noted": "I looked.", "said": "One two three."}
    assert transcript.messages["calls"].calls == ["c"]
    (end,) = [event for event in whole if isinstance(event, e.MessageFinished) and event.message_id == "said"]
    assert (end.finish_reason, end.complete, end.usage) == ("stop", True, USAGE)


def test_what_is_made_again_is_taken_back():
    before = numbered(told()[:17])
    opening = list(Continuation("r", before, Mock(), frozenset({"4"}), MESSAGES[:-1]).opening())
    assert [type(event).__name__ for event in opening] == ["MessageFinished", "MessageSuperseded", "NodeFinished"]
    assert opening[0].complete is False
