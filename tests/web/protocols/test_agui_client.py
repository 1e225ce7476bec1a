"""AG-UI's `HttpAgent` in node, over real TCP."""

import json

from tests.fixtures import call
from tests.waiting import eventually
from tests.web import graphs
from tests.web.served import door

from . import talks


async def talk(node, client, *steps, thread="mine", **more):
    return await node("agui_agent", {"url": f"{client.base_url}/ag-ui", "threadId": thread, "steps": steps, **more})


def texts(seen, role="assistant"):
    return [m["content"] for m in seen["messages"] if m["role"] == role and m.get("content")]


def kinds(seen):
    return [event["type"] for event in seen["events"]]


async def test_a_question_is_answered_with_all_that_is_done_for_it(node, scripted):
    async with door(settings=scripted(*talks.WORKS)) as (client, _):
        (seen,) = await talk(node, client, {"say": "What is 6*7?"})
    assert seen["failed"] is None
    assert texts(seen) == [talks.ANSWER]
    assert texts(seen, "reasoning") == ["A sum."]
    assert texts(seen, "tool") == ["42"]
    (called,) = [c for m in seen["messages"] for c in m.get("toolCalls") or []]
    assert (called["id"], json.loads(called["function"]["arguments"])) == ("call_1", {"expression": "6*7"})
    assert {"STEP_STARTED", "STEP_FINISHED", "TEXT_MESSAGE_CONTENT", "ACTIVITY_SNAPSHOT", "CUSTOM"} <= set(kinds(seen))
    first, last = seen["events"][0], seen["events"][-1]
    assert (first["type"], first["threadId"], first["runId"]) == ("RUN_STARTED", "mine", "run-0")
    assert (last["outcome"]["type"], last["result"]["status"]) == ("success", "done")
    assert (last["usage"][0]["inputTokens"], last["usage"][0]["outputTokens"]) == (24, 10)


async def test_a_thread_goes_on_and_hears_nothing_twice(node, scripted):
    async with door(settings=scripted([{"words": "First."}], [{"words": "Second."}])) as (client, manager):
        _, seen = await talk(node, client, {"say": "One?"}, {"say": "Two?"})
        messages = (await manager.session.state("mine")).values["messages"]
    assert texts(seen) == ["First.", "Second."]
    assert [message.text for message in messages] == ["One?", "First.", "Two?", "Second."]


async def test_a_call_is_approved(node, scripted):
    decided = {"status": "resolved", "payload": {"decisions": [{"type": "approve"}]}}
    async with door(settings=scripted(*talks.ASKS)) as (client, _):
        asked, seen = await talk(node, client, {"say": "Note it."}, {"resume": decided})
    (interrupt,) = asked["interrupts"]
    assert (interrupt["reason"], interrupt["toolCallId"]) == ("tool_call", "call_2")
    assert seen["failed"] is None
    assert seen["interrupts"] == []
    assert texts(seen) == ["It is noted."]
    assert len([c for m in seen["messages"] for c in m.get("toolCalls") or []]) == 1


async def test_a_cancelled_call_is_not_made(node, scripted, tmp_path):
    async with door(settings=scripted(*talks.ASKS)) as (client, _):
        _, seen = await talk(node, client, {"say": "Note it."}, {"resume": {"status": "cancelled"}})
    assert texts(seen) == ["It is noted."]
    assert "cancelled this" in texts(seen, "tool")[0]
    assert not list(tmp_path.rglob("fish.md"))


async def test_a_foreign_graph_asks_in_its_own_words(node):
    async with door(graphs.questioning) as (client, _):
        asked, seen = await talk(node, client, {"say": "Hm?"}, {"resume": {"status": "resolved", "payload": 7}})
    assert asked["interrupts"][0]["metadata"]["mainstem"]["request"] == {"question": "which?"}
    assert texts(seen) == ["the number is 7"]


async def test_a_broken_attempt_does_not_stay(node, scripted):
    async with door(settings=scripted(*talks.BREAKS)) as (client, _):
        (seen,) = await talk(node, client, {"say": "What is 6*7?"})
    assert "MESSAGES_SNAPSHOT" in kinds(seen)
    assert texts(seen, "user") == ["What is 6*7?"]
    assert texts(seen) == [talks.ANSWER]


async def test_a_failure_says_why(node):
    async with door(graphs.failing) as (client, _):
        (seen,) = await talk(node, client, {"say": "Hm?"})
    assert "the disk is" in seen["failed"]
    assert kinds(seen)[-1] == "RUN_ERROR"


async def test_an_aborted_run_is_stopped(node, scripted):
    async with door(settings=scripted(*talks.SLOW)) as (client, manager):
        await talk(node, client, {"say": "Slowly.", "abort": True})
        await eventually(lambda: not manager.runs.running)
        (record,) = await manager.runs.records(None, 10)
    assert record.status == "stopped"


async def test_an_answer_is_made_anew_on_a_branch(node, scripted):
    turns = [[{"words": word}] for word in ("First.", "Second.", "Another second.")]
    async with door(settings=scripted(*turns)) as (client, manager):
        *_, seen = await talk(node, client, {"say": "One?"}, {"say": "Two?"}, {"again": True})
        messages = (await manager.session.state("mine")).values["messages"]
    assert texts(seen) == ["First.", "Another second."]
    assert [message.text for message in messages] == ["One?", "First.", "Two?", "Another second."]


