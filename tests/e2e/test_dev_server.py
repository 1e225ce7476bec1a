"""Someone else's project under a real `langgraph dev`, watched from outside."""

import asyncio
import re
import sys
from pathlib import Path

import httpx
from langgraph.pregel.remote import RemoteGraph
from langgraph_sdk import get_client
from langgraph_sdk.client import LangGraphClient

from mainstem import events as e
from mainstem import watch
from tests.conftest import ROOT
from tests.e2e.conftest import Server
from tests.e2e.remotes import Mounted, ask, remote, steps
from tests.ports import free_port
from tests.watched import PATIENCE, watched


async def test_a_server_that_is_not_there():
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{free_port()}") as plain:  # one that tries once
        seen = await watched(watch(RemoteGraph("agent", client=LangGraphClient(plain)), ask()))
    assert seen.end.status == "failed"
    assert "connect" in seen.end.error.message.lower()


async def test_a_foreign_graph_on_a_server(foreign_server):
    graph, run = await remote(foreign_server, ask("What is the weather?"))
    seen = await watched(run, graph)
    assert seen.result.text == "It rains in both."
    assert seen.held(3)
    assert sorted((tool.tool_call_id, tool.status, tool.summary) for tool in seen.of(e.ToolFinished)) == [
        ("c1", "ok", "Rain in Oslo."),
        ("c2", "ok", "Rain in Rome."),
    ]
    assert all(tool.seconds is not None for tool in seen.of(e.ToolFinished))


async def test_messages_that_a_node_returned_as_pairs_and_dicts(foreign_server):
    graph, first = await remote(foreign_server, ask("Where is my parcel?"), name="parcel")
    config = {"configurable": {"thread_id": first.thread_id}}
    for again in (False, True):
        seen = await watched(watch(graph, ask("And now?"), config=config) if again else first, graph)
        assert seen.shown() == ["It left on Monday.", "By train."]
        assert (seen.result.text, seen.end.status) == ("By train.", "done")
        assert seen.held(3)


async def test_a_foreign_graph_is_stopped_during_a_tool(foreign_server):
    graph, run = await remote(foreign_server, ask("How is Atlantis?"))
    async with asyncio.timeout(PATIENCE):
        async for event in run.events():
            if isinstance(event, e.ToolFinished):
                break
        await run.stop()
    seen = await watched(run, graph)
    assert seen.held(9)
    answers = {m["tool_call_id"]: m["status"] for m in seen.messages if m["type"] == "tool"}
    assert answers == {"c3": "success", "c4": "error"}
    config = {"configurable": {"thread_id": run.thread_id}}
    after = await watched(watch(graph, ask("Something else."), config=config), graph)
    assert (after.end.status, after.result.text) == ("done", "Something else.")


async def test_a_foreign_nested_graph_asks_and_is_resumed(foreign_server):
    graph, run = await remote(foreign_server, ask("?"), name="nested")
    seen = await watched(run, graph)
    assert [event.request for event in seen.of(e.Interrupt)] == ["Which one?"]
    assert [event.data for event in seen.of(e.Data)] == [{"asking": True}]
    again = await watched(run.resume("this"), graph)
    assert again.result.text == "You said this."
    assert steps(again) == ["inner", "ask"]


async def test_every_room_is_loaded_from_the_repository(foreign_server):
    graph, run = await remote(foreign_server, ask("?"), name="probe")
    seen = await watched(run, graph)
    (found,) = [event.data for event in seen.of(e.Data)]
    rooms = ("graph", "nodes", "tools", "mainstem")
    assert {name.split(".")[0]: Path(file).parent for name, file in found.items()} == {
        name: ROOT / name for name in rooms
    }


async def test_the_page_shows_their_graph_and_stops_it(foreign_server):
    mounted, client = Mounted(foreign_server), get_client(url=foreign_server.url)
    started = await mounted.post("/runs", {"question": "How is Atlantis?"})
    seen = []
    async with asyncio.timeout(PATIENCE):
        async for event in mounted.events(started["run_id"]):
            seen.append(event)
            if isinstance(event, e.ToolFinished) and event.status == "ok":
                await mounted.post(f"/runs/{started['run_id']}/stop")
    assert seen[-1].status == "stopped"
    assert [run["status"] in ("pending", "running") for run in await client.runs.list(started["thread_id"])] == [False]
    kept = (await client.threads.get_state(started["thread_id"]))["values"]["messages"]
    assert {m["tool_call_id"]: m["status"] for m in kept if m["type"] == "tool"} == {"c3": "success", "c4": "error"}


async def test_their_graph_in_the_page_from_afar(foreign_server, tmp_path):
    command = [sys.executable, "-m", "mainstem", "watch", foreign_server.url, "--graph", "agent", "--web"]
    process = await asyncio.create_subprocess_exec(
        *command, "--input", "What is the weather?", cwd=tmp_path, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE):
            said = (await process.stderr.readline()).decode()
        address, _, thread = re.search(r"http\S+", said)[0].partition("/#/")
        here = Mounted(Server(address, tmp_path), "")
        (run,) = (await here.get("/runs", params={"thread": thread})).json()["runs"]
        seen = [event async for event in here.events(run["run_id"])]
        assert seen[-1].status == "done"
        there = await get_client(url=foreign_server.url).threads.get_state(thread)
        assert there["values"]["messages"][-1]["content"] == "It rains in both."
        told = (await here.get(f"/threads/{thread}")).json()
        assert told["messages"][-1]["text"] == "It rains in both."
    finally:
        process.terminate()
        await process.wait()
