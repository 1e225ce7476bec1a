"""Threads over HTTP: what was said, what waits, and going on."""

import json
import sqlite3
from contextlib import suppress
from typing import Any, TypedDict

import pytest
from langgraph.graph import START, StateGraph

from mainstem import Session, Settings
from mainstem.stores.journal.sqlite import SqliteJournal
from tests.fixtures import call
from tests.web import graphs

from ..waiting import eventually
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
    assert [message["role"] for message in state["messages"]] == ["user", "assistant"]
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


async def running(client):
    """The one thread that is listed as running, or None."""
    threads = (await client.get("/threads")).json()["threads"]
    return next((thread for thread in threads if thread["running"]), None)


async def test_a_thread_that_runs_says_so():
    async with door(graphs.talking) as (client, manager):
        run_id, thread = await started(client)
        listed = await eventually(lambda: running(client))
        state = (await client.get(f"/threads/{thread}")).json()
        assert (state["status"], state["running"], listed["running"]) == ("running", run_id, run_id)
        await manager.stop_all()


async def test_a_thread_that_runs_in_another_process_says_so(tmp_path):
    settings = Settings(home=tmp_path / "home")
    async with Session(settings, graph=graphs.slow) as other:  # its journal has a thread and an owner of its own
        run = other.start(HI["input"], thread="t")
        async with door(graphs.answer, settings) as (client, _):
            listed = await eventually(lambda: running(client))
            state = (await client.get("/threads/t")).json()
            assert (listed["running"], state["status"], state["running"]) == (run.run_id, "running", run.run_id)
            await run.stop()
            await other.journal.flush()
            assert (await client.get("/threads")).json()["threads"][0]["running"] is None
            assert (await client.get("/threads/t")).json()["status"] == "idle"


async def test_of_a_dead_processs_run_nothing_says_that_it_goes_on(tmp_path):
    settings = Settings(home=tmp_path / "home")
    journal = SqliteJournal(settings.home / "journal.sqlite")
    journal.open("r", "t", "g", {}, "2026-01-01T00:00:00+00:00")
    await journal.flush()
    async with door(graphs.answer, settings) as (client, _):
        assert (await client.get("/runs/r")).json()["status"] is None
        with sqlite3.connect(journal.path) as connection:
            connection.execute("UPDATE runs SET owner = 'nobody'")  # as if its process were killed
        assert (await client.get("/runs/r")).json()["status"] == "failed"
        assert (await client.post("/runs/r/stop")).status_code == 202
    await journal.close()


class Odd(TypedDict, total=False):
    messages: Any
    turns: Any
    title: Any


async def test_a_graph_may_call_something_else_messages_turns_and_title():
    odd = StateGraph(Odd).add_node("step", lambda state: {}).add_edge(START, "step").compile()
    values = {"messages": 5, "turns": "abc", "title": {"a": 1}}
    async with door(odd) as (client, _):
        run_id, _ = await started(client, {"input": values, "thread": "t"})
        await followed(client, run_id)
        (listed,) = (await client.get("/threads")).json()["threads"]
        assert (listed["turns"], listed["title"]) == (0, "{'a': 1}")
        assert (await client.get("/threads/t")).json()["messages"] == []


HALF = b"\\uD83D"


@pytest.mark.parametrize(
    "body",
    [
        b'{"question": "?", "tags": {"a": "' + HALF + b'"}}',
        b'{"input": {"messages": [{"role": "user", "content": "?", "name": "' + HALF + b'"}]}}',
        b'{"input": {"' + HALF + b'": 1}}',
    ],
)
async def test_half_a_character_is_refused_before_it_is_stored(body):
    async with door(graphs.answer) as (client, _):
        headers = {"Content-Type": "application/json"}
        problem(await client.post("/runs", content=body, headers=headers), 422)
        whole = body.replace(HALF, HALF + b"\\uDE00")
        assert (await client.post("/runs", content=whole, headers=headers)).status_code == 201
        assert (await client.get("/runs")).status_code == 200


async def test_half_a_character_in_a_tag_from_python_is_replaced(tmp_path):
    settings = Settings(home=tmp_path / "home")
    async with Session(settings, graph=graphs.answer) as session:
        await session.start(HI["input"], thread="t", tags={"a": "\ud83d"}).result()
    async with door(graphs.answer, settings) as (client, _):
        (run,) = (await client.get("/runs")).json()["runs"]
        assert run["tags"] == {"a": "\ufffd"}


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
    async with door(graphs.answer) as (client, manager):
        run_id, _ = await started(client, {**HI, "thread": "well"})
        await followed(client, run_id)
        with suppress(Exception):  # as a node may write it: nothing looks at that before it is stored
            await manager.session.source.graph.ainvoke(
                {"messages": [{"foo": 1}]}, {"configurable": {"thread_id": "damaged"}}
            )
        listed = {one["thread_id"]: one["damaged"] for one in (await client.get("/threads")).json()["threads"]}
        assert listed == {"well": False, "damaged": True}
        problem(await client.get("/threads/damaged"), 409)


async def test_an_unparsable_last_event_id_is_refused():
    async with door(graphs.answer) as (client, _):
        run_id, _ = await started(client)
        problem(await client.get(f"/runs/{run_id}/events", headers={"Last-Event-ID": "x"}), 400)


