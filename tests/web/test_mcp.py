"""MCP's own client: over streamable HTTP, over stdio, and in this process."""

import asyncio
import sys

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from mainstem import Session, Settings
from mainstem.web.mcp.server import mcp_server
from mainstem.web.run_manager import RunManager
from tests.fixtures import call
from tests.safe.people import authenticate, signed
from tests.waiting import eventually
from tests.web import graphs
from tests.web.protocols import talks
from tests.web.served import door


async def asked(client, question="What is 6*7?", **more):
    lines = []

    async def heard(progress, total, message):
        lines.append((progress, message))

    return await client.call_tool("ask", {"question": question, **more}, progress_callback=heard), lines


@pytest.fixture
async def served():
    """A client of a server in this process, over the graph or the settings that the test names."""
    managers = []

    async def client(settings=None, graph=None):
        settings = settings or await asyncio.to_thread(Settings)
        manager = RunManager(Session(settings, graph=graph))
        await manager.__aenter__()
        managers.append(manager)
        return Client(mcp_server(manager)), manager

    yield client
    for manager in managers:
        await manager.__aexit__(None, None, None)


async def test_a_question_is_answered_with_progress_over_http(scripted):
    async with door(settings=scripted(*talks.WORKS)) as (http, _), Client(f"{http.base_url}/mcp") as client:
        answer, lines = await asked(client)
        names = [tool.name for tool in (await client.list_tools()).tools]
    assert names == ["ask", "search_documents"]
    assert answer.content[0].text == answer.structured_content["answer"] == talks.ANSWER
    assert answer.structured_content["status"] == "done"
    assert [number for number, _ in lines] == sorted({number for number, _ in lines})
    assert {"call_model", "calculate"} <= {line for _, line in lines}


@pytest.mark.real
@pytest.mark.worker
async def test_a_client_starts_the_server_and_asks_it_over_stdio(extractive):
    told = {"MAINSTEM_HOME": str(extractive.home), "MAINSTEM_MODEL": "extractive"}
    command = ["-m", "mainstem", "mcp", "--docs", str(extractive.docs[0])]
    async with Client(StdioServerParameters(command=sys.executable, args=command, env=told)) as client:
        answer, _ = await asked(client, "When does the ferry sail?")
        found = await client.call_tool("search_documents", {"query": "ticket"})
        resources = (await client.list_resources()).resources
    assert "seven in the morning" in answer.content[0].text
    assert answer.structured_content["citations"][0]["document"] == "ferry.md"
    assert "twelve crowns" in found.content[0].text
    assert "ferry.md" in [each.name for each in resources]


@pytest.mark.worker
async def test_documents_are_searched_listed_and_read(served, extractive):
    serving, _ = await served(extractive)
    async with serving as client:
        await asked(client, "When does the ferry sail?")  # a run indexes what the settings name
        found = await client.call_tool("search_documents", {"query": "ferry", "limit": 1})
        (ferry,) = [each for each in (await client.list_resources()).resources if each.name == "ferry.md"]
        (text,) = (await client.read_resource(ferry.uri)).contents
        with pytest.raises(MCPError, match=r"no document 'nothing\.md' here"):
            await client.read_resource("mainstem://documents/nothing.md")
        with pytest.raises(MCPError, match="no resource"):
            await client.read_resource("file:///etc/passwd")
    assert found.structured_content["passages"][0]["document"] == "ferry.md"
    assert text.text.startswith("# The ferry")


@pytest.mark.worker
async def test_documents_are_masked_as_for_a_model(served, extractive):
    key = "sk-live-0123456789abcdef0123"
    (extractive.docs[0] / "keys.md").write_text(f"# Keys\n\nThe ferry's gate opens with {key}.\n")
    serving, _ = await served(extractive)
    async with serving as client:
        await asked(client, "What opens the gate?")
        found = await client.call_tool("search_documents", {"query": "gate opens"})
        (keys,) = [each for each in (await client.list_resources()).resources if each.name == "keys.md"]
        (text,) = (await client.read_resource(keys.uri)).contents
    for told in (found.content[0].text, str(found.structured_content), text.text):
        assert "opens with [API_KEY_1]." in told
        assert key not in told


