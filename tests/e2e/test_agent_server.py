"""Our agent behind an Agent Server, streamed by LangGraph's own client, and watched from outside.

The server is a `langgraph dev` of its own, or that of MAINSTEM_E2E_URL, whose MAINSTEM_HOME is MAINSTEM_E2E_HOME.
"""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest
from langgraph_sdk import get_client

from mainstem import Session, Settings, watch
from mainstem import events as e
from tests.conftest import ROOT
from tests.e2e.remotes import QUESTION, Mounted, ask, remote, steps
from tests.watched import PATIENCE, watched

from ..waiting import eventually

NOTE = {"tool_call": {"name": "save_note", "args": {"title": "Fish", "text": "Salmon."}, "id": "c1"}}
SLOW = {"words": "One two three four five six seven eight nine ten.", "delay": 0.3}


def script(tmp_path, *turns):
    file = tmp_path / f"{uuid4().hex}.json"
    file.write_text(json.dumps(turns))
    return {"model": f"scripted:{file}"}


def go_on(context, *turns):
    """Let the script say this next: of several instances, the one that goes on may not have played the beginning."""
    Path(context["model"].removeprefix("scripted:")).write_text(json.dumps(turns))


@pytest.fixture
def client(our_server):
    return get_client(url=our_server.url)


# LangGraph's own client


async def test_the_client_streams_the_three_modes(client):
    thread = await client.threads.create()
    modes = ["messages-tuple", "updates", "custom"]
    async with asyncio.timeout(PATIENCE):
        parts = [
            part
            async for part in client.runs.stream(
                thread["thread_id"], "agent", input=ask(), stream_mode=modes, stream_subgraphs=True
            )
        ]
    values = (await client.threads.get_state(thread["thread_id"]))["values"]
    said = [
        part.data[0]["content"]
        for part in parts
        if part.event.startswith("messages") and part.data[0]["type"] == "AIMessageChunk"
        if part.data[1]["langgraph_node"] == "call_model"
    ]
    assert "".join(said) == "".join(m["content"] for m in values["messages"] if m["type"] == "ai")
    assert len(said) > 10
    wrote = [node for part in parts if part.event.startswith("updates") for node in part.data]
    assert wrote[0] == "screen"
    assert wrote[-1] == "verify"
    custom = [part.data["mainstem"] for part in parts if part.event.startswith("custom")]
    types = {part["type"] for part in custom}
    assert {"node.started", "progress", "node.finished", "citation"} <= types
    assert all(part["node"] and part["task_id"] for part in custom)
    assert {part["node"] for part in custom if part["type"] == "progress"} == {"retrieve"}
    assert values["citations"]


async def test_the_client_approves_a_note(client, our_server, tmp_path):
    thread = (await client.threads.create())["thread_id"]
    context = script(tmp_path, [NOTE])
    async with asyncio.timeout(PATIENCE):
        await client.runs.wait(thread, "agent", input=ask("Note it."), context=context)
        state = await client.threads.get_state(thread)
        (asked,) = state["interrupts"]
        assert asked["value"]["action_requests"][0]["args"] == {"title": "Fish", "text": "Salmon."}
        decision = {asked["id"]: {"decisions": [{"type": "approve"}]}}
        go_on(context, "It is noted.")
        values = await client.runs.wait(thread, "agent", command={"resume": decision}, context=context)
    assert values["messages"][-1]["content"] == "It is noted."
    assert "Salmon." in (our_server.home / "notes" / "fish.md").read_text()


async def test_a_dropped_stream_is_joined_again(client, tmp_path):
    thread = (await client.threads.create())["thread_id"]
    context = script(tmp_path, [{**SLOW, "delay": 0.05}])
    modes = ["messages-tuple", "updates", "custom"]
    async with asyncio.timeout(PATIENCE):
        run = await client.runs.create(
            thread, "agent", input=ask("Slowly."), context=context, stream_mode=modes, stream_resumable=True
        )
        first = []
        async for part in client.runs.join_stream(thread, run["run_id"]):
            first.append(part)
            if part.event == "messages":
                break
        rest = [part async for part in client.runs.join_stream(thread, run["run_id"], last_event_id=first[-1].id)]
        whole = [part async for part in client.runs.join_stream(thread, run["run_id"], last_event_id="0")]
    assert rest
    assert [*first, *rest] == whole
    state = await client.threads.get_state(thread)
    words = [p.data[0]["content"] for p in whole if p.event == "messages" and p.data[0]["type"] == "AIMessageChunk"]
    assert "".join(words) == state["values"]["messages"][-1]["content"] == SLOW["words"]


