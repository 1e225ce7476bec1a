"""AG-UI's own client takes every stream (`verifyEvents`), and makes the right messages of it."""

import json

import pytest
from ag_ui.core import AssistantMessage, RunAgentInput, UserMessage
from ag_ui.encoder import EventEncoder

from mainstem.sessions.approvals import refuse_all
from mainstem.stream import events as e
from mainstem.web.protocols.agui import request
from mainstem.web.protocols.agui.conversation import Conversation
from mainstem.web.protocols.agui.translate import TranslatorState, agui_events
from mainstem.web.protocols.protocol import ResumeRun

from . import samples

BEFORE = [
    UserMessage(id="u1", content="Hello."),
    AssistantMessage(id="a1", content="Hi."),
    UserMessage(id="u2", content="?"),
]


def state(messages=BEFORE):
    given = RunAgentInput(thread_id="t", run_id="their-run", messages=messages)
    return TranslatorState("t", "their-run", Conversation(messages), calls=request.calls(given))


def said(events, before=None):
    before = before or state()
    encode = EventEncoder().encode
    lines = [encode(event) for one in events for event in agui_events(one, before)]
    return [json.loads(line.removeprefix("data: ")) for line in lines]


async def applied(node, events, messages=BEFORE):
    given = {"threadId": "t", "runId": "their-run", "messages": [m.model_dump(by_alias=True) for m in messages]}
    return await node("agui_verify", {"input": given, "events": said(events, state(messages))})


def texts(seen):
    return [(m["id"], m["content"]) for m in seen["messages"] if m["role"] == "assistant" and m.get("content")]


async def test_a_run_with_tools(node):
    seen = await applied(node, samples.run(*samples.WORKING))
    assert seen["failed"] is None
    assert texts(seen) == [("a1", "Hi."), ("m0", "Let me look."), ("m9", "It is wide [1].")]
    calls = {c["id"]: c["function"] for m in seen["messages"] for c in m.get("toolCalls") or []}
    assert json.loads(calls["c1"]["arguments"]) == {"query": "river"}
    assert json.loads(calls["c3"]["arguments"]) == {"of": ["a", None]}
    results = {m["toolCallId"]: m["content"] for m in seen["messages"] if m["role"] == "tool"}
    assert results == {"c1": "2 pages", "c2": "No index.", "c3": ""}
    (thought,) = [m for m in seen["messages"] if m["role"] == "reasoning"]
    assert thought["content"] == "First search."
    (bar,) = [m for m in seen["messages"] if m["role"] == "activity"]
    assert bar["content"]["done"] == 3.0
    assert seen["state"] == {"x": 1}


async def test_words_are_taken_back(node):
    repaired = [e.MessageSuperseded(message_id="m2", reason="repair"), *samples.message("m2", "The river is blue.")]
    seen = await applied(node, samples.run(*samples.BROKEN, *samples.SECOND, *repaired))
    assert texts(seen) == [("a1", "Hi."), ("m2", "The river is blue.")]
    assert [m["id"] for m in seen["messages"] if m["role"] == "user"] == ["u1", "u2"]


async def test_a_taken_back_call_is_taken_back(node):
    attempt = [
        e.MessageStarted(message_id="m1", answer=True),
        *samples.call("c1", "search", '{"query": "ri', message_id="m1"),
        e.MessageFinished(message_id="m1"),
        e.MessageSuperseded(message_id="m1", reason="retry"),
    ]
    seen = await applied(node, samples.run(*attempt, *samples.SECOND))
    assert not [m for m in seen["messages"] if m.get("toolCalls")]
    assert texts(seen)[1:] == [("m2", "The river is wide.")]


async def test_parallel_branches_have_steps_of_their_own(node):
    seen = await applied(node, samples.run(*samples.PARALLEL))
    assert texts(seen)[1:] == [("m1", "One two."), ("m2", "Three four.")]
    steps = [event["stepName"] for event in said(samples.run(*samples.PARALLEL)) if event["type"] == "STEP_STARTED"]
    assert steps == ["branch", "branch#2"]


async def test_an_interrupt_ends_the_run_and_is_answered(node):
    seen = await applied(node, samples.run(*samples.ASKING, end=e.RunFinished(status="interrupted")))
    (asked,) = seen["interrupts"]
    assert (asked["id"], asked["reason"]) == ("i1", "tool_call")
    assert asked["metadata"]["mainstem"] == {"request": samples.ASKED, "tool_call_ids": ["c1", "c2"]}
    entries = [{"interruptId": "i1", "status": "cancelled"}]
    given = RunAgentInput.model_validate({"threadId": "t", "runId": "r", "messages": [], "resume": entries})
    assert request.resumed("t", given.resume) == ResumeRun("t", {}, cancelled={"i1": request.CANCELLED})
    assert [one["type"] for one in refuse_all(samples.ASKED, "No.")["decisions"]] == ["reject", "reject"]
    assert refuse_all("which?", "No.") == {"cancelled": "No."}


async def test_a_resumed_run_goes_on_with_the_calls_that_the_client_has(node):
    seen = await applied(node, samples.run(*samples.ASKING, end=e.RunFinished(status="interrupted")))
    given = RunAgentInput.model_validate({"threadId": "t", "runId": "r", "messages": seen["messages"]})
    resumed = samples.run(
        e.ToolFinished(tool_call_id="c2", name="save_note", status="rejected", summary="no"),
        e.ToolStarted(tool_call_id="c1", name="save_note", args={"title": "One"}),
        e.ToolFinished(tool_call_id="c1", name="save_note", summary="Saved."),
        *samples.message("m5", "Done."),
    )
    seen = await applied(node, resumed, given.messages)
    calls = {
        c["id"]: json.loads(c["function"]["arguments"]) for m in seen["messages"] for c in m.get("toolCalls") or []
    }
    assert calls == {"c1": {"title": "One"}, "c2": {"title": "Two"}}
    assert texts(seen)[-1] == ("m5", "Done.")


@pytest.mark.parametrize("end", samples.ENDS, ids=lambda end: f"{end.status}-{end.reason}")
async def test_every_end_is_understood(node, end):
    open_still = [
        e.NodeStarted(node="call_model", task_id="t1"),
        e.MessageStarted(message_id="m", answer=True),
        e.MessageDelta(message_id="m", text="Half an"),
        *samples.call("c1", message_id="m"),
    ]
    seen = await applied(node, samples.run(*open_still, end=end))
    last = said(samples.run(end=end))[-1]
    assert seen["failed"] == ("It broke. Try again." if end.status == "failed" else None)
    assert last["type"] == ("RUN_ERROR" if end.status == "failed" else "RUN_FINISHED")
    assert last.get("outcome", {}).get("type") == {"stopped": "cancelled", "failed": None}.get(end.status, "success")


def test_what_agui_has_no_word_for_is_custom():
    (notice,) = said([e.Notice(kind="stall", text="Slow.")])
    assert (notice["type"], notice["name"], notice["value"]["text"]) == ("CUSTOM", "mainstem.notice", "Slow.")
