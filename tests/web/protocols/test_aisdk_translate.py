"""The AI SDK's own schema takes every chunk, and its own reader makes the right message of them."""

import pytest

from mainstem.stream import events as e
from mainstem.web.protocols.aisdk.request import ChatRequest, UIMessage, calls
from mainstem.web.protocols.aisdk.translate import HANDLERS, TranslatorState, ui_chunks

from . import samples


def chunks(events, state=None):
    state = state or TranslatorState()
    return [chunk for event in events for chunk in ui_chunks(event, state)]


async def read(node, events, state=None, message=None):
    said = chunks(events, state)
    seen, earlier = await node("aisdk_read", {"chunks": said, "message": message})
    assert seen["refused"] == []
    assert seen == earlier
    return seen


def kinds(message, kind):
    return [part for part in message["parts"] if part["type"] == kind]


async def test_a_run_with_tools_becomes_one_message(node):
    seen = await read(node, samples.run(*samples.WORKING))
    message = seen["message"]
    assert seen["errors"] == []
    assert message["id"] == "r"
    assert [part["text"] for part in kinds(message, "text")] == ["Let me look.", "It is wide [1]."]
    assert [part["text"] for part in kinds(message, "reasoning")] == ["First search."]
    assert {part["state"] for part in kinds(message, "text") + kinds(message, "reasoning")} == {"done"}
    tools = {part["toolCallId"]: part for part in kinds(message, "dynamic-tool")}
    assert [(key, tool["toolName"], tool["state"]) for key, tool in tools.items()] == [
        ("c1", "search", "output-available"),
        ("c2", "search", "output-error"),
        ("c3", "unseen", "output-error"),
    ]
    assert tools["c1"]["input"] == {"query": "river"}
    assert tools["c1"]["output"]["artifact"] == {"rows": [1, 2]}
    assert tools["c2"]["errorText"] == "No index."
    (bar,) = kinds(message, "data-progress")
    assert (bar["data"]["done"], bar["data"]["total"]) == (3.0, 3.0)
    (source,) = kinds(message, "source-document")
    assert (source["filename"], source["mediaType"]) == ("river.md", "text/markdown")
    assert (message["metadata"]["status"], message["metadata"]["cost"]) == ("done", 0.5)
    assert message["metadata"]["usage"] == samples.USAGE


async def test_a_taken_back_part_is_named(node):
    repaired = [e.MessageSuperseded(message_id="m2", reason="repair"), *samples.message("m2", "The river is blue.")]
    seen = await read(node, samples.run(*samples.BROKEN, *samples.SECOND, *repaired))
    assert standing(seen["message"]) == ["The river is blue."]
    assert len(kinds(seen["message"], "text")) == 3


def standing(message):
    """The rule of docs/how-to/other-clients.md."""
    gone = {part["data"]["part"] for part in kinds(message, "data-superseded")}
    texts = kinds(message, "text")
    return [part["text"] for part in texts if part["providerMetadata"]["mainstem"]["part"] not in gone]


async def test_parallel_messages_share_a_step(node):
    seen = await read(node, samples.run(*samples.PARALLEL))
    assert [part["text"] for part in kinds(seen["message"], "text")] == ["One two.", "Three four."]
    assert len(kinds(seen["message"], "step-start")) == 1
    assert [part["data"]["type"] for part in kinds(seen["message"], "data-node")] == ["node.finished"] * 2


async def test_calls_are_asked_about_and_go_on(node):
    end = e.RunFinished(status="interrupted")
    seen = await read(node, samples.run(*samples.ASKING, end=end))
    tools = kinds(seen["message"], "dynamic-tool")
    assert [(tool["toolCallId"], tool["state"], tool["approval"]["id"]) for tool in tools] == [
        ("c1", "approval-requested", "i1:0"),
        ("c2", "approval-requested", "i1:1"),
    ]
    answered = answer(seen["message"], {"i1:0": True, "i1:1": False})
    asked = ChatRequest(id="t", messages=[answered])
    assert asked.decided == {
        "i1": {"decisions": [{"type": "approve"}, {"type": "reject", "message": "because"}]},
    }
    resumed = samples.run(
        e.ToolFinished(tool_call_id="c2", name="save_note", status="rejected", summary="no"),
        e.ToolStarted(tool_call_id="c1", name="save_note", args={"title": "One"}),
        e.ToolFinished(tool_call_id="c1", name="save_note", summary="Saved."),
        *samples.message("m5", "Done."),
    )
    state = TranslatorState(asked.continued, calls(asked.last))
    seen = await read(node, resumed, state, answered)
    message = seen["message"]
    assert message["id"] == "r"
    assert [tool["state"] for tool in kinds(message, "dynamic-tool")] == ["output-available", "output-denied"]
    assert [part["text"] for part in kinds(message, "text")] == ["Done."]


def answer(message, decided):
    """What `addToolApprovalResponse` leaves in a message."""
    for part in message["parts"]:
        if part.get("state") == "approval-requested":
            approved = decided[part["approval"]["id"]]
            part["state"] = "approval-responded"
            part["approval"] |= {"approved": approved, **({} if approved else {"reason": "because"})}
    return message


def test_an_unanswered_approval_decides_nothing():
    message = UIMessage(role="assistant", parts=[{"state": "approval-requested", "approval": {"id": "i:0"}}])
    assert ChatRequest(id="t", messages=[message]).decided is None


@pytest.mark.parametrize("end", samples.ENDS, ids=lambda end: f"{end.status}-{end.reason}")
async def test_every_end_is_understood(node, end):
    seen = await read(node, samples.run(*samples.SECOND, end=end))
    assert seen["message"]["metadata"]["status"] == end.status
    assert bool(seen["errors"]) == (end.status == "failed")


def test_a_run_that_breaks_off_leaves_no_part_open():
    events = [e.MessageStarted(message_id="m", answer=True), e.MessageReasoning(message_id="m", text="Hm")]
    said = [chunk["type"] for chunk in chunks(samples.run(*events))]
    assert said == [
        "start",
        "start-step",
        "reasoning-start",
        "reasoning-delta",
        "reasoning-end",
        "finish-step",
        "finish",
    ]


def test_every_kind_of_event_says_something():
    assert set(HANDLERS) <= set(e.KINDS)
    for event in samples.run(*samples.WORKING, e.Notice(kind="stall", text="Slow.")):
        assert chunks([event]) or isinstance(event, e.MessageStarted | e.MessageFinished | e.MessageSuperseded)
