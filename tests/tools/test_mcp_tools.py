"""Tools of MCP servers: somebody else's server, by MCP's own SDK, over HTTP and over stdio."""

import asyncio
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import ValidationError

from mainstem import Session, Settings
from mainstem.cli.failures import UsageError
from mainstem.cli.options import settings_of
from mainstem.sessions.approvals import approve, response
from mainstem.stream import events as e
from mainstem.tool_servers import pool
from tests.fixtures import call
from tests.web.served import serving

from .mcp_server import files

READ = call("files__read", {"name": "fish"}, "c1")
WRITE = call("files__write", {"name": "fish", "text": "Trout."}, "c2")
STDIO = {"command": sys.executable, "args": [str(Path(__file__).with_name("mcp_server.py"))]}


@asynccontextmanager
async def asking(scripted, notes, *turns, **more):
    """A session that may use the notes of a server over HTTP."""
    async with serving(files(notes).streamable_http_app(host="127.0.0.1")) as client:
        servers = {"files": {"url": f"{client.base_url}/mcp"}}
        async with Session(scripted(*turns, mcp=servers, **more)) as session:
            yield session


async def told(session, question="Hm?", **more):
    run = session.ask(question, **more)
    return [event async for event in run], await run.result()


def only(kind, events):
    return [event for event in events if isinstance(event, kind)]


async def test_a_read_only_tool_is_called_with_its_progress(scripted):
    async with asking(scripted, {"fish": "Salmon."}, [READ], [{"words": "It is salmon."}]) as session:
        events, result = await told(session)
    (finished,) = only(e.ToolFinished, events)
    assert (finished.name, finished.status, finished.summary) == ("files__read", "ok", "Salmon.")
    assert [each.label for each in only(e.Progress, events) if each.tool_call_id == "c1"] == ["reading fish"]
    assert result.text == "It is salmon."


async def test_a_tool_that_is_not_marked_as_read_only_asks_first(scripted):
    notes = {"fish": "Salmon."}
    async with asking(scripted, notes, [WRITE], [{"words": "Done."}]) as session:
        _, asked = await told(session, thread="t")
        assert notes == {"fish": "Salmon."}
        (interrupt,) = asked.interrupts
        assert interrupt.request["action_requests"][0]["description"] == "Write a note. All of it."
        done = await session.resume("t", response([approve()])).result()
    assert (asked.status, done.text, notes) == ("interrupted", "Done.", {"fish": "Trout."})


@pytest.mark.parametrize(("name", "said", "asks"), [("files__write", "never", False), ("files__read", "always", True)])
async def test_the_settings_overrule_what_a_server_says(scripted, name, said, asks):
    step = WRITE if name == "files__write" else READ
    turns = [step], [{"words": "Done."}]
    async with asking(scripted, {"fish": "Salmon."}, *turns, approvals={name: said}) as session:
        _, result = await told(session)
    assert (result.status == "interrupted") is asks


async def test_what_a_server_refuses_is_told_to_the_model(scripted):
    missing = call("files__read", {"name": "bird"}, "c1")
    async with asking(scripted, {}, [missing], [{"words": "There is none."}]) as session:
        events, _ = await told(session)
    (finished,) = only(e.ToolFinished, events)
    assert finished.status == "error"
    assert "there is no note bird" in finished.summary


@pytest.mark.real
async def test_a_server_is_started_over_stdio_and_again_when_it_has_gone(scripted):
    leave = call("files__leave", {}, "c1")
    servers = {"mcpServers": {"files": {**STDIO, "env": {"NOTES_KEY": "k"}, "type": "stdio"}}}
    key = call("files__read", {"name": "key"}, "c3")
    async with Session(scripted([leave], [READ, key], [{"words": "Salmon."}], mcp=servers)) as session:
        events, result = await told(session)
        (connection,) = pool.connections(session.settings.mcp)
    gone, fish, secret = sorted(only(e.ToolFinished, events), key=lambda each: each.tool_call_id != "c1")
    assert gone.status == "error"
    assert {fish.summary, secret.summary} == {"Salmon.", "k"}
    assert result.status == "done"
    assert connection not in pool.connections(session.settings.mcp)  # it is left with the session


@pytest.mark.parametrize(
    "server", [{"command": "no-such-program"}, {"url": "http://127.0.0.1:9/mcp"}, {"command": "false"}], ids=str
)
async def test_a_server_that_cannot_be_used_is_named_and_the_run_goes_on(scripted, server):
    async with Session(scripted([{"words": "Without."}], mcp={"files": server})) as session:
        events, result = await told(session)
    (notice,) = [each for each in only(e.Notice, events) if each.rule == "mcp"]
    assert "The MCP server 'files' cannot be used" in notice.text
    assert (result.status, result.text) == ("done", "Without.")


async def test_a_server_that_is_set_aside_is_not_asked(scripted):
    async with Session(scripted([{"words": "Without."}], mcp={"files": {**STDIO, "disabled": True}})) as session:
        events, _ = await told(session)
    assert not [each for each in only(e.Notice, events) if each.rule == "mcp"]


@pytest.mark.parametrize("servers", [{"a": {}}, {"a": {"command": "x", "url": "http://x"}}, {"a": 7}, []], ids=str)
async def test_what_is_no_server_is_refused(servers):
    with pytest.raises(ValidationError, match="mcp"):
        await asyncio.to_thread(lambda: Settings(mcp=servers))


def test_what_was_written_of_servers_is_not_shown(monkeypatch):
    monkeypatch.setenv("MAINSTEM_MCP", '{"a": {"url": "http://x", "command": "y", "env": {"KEY": "heliotrope"}}}')
    with pytest.raises(UsageError) as caught:
        settings_of()
    (line,) = caught.value.args
    assert line.startswith("MAINSTEM_MCP cannot be used: write it as a JSON object of servers")
    assert "heliotrope" not in line
