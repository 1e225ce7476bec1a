"""Threads over HTTP: what was said, what waits, and going on."""

import asyncio
import json
from contextlib import suppress

import pytest

from tests.doors import graphs
from tests.fixtures import call

from .served import HI, STREAM, door, ending, followed, problem, started

NOTE = call("save_note", {"title": "Port", "text": "8080"}, "call_1")
APPROVE = {"decisions": [{"type": "approve"}]}
APPROVE_TWO = {"decisions": [{"type": "approve"}] * 2}


async def test_a_thread_is_listed_and_read(extractive):
    async with door(settings=extractive) as (client, _):
        assert (await client.get("/threads")).json() == {"threads": []}
        run_id, thread = await started(client, {"question": "When does the ferry sail?"})
        await followed(client, run_id)
        (listed,) = (await client.get("/threads")).json()["threads"]
        state = (await client.get(f"/threads/{thread}")).json()
        runs = (await client.get("/runs", params={"thread": thread})).json()["runs"]
        assert (await client.get("/runs", params={"thread": "other"})).json()["runs"] == []
    assert (listed["thread_id"], listed["title"], listed["turns"]) == (thread, "When does the ferry sail?", 1)
    assert [message["role"] for message in state["messages"]] == ["user", "assistant", "tool", "assistant"]
    assert state["messages"][1]["tool_calls"][0]["name"] == "search_documents"
    assert "[1]" in state["messages"][-1]["text"]
    assert state["messages"][-1]["citations"][0]["document"] == "ferry.md"
    assert state["status"] == "idle"
    assert [run["run_id"] for run in state["runs"]] == [run["run_id"] for run in runs] == [run_id]


async def test_a_thread_goes_on(extractive):
    async with door(settings=extractive) as (client, _):
        for _ in range(2):
            run_id, _ = await started(client, {"question": "What does a ticket cost?", "thread": "t"})
            await followed(client, run_id)
        state = (await client.get("/threads/t")).json()
    assert [m["text"] for m in state["messages"] if m["role"] == "user"] == ["What does a ticket cost?"] * 2
    assert len(state["runs"]) == 2


async def test_a_thread_that_runs_says_so():
    async with door(graphs.talking) as (client, desk):
        run_id, thread = await started(client)
        await asyncio.sleep(0.3)
        state = (await client.get(f"/threads/{thread}")).json()
        (listed,) = (await client.get("/threads")).json()["threads"]
        assert (state["status"], state["running"], listed["running"]) == ("running", run_id, run_id)
        await desk.stop_all()


async def test_an_unknown_thread():
    async with door(graphs.answer) as (client, _):
        problem(await client.get("/threads/nobody"), 404)
        problem(await client.post("/threads/nobody/resume", json={}), 404)


async def test_decisions_are_asked_for_and_given(scripted):
    async with door(settings=scripted([NOTE], "It is saved.")) as (client, _):
        run_id, thread = await started(client, {"question": "Save a note"})
        assert ending(await followed(client, run_id))["status"] == "interrupted"
        state = (await client.get(f"/threads/{thread}")).json()
        assert state["status"] == "interrupted"
        (asked,) = state["interrupts"]
        assert asked["request"]["action_requests"][0]["args"] == {"title": "Port", "text": "8080"}
        problem(await client.post(f"/threads/{thread}/resume", json={}), 409)  # it waits for a decision
        body = {"decisions": {asked["interrupt_id"]: APPROVE}, "tags": {"by": "me"}}
        answer = await client.post(f"/threads/{thread}/resume", json=body)
        assert answer.status_code == 201
        assert answer.json()["thread_id"] == thread
        assert ending(await followed(client, answer.json()["run_id"]))["status"] == "done"
        state = (await client.get(f"/threads/{thread}")).json()
        assert (state["status"], state["messages"][-1]["text"]) == ("idle", "It is saved.")
        problem(await client.post(f"/threads/{thread}/resume", json=body), 409)  # and now for none


async def test_a_resumed_run_can_be_streamed_at_once():
    async with door(graphs.questioning) as (client, _):
        run_id, thread = await started(client)
        await followed(client, run_id)
        (asked,) = (await client.get(f"/threads/{thread}")).json()["interrupts"]
        body = {"decisions": {asked["interrupt_id"]: 7}}
        answer = await client.post(f"/threads/{thread}/resume", json=body, headers=STREAM)
    assert "run.finished" in answer.text
    assert json.loads(answer.text.rstrip().rpartition("data: ")[2])["status"] == "done"


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"decision": 1}', b'{"tags": 5}'])
async def test_a_bad_body(body):
    async with door(graphs.answer) as (client, _):
        answer = await client.post("/threads/t/resume", content=body, headers={"Content-Type": "application/json"})
        problem(answer, 422)


async def test_a_question_is_refused_while_a_decision_waits():
    async with door(graphs.asking) as (client, _):
        run_id, thread = await started(client)
        await followed(client, run_id)
        refused = problem(await client.post("/runs", json={**HI, "thread": thread}), 409)
        (asked,) = (await client.get(f"/threads/{thread}")).json()["interrupts"]
        assert refused["interrupts"] == [asked]
        assert "save_note" in refused["detail"]
        problem(await client.post(f"/threads/{thread}/resume", json={"decisions": APPROVE_TWO}), 422)  # names none
        answer = await client.post(
            f"/threads/{thread}/resume", json={"decisions": {asked["interrupt_id"]: APPROVE_TWO}}
        )
        assert ending(await followed(client, answer.json()["run_id"]))["status"] == "done"


@pytest.mark.parametrize("messages", [None, 3, [None], [{"foo": 1}], [{"role": "wizard", "content": "x"}]])
async def test_an_input_that_cannot_be_stored_harms_no_thread(messages):
    async with door(graphs.answer) as (client, _):
        body = {"input": {"messages": messages}, "thread": "t"}
        problem(await client.post("/runs", json=body), 422)
        assert (await client.get("/threads")).json() == {"threads": []}


async def test_a_damaged_thread_is_listed_as_damaged():
    async with door(graphs.answer) as (client, desk):
        run_id, _ = await started(client, {**HI, "thread": "well"})
        await followed(client, run_id)
        with suppress(Exception):  # as a node may write it: nothing looks at that before it is stored
            await desk.session.source.graph.ainvoke(
                {"messages": [{"foo": 1}]}, {"configurable": {"thread_id": "damaged"}}
            )
        listed = {one["thread_id"]: one["damaged"] for one in (await client.get("/threads")).json()["threads"]}
        assert listed == {"well": False, "damaged": True}
        problem(await client.get("/threads/damaged"), 409)


async def test_an_unparsable_last_event_id_is_refused():
    async with door(graphs.answer) as (client, _):
        run_id, _ = await started(client)
        problem(await client.get(f"/runs/{run_id}/events", headers={"Last-Event-ID": "x"}), 400)