async def test_a_thread_branches_before_a_message(extractive):
    async with door(settings=extractive) as (client, _):
        for question in ("When does the ferry sail?", "What does a ticket cost?"):
            run_id, _ = await started(client, {"question": question, "thread": "t"})
            await followed(client, run_id)
        asked = (await client.get("/threads/t")).json()["messages"][2]
        fork = (await client.post("/threads/t/fork", json={"message_id": asked["message_id"]})).json()
        again = {"question": "Who sails free?", "thread": "t", "checkpoint_id": fork["checkpoint_id"]}
        run_id, _ = await started(client, again)
        await followed(client, run_id)
        state = (await client.get("/threads/t")).json()
        ((left, taken),) = (await client.get("/threads/t/branches")).json()["places"]
        earlier = (await client.get("/threads/t", params={"checkpoint_id": left["checkpoint_id"]})).json()
        gone = await client.get("/threads/t", params={"checkpoint_id": "x"})
        unknown = await client.get("/threads/u/branches")
        missing = await client.post("/threads/t/fork", json={"message_id": "nothing"})
        homeless = await client.post("/runs", json={"question": "When?", "checkpoint_id": "x"})
        nowhere = await client.post("/runs", json={"question": "When?", "thread": "t", "checkpoint_id": "x"})
    questions = [message for message in state["messages"] if message["role"] == "user"]
    assert [message["text"] for message in questions] == ["When does the ferry sail?", "Who sails free?"]
    assert state["runs"][0]["question_id"] == questions[1]["message_id"]
    assert fork["thread_id"] == "t"
    assert (left["message_id"], left["latest"]) == (asked["message_id"], False)
    assert (taken["question"], taken["latest"]) == ("Who sails free?", True)
    assert [each["text"] for each in earlier["messages"]][2] == "What does a ticket cost?"
    assert "no checkpoint 'x'" in problem(gone, 409)["detail"]
    problem(unknown, 404)
    assert problem(missing, 409)["detail"] == "The thread has no message 'nothing'."
    assert "needs the thread" in problem(homeless, 409)["detail"]
    assert "no checkpoint 'x'" in problem(nowhere, 409)["detail"]


async def test_a_thread_is_renamed_exported_found_and_deleted(extractive):
    async with door(settings=extractive) as (client, _):
        run_id, _ = await started(client, {"question": "When does the ferry sail?", "thread": "t"})
        await followed(client, run_id)
        renamed = (await client.patch("/threads/t", json={"title": "The ferry"})).json()
        assert (renamed["title"], (await client.get("/threads/t")).json()["title"]) == ("The ferry", "The ferry")
        for search, found in (("morning", ["t"]), ("harbour master", [])):
            listed = (await client.get("/threads", params={"search": search})).json()["threads"]
            assert [thread["thread_id"] for thread in listed] == found
        assert (await client.get("/threads", params={"after": "t"})).json()["threads"] == []
        secret = await client.patch("/threads/t", json={"title": "Keys: sk-live-0123456789abcdef0123"})
        assert secret.json()["title"] == "Keys: [API_KEY_1]"
        markdown = await client.get("/threads/t/export")
        assert markdown.headers["content-type"] == "text/markdown; charset=utf-8"
        named = markdown.headers["content-disposition"]
        assert named == "attachment; filename=\"thread.md\"; filename*=UTF-8''Keys%20%5BAPI_KEY_1%5D.md"
        assert "**Sources**" in markdown.text
        told = await client.get("/threads/t/export", params={"format": "json"})
        assert told.json()["messages"][-1]["citations"][0]["document"] == "ferry.md"
        assert (await client.delete("/threads/t")).status_code == 204
        for again in (client.get("/threads/t"), client.delete("/threads/t"), client.get("/threads/t/export")):
            problem(await again, 404)
        problem(await client.get(f"/runs/{run_id}"), 404)
        assert (await client.get("/threads")).json() == {"threads": []}


async def test_what_waits_on_an_earlier_branch_is_told_and_decided_there():
    async with door(graphs.asking) as (client, _):
        run_id, _ = await started(client, {"question": "One?", "thread": "t"})
        await followed(client, run_id)
        asked = (await client.get("/threads/t")).json()["messages"][0]["message_id"]
        fork = (await client.post("/threads/t/fork", json={"message_id": asked})).json()["checkpoint_id"]
        run_id, _ = await started(client, {"question": "Another?", "thread": "t", "checkpoint_id": fork})
        await followed(client, run_id)
        ((earlier, later),) = (await client.get("/threads/t/branches")).json()["places"]
        place = {"checkpoint_id": earlier["checkpoint_id"]}
        waiting = (await client.get("/threads/t", params=place)).json()
        (interrupt,) = waiting["interrupts"]
        decisions = {interrupt["interrupt_id"]: APPROVE_TWO}
        elsewhere = await client.post("/threads/t/resume", json={"decisions": decisions})
        resumed = await client.post("/threads/t/resume", json={"decisions": decisions, **place})
        await followed(client, resumed.json()["run_id"])
        state = (await client.get("/threads/t")).json()
        passed = (await client.get("/threads/t", params=place)).json()
        again = await client.post("/threads/t/resume", json={"decisions": decisions, **place})
        left = (await client.get("/threads/t", params={"checkpoint_id": later["checkpoint_id"]})).json()
    assert waiting["status"] == "interrupted"
    assert "it waits for" in problem(elsewhere, 422)["hint"]
    assert [each["text"] for each in state["messages"] if each["role"] == "user"] == ["One?"]
    assert state["interrupts"] == []
    assert state["runs"][0]["question_id"] == asked
    assert passed["interrupts"] == []
    assert "No branch" in problem(again, 409)["detail"]
    assert len(left["interrupts"]) == 1