async def test_a_thread_is_gone_on_with(served, scripted):
    serving, manager = await served(scripted([{"words": "First."}], [{"words": "Second."}]))
    async with serving as client:
        first, _ = await asked(client, "One?")
        thread = first.structured_content["thread_id"]
        await asked(client, "Two?", thread=thread)
    messages = (await manager.session.state(thread)).values["messages"]
    assert [message.text for message in messages] == ["One?", "First.", "Two?", "Second."]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "question"),
        ({"question": ""}, "question"),
        ({"question": "x" * 30_000}, "too long"),
        ({"question": "Hm?", "thread": "a/b"}, "thread"),
        ({"question": "Hm?", "more": 1}, "more"),
    ],
)
async def test_what_cannot_be_asked_is_told_for_a_model_to_read(served, given, said):
    serving, _ = await served(graph=graphs.answer)
    async with serving as client:
        answer = await client.call_tool("ask", given)
    assert answer.is_error
    assert said in answer.content[0].text


async def test_a_graph_without_documents_offers_none(served):
    serving, _ = await served(graph=graphs.answer)
    async with serving as client:
        (tool,) = (await client.list_tools()).tools
        assert (tool.name, tool.description) == ("ask", "Ask the agent LangGraph a question.")
        assert (await client.list_resources()).resources == []
        assert (await client.call_tool("search_documents", {"query": "x"})).is_error
        assert (await client.call_tool("delete_everything", {})).is_error
        answer, _ = await asked(client, "hi")
    assert answer.content[0].text == "You said: hi"


async def test_a_failure_and_a_decision_are_told(served, scripted):
    serving, _ = await served(graph=graphs.failing)
    async with serving as client:
        failed, _ = await asked(client)
    serving, _ = await served(scripted(*talks.ASKS))
    async with serving as client:
        waits, _ = await asked(client)
    assert failed.is_error
    assert "the disk is" in failed.content[0].text
    assert not waits.is_error
    assert f"mainstem resume {waits.structured_content['thread_id']}" in waits.content[0].text


async def test_a_call_that_is_cancelled_stops_the_run(served, scripted):
    serving, manager = await served(scripted(*talks.SLOW))
    async with serving as client:
        asking = asyncio.create_task(asked(client))
        await eventually(lambda: manager.runs.running)
        (run,) = manager.runs.running
        asking.cancel()
        assert (await run.result()).status == "stopped"


@pytest.mark.worker
async def test_users_are_told_apart(scripted):
    search = [call("search_documents", {"query": "x"}, "c")]
    async with door(settings=scripted(search, [{"words": "Said."}]), auth=authenticate) as (http, manager):
        assert (await http.post("/mcp", json={})).status_code == 401
        upload = {"files": ("secret.md", b"# Secret\n\nThe secret is heliotrope.")}
        await http.post("/documents", files=upload, headers=signed("owner"))
        async with signed_client(http, "owner") as client:
            answer, _ = await asked(client)
            mine = [each.name for each in (await client.list_resources()).resources]
            found = await client.call_tool("search_documents", {"query": "heliotrope"})
        thread = answer.structured_content["thread_id"]
        async with signed_client(http, "asker") as client:
            theirs = [each.name for each in (await client.list_resources()).resources]
            unfound = await client.call_tool("search_documents", {"query": "heliotrope"})
            refused, _ = await asked(client, thread=thread)
        async with signed_client(http, "reader") as client:
            unasked, _ = await asked(client)
        assert [run.tags for run in await manager.session.journal.runs(9)] == [{"user": "owner"}]
    assert ("secret.md" in mine, "secret.md" in theirs) == (True, False)
    assert ("heliotrope" in found.content[0].text, "heliotrope" in unfound.content[0].text) == (True, False)
    assert refused.is_error
    assert "There is no thread" in refused.content[0].text
    assert unasked.is_error
    assert "role ask" in unasked.content[0].text


def signed_client(http, person):
    theirs = httpx2.AsyncClient(headers=signed(person))
    return Client(streamable_http_client(f"{http.base_url}/mcp", http_client=theirs))