async def test_a_thread_has_its_history(client, tmp_path):
    thread = (await client.threads.create())["thread_id"]
    context = script(tmp_path, "First.")
    await client.runs.wait(thread, "agent", input=ask("One?"), context=context)
    await client.runs.wait(thread, "agent", input=ask("Two?"), context=script(tmp_path, "Second."))
    history = await client.threads.get_history(thread, limit=50)
    assert [m["content"] for m in history[0]["values"]["messages"]] == ["One?", "First.", "Two?", "Second."]
    sizes = [len(state["values"].get("messages") or ()) for state in history]
    assert sizes == sorted(sizes, reverse=True)
    assert history[0]["values"]["turns"] == 2


# watched from outside


async def test_a_remote_watch_is_lawful_and_equals_the_local_run(our_server, tmp_path, monkeypatch):
    graph, run = await remote(our_server, ask())
    there = await watched(run, graph, answer_nodes=["call_model"])
    monkeypatch.chdir(ROOT)
    async with Session(Settings(home=tmp_path / "home")) as session:
        here = await watched(session.ask(QUESTION), session.source.graph, answer_nodes=["call_model"])
    assert there.end.status == here.end.status == "done"
    assert there.result.text == here.result.text
    assert there.result.text.strip()
    assert cited(there) == cited(here) != []
    assert there.held(3)
    assert there.held(5)
    assert steps(there) == steps(here)
    assert tools(there) == tools(here)
    assert there.result.usage == here.result.usage


def cited(seen):
    return [(c.marker, c.document, c.quote, c.verdict) for c in seen.result.citations]


def tools(seen):
    return [(tool.name, tool.status, tool.summary) for tool in seen.of(e.ToolFinished)]


async def test_a_remote_run_asks_and_is_resumed(our_server, tmp_path):
    other = {**NOTE["tool_call"], "args": {"title": "Bird", "text": "Heron."}}
    context = script(tmp_path, [{"tool_call": other}])
    graph, run = await remote(our_server, ask("Note it."), context=context)
    seen = await watched(run, graph)
    assert seen.end.status == "interrupted"
    (asked,) = seen.result.interrupts
    assert asked.request["action_requests"][0]["name"] == "save_note"
    go_on(context, "Noted.")
    again = await watched(run.resume({asked.interrupt_id: {"decisions": [{"type": "approve"}]}}), graph)
    assert again.end.status == "done"
    assert again.result.text == "Noted."
    assert [(tool.name, tool.status) for tool in again.of(e.ToolFinished)] == [("save_note", "ok")]
    assert "Heron." in (our_server.home / "notes" / "bird.md").read_text()


async def test_a_remote_run_is_stopped_on_the_server(our_server, client, tmp_path):
    graph, run = await remote(our_server, ask("Slowly."), context=script(tmp_path, [SLOW]))
    async with asyncio.timeout(PATIENCE):
        async for event in run.events():
            if isinstance(event, e.MessageDelta):
                break
        result = await run.stop()
    assert result.status == "stopped"
    assert result.text
    (there,) = await client.runs.list(run.thread_id)
    assert there["status"] not in ("pending", "running")
    seen = await watched(run, graph)
    assert not seen.of(e.Notice)
    kept = seen.messages[-1]
    assert (kept["content"], kept["response_metadata"]["complete"]) == (result.text, False)
    assert seen.held(3)
    assert len(result.text.split()) < 10, "the run was over before it was stopped: this test shows nothing"
    config = {"configurable": {"thread_id": run.thread_id}}
    after = await watched(watch(graph, ask("Go on."), config=config, context=script(tmp_path, "Here I am.")), graph)
    assert (after.end.status, after.result.text) == ("done", "Here I am.")
    assert [m["type"] for m in after.messages] == ["human", "ai", "human", "ai"]