PAINT = {
    "name": "paint",
    "description": "Paint the page.",
    "parameters": {"type": "object", "properties": {"colour": {"type": "string"}}},
}
PAINTS = ([talks.SUM, call("paint", {"colour": "red"}, "call_9")], [{"words": "It is red now, and 42."}])
"""A turn that takes a tool of ours and one of the client's."""


async def test_a_call_of_the_clients_tool_ends_the_run_and_its_result_goes_on(node, scripted):
    async with door(settings=scripted(*PAINTS)) as (client, manager):
        called, seen = await talk(
            node, client, {"say": "Paint 6*7 red."}, {"result": {"paint": "Painted."}}, tools=[PAINT]
        )
        messages = (await manager.session.state("mine")).values["messages"]
    assert (called["failed"], called["events"][-1]["outcome"]) == (None, {"type": "success"})
    assert kinds(called).count("TOOL_CALL_END") == 2
    assert texts(called, "tool") == ["42"]
    assert texts(seen) == ["It is red now, and 42."]
    assert [(m.type, m.text) for m in messages if m.type != "ai" or m.text] == [
        ("human", "Paint 6*7 red."),
        ("tool", "42"),
        ("tool", "Painted."),
        ("ai", "It is red now, and 42."),
    ]


async def test_a_call_that_the_client_never_made_does_not_hold_up_the_thread(node, scripted):
    turns = (PAINTS[0], [{"words": "Then not."}])
    async with door(settings=scripted(*turns)) as (client, manager):
        *_, seen = await talk(node, client, {"say": "Paint 6*7 red."}, {"say": "Leave it."}, tools=[PAINT])
        messages = (await manager.session.state("mine")).values["messages"]
    assert texts(seen)[-1] == "Then not."
    assert {m.tool_call_id for m in messages if m.type == "tool"} == {"call_1", "call_9"}


async def test_tools_of_the_client_that_cannot_be_offered_are_named(node, scripted):
    ours = {**PAINT, "name": "calculate"}
    async with door(settings=scripted(*talks.WORKS)) as (client, _):
        (seen,) = await talk(node, client, {"say": "What is 6*7?"}, tools=[ours])
        wrong = await client.post("/ag-ui", json=asking(tools=[{**PAINT, "name": "paint it"}]))
    told = [event["value"]["text"] for event in seen["events"] if event.get("name") == "mainstem.notice"]
    assert texts(seen, "tool") == ["42"]
    assert any("calculate is not offered" in text for text in told)
    assert wrong.status_code == 422
    assert "0.name" in wrong.json()["detail"]


async def test_a_graph_of_ones_own_takes_the_clients_tools_in_its_state_or_context():
    async with door(graphs.tooled) as (client, _):
        answer = await client.post("/ag-ui", json=asking(tools=[PAINT]))
    assert "state: paint, context: paint" in answer.text


def asking(**more):
    question = {"id": "m", "role": "user", "content": "Well?"}
    return {"threadId": "t", "runId": "r", "messages": [question], "tools": [], "forwardedProps": {}, **more}


async def test_the_clients_state_and_context_are_given_to_the_graph():
    context = [{"description": "The page that is open", "value": "/harbours"}]
    body = asking(state={"colour": "red", "unknown": 1}, context=context)
    async with door(graphs.stateful) as (client, manager):
        await client.post("/ag-ui", json=body)
        values = (await manager.session.state("t")).values
    assert values["colour"] == "red"
    assert "unknown" not in values
    assert [(m.type, m.text) for m in values["messages"]] == [
        ("system", "The user's application tells:\n- The page that is open: /harbours"),
        ("human", "Well?"),
        ("ai", "red"),
    ]


async def test_what_is_not_agui_is_refused(node):
    async with door(graphs.answer) as (client, _):
        empty = await client.post("/ag-ui", json={"threadId": "t", "runId": "r", "messages": []})
        unknown = {
            "threadId": "t",
            "runId": "r",
            "messages": [],
            "resume": [{"interruptId": "i", "status": "resolved"}],
        }
        stale = await client.post("/ag-ui", json=unknown)
        wrong = await client.post("/ag-ui", json={"threadId": "t"})
    assert (empty.status_code, stale.status_code, wrong.status_code) == (422, 404, 422)


async def test_a_conversation_from_elsewhere_is_taken_over_with_its_calls():
    made = {"id": "call_9", "type": "function", "function": {"name": "paint", "arguments": '{"colour": "red"}'}}
    messages = [
        {"id": "1", "role": "user", "content": "Paint it."},
        {"id": "2", "role": "assistant", "toolCalls": [made]},
        {"id": "3", "role": "tool", "toolCallId": "call_9", "content": "Painted."},
        {"id": "4", "role": "user", "content": "And now?"},
    ]
    async with door(graphs.answer) as (client, manager):
        await client.post("/ag-ui", json={**asking(), "messages": messages})
        held = (await manager.session.state("t")).values["messages"]
    assert [message.type for message in held] == ["human", "ai", "tool", "human", "ai"]
    assert held[1].tool_calls[0]["args"] == {"colour": "red"}
    assert held[2].tool_call_id == "call_9"