@pytest.mark.parametrize("kind", [e.RunStarted, e.NodeStarted])
async def test_a_remote_run_is_stopped_before_its_first_word(our_server, client, tmp_path, kind):
    graph, run = await remote(our_server, ask("Wait."), context=script(tmp_path, [{"sleep": 60.0}]))
    async with asyncio.timeout(PATIENCE):
        async for event in run.events():
            if isinstance(event, kind):
                break
        assert (await run.stop()).status == "stopped"

        async def over():
            return all(r["status"] not in ("pending", "running") for r in await client.runs.list(run.thread_id))

        await eventually(over)
    config = {"configurable": {"thread_id": run.thread_id}}
    after = await watched(watch(graph, ask("Go on."), config=config, context=script(tmp_path, "Here I am.")), graph)
    assert (after.end.status, after.result.text) == ("done", "Here I am.")


async def test_a_remote_run_that_fails_says_why(our_server, tmp_path):
    graph, run = await remote(our_server, ask("?"), context={"model": "no such model"})
    seen = await watched(run, graph)
    assert seen.end.status == "failed"
    assert seen.end.error.type == "UnknownModelError"
    assert "log" in seen.end.error.hint


async def test_a_graph_that_the_server_does_not_have(our_server):
    _, run = await remote(our_server, ask(), name="nobody")
    seen = await watched(run)
    assert seen.end.status == "failed"
    assert "nobody" in seen.end.error.message


# the page and its routes, mounted by langgraph.json


async def test_a_run_through_the_mounted_routes_is_the_servers_own(our_server, client):
    mounted = Mounted(our_server)
    started = await mounted.post("/runs", {"question": QUESTION})
    seen = [event async for event in mounted.events(started["run_id"])]
    assert (seen[-1].status, seen[0].thread_id) == ("done", started["thread_id"])
    (there,) = await client.runs.list(started["thread_id"])
    assert there["status"] == "success"
    kept = (await client.threads.get_state(started["thread_id"]))["values"]["messages"]
    said = "".join(event.text for event in seen if isinstance(event, e.MessageDelta))
    assert said == kept[-1]["content"] != ""
    assert any(isinstance(event, e.Citation) for event in seen)
    again = [event async for event in mounted.events(started["run_id"])]
    assert again == seen
    told = (await mounted.get(f"/threads/{started['thread_id']}")).json()
    assert [message["text"] for message in told["messages"]][-1] == said
    listed = (await mounted.get("/threads")).json()["threads"]
    assert (listed[0]["thread_id"], listed[0]["title"]) == (started["thread_id"], QUESTION)


async def test_stop_through_the_mounted_routes_cancels_the_servers_run(our_server, client, tmp_path):
    mounted = Mounted(our_server)
    context = script(tmp_path, [{"words": "On and on. " * 40, "delay": 0.5}])
    started = await mounted.post("/runs", {"question": QUESTION, "context": context})
    async for event in mounted.events(started["run_id"]):
        if isinstance(event, e.MessageDelta):
            break
    await mounted.post(f"/runs/{started['run_id']}/stop")
    seen = [event async for event in mounted.events(started["run_id"])]
    assert seen[-1].status == "stopped"
    assert (await mounted.get("/health")).json()["runs"] == 0
    assert not await client.runs.list(started["thread_id"], status="running")


async def test_a_thread_of_another_client_is_resumed_through_the_mounted_routes(our_server, client, tmp_path):
    thread = (await client.threads.create())["thread_id"]
    other = {**NOTE["tool_call"], "args": {"title": "Crab", "text": "Hermit."}}
    await client.runs.wait(thread, "agent", input=ask("Note it."), context=script(tmp_path, [{"tool_call": other}]))
    mounted = Mounted(our_server)
    (asked,) = (await mounted.get(f"/threads/{thread}")).json()["interrupts"]
    decisions = {asked["interrupt_id"]: {"decisions": [{"type": "approve"}]}}
    started = await mounted.post(f"/threads/{thread}/resume", {"decisions": decisions})
    seen = [event async for event in mounted.events(started["run_id"])]
    assert seen[-1].status == "done"
    assert [(event.name, event.status) for event in seen if isinstance(event, e.ToolFinished)] == [("save_note", "ok")]
    assert "Hermit." in (our_server.home / "notes" / "crab.md").read_text()


async def test_the_page_is_mounted(our_server):
    mounted = Mounted(our_server)
    page = await mounted.get("/")
    assert (page.status_code, page.headers["content-type"].split(";")[0]) == (200, "text/html")
    assert (await mounted.get("", follow_redirects=True)).url == f"{mounted.url}/"
    about = (await mounted.get("/info")).json()
    assert (about["name"], about["documents"], about["threads"]) == ("agent", True, True)
