"""A server that is told to go while others stay: its runs end in the time they have, or go on at another one."""

import asyncio
import json
import socket
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import psycopg
import pytest
import uvicorn
from pydantic import SecretStr

from mainstem import Session, Settings, laws
from mainstem import events as e
from mainstem.sessions.admission.recorded_request import RecordedRequest
from mainstem.stores.postgres.database import Pool
from mainstem.stores.postgres.journal import PostgresJournal
from mainstem.stream.transcript import Transcript
from mainstem.web import server as servers
from mainstem.web.run_manager import RunManager

from ..postgres import cut_off
from ..waiting import eventually
from . import graph as gated
from .following import WHOLE, begun, lines, open_gate, question, reached, shown

pytestmark = pytest.mark.real

LONG = 3600.0
"""Seconds of a lease, or of draining, that no test waits for."""


class Serving:
    """A server in this process, and a client that keeps its connections."""

    def __init__(self, server: servers.Server, client: httpx.AsyncClient, task: "asyncio.Task[None]") -> None:
        self._server = server
        self.client = client
        self.task = task

    def told_to_go(self) -> None:
        """As SIGTERM tells it."""
        self._server.should_exit = True


@pytest.fixture
async def opened(database_url, tmp_path, monkeypatch):
    """Opens servers over one database."""
    monkeypatch.setattr(gated, "GATES", tmp_path / "gates")
    await asyncio.to_thread((tmp_path / "gates").mkdir)
    async with AsyncExitStack() as stack:
        yield lambda drain, graph=gated.graph: stack.enter_async_context(_opened(database_url, tmp_path, drain, graph))


@asynccontextmanager
async def _opened(url, folder, drain, graph):
    made = {"home": folder / "home", "database_url": SecretStr(url), "lease_seconds": LONG, "drain_seconds": drain}
    manager = RunManager(Session(await asyncio.to_thread(lambda: Settings(**made)), graph=graph))
    kept = httpx.Limits(keepalive_expiry=None)
    with servers.listening("127.0.0.1", 0) as sock:
        address = f"http://127.0.0.1:{sock.getsockname()[1]}"
        async with manager, httpx.AsyncClient(base_url=address, timeout=60, limits=kept, trust_env=False) as client:
            server = servers.server(manager)
            task = asyncio.create_task(uvicorn.Server._serve(server, sockets=[sock]))
            try:
                await eventually(lambda: server.started or task.done())
                yield Serving(server, client, task)
            finally:
                server.should_exit = True
                await task


async def refuses_connections(client: httpx.AsyncClient) -> bool:
    port = client.base_url.port
    try:
        await asyncio.to_thread(lambda: socket.create_connection(("127.0.0.1", port)).close())
    except ConnectionRefusedError:
        return True
    return False


async def test_runs_end_in_the_time_that_they_have(opened, tmp_path):
    one = await opened(LONG)
    run_id = await begun(one.client, "drained")
    following = asyncio.create_task(lines(one.client, run_id))
    await reached(tmp_path, "drained")
    assert (await one.client.get("/ready")).json() == {"status": "ready"}
    one.told_to_go()
    await eventually(lambda: refuses_connections(one.client))
    not_ready = await one.client.get("/ready")
    assert not_ready.status_code == 503
    assert "Retry-After" in not_ready.headers
    assert (await one.client.get("/health")).status_code == 200
    assert (await one.client.post("/runs", json=question("late"))).status_code == 503
    open_gate(tmp_path, "drained")
    told = await following
    await one.task
    transcript = Transcript.of(map(e.decode, told))
    assert transcript.text == WHOLE
    assert not any(isinstance(event, e.MessageSuperseded) for event in map(e.decode, told))


async def test_what_goes_on_then_is_gone_on_with_elsewhere(opened, tmp_path):
    one, two = await opened(0), await opened(0)
    run_id = await begun(one.client, "handed")
    before = await shown(one.client, run_id, "first")
    opened_there = asyncio.Event()
    through_it = asyncio.create_task(lines(one.client, run_id, opened=opened_there))
    through_another = asyncio.create_task(lines(two.client, run_id))
    await reached(tmp_path, "handed")
    await opened_there.wait()  # it refuses connections from then on
    one.told_to_go()
    await eventually(lambda: tmp_path.joinpath("gates", "handed.looked").exists())
    await _adopted(two.client)
    open_gate(tmp_path, "handed")
    told = await through_another
    assert await through_it == told
    assert told[: len(before)] == before
    assert laws.check(told).ok, str(laws.check(told))
    assert json.loads(told[-1])["status"] == "done"
    assert Transcript.of(map(e.decode, told)).text == WHOLE
    assert tmp_path.joinpath("gates", "handed.looked").read_text() == "x"
    await one.task


async def test_what_goes_on_on_an_earlier_branch_is_gone_on_with_there(opened, tmp_path):
    """Two questions wait on two branches; the run that decides the first one is handed over in the middle."""
    one, two = await opened(0, gated.decided_and_spoken), await opened(0, gated.decided_and_spoken)
    thread = "thread-branched"
    await lines(one.client, await begun(one.client, "branched"))
    shown_there = (await one.client.get(f"/threads/{thread}")).json()
    first = shown_there["messages"][0]["message_id"]
    forked = (await one.client.post(f"/threads/{thread}/fork", json={"message_id": first})).json()
    asked = {**question("other"), "thread": thread, "checkpoint_id": forked["checkpoint_id"]}
    await lines(one.client, (await one.client.post("/runs", json=asked)).json()["run_id"])
    (place,) = (await one.client.get(f"/threads/{thread}/branches")).json()["places"]
    (end,) = [each["checkpoint_id"] for each in place if not each["latest"]]
    waits = (await one.client.get(f"/threads/{thread}", params={"checkpoint_id": end})).json()["interrupts"]
    approved = {waits[0]["interrupt_id"]: {"decisions": [{"type": "approve"}]}}
    resumed = {"decisions": approved, "checkpoint_id": end}
    run_id = (await one.client.post(f"/threads/{thread}/resume", json=resumed)).json()["run_id"]
    await reached(tmp_path, "branched")
    one.told_to_go()
    await _adopted(two.client)
    open_gate(tmp_path, "branched")
    told = await lines(two.client, run_id)
    assert json.loads(told[-1])["status"] == "done"
    messages = (await two.client.get(f"/threads/{thread}")).json()["messages"]
    assert [each["text"] for each in messages] == ["branched", "It was decided: approve.", WHOLE]
    await one.task


async def test_what_was_added_to_a_run_is_asked_elsewhere(opened, tmp_path):
    one, two = await opened(0), await opened(0)
    await begun(one.client, "steered")
    await reached(tmp_path, "steered")
    added = {"question": "And this?", "thread": "thread-steered", "policy": "steer"}
    assert (await one.client.post("/runs", json=added)).status_code == 201
    one.told_to_go()
    await _adopted(two.client, 2)
    open_gate(tmp_path, "steered")
    runs = (await two.client.get("/runs")).json()["runs"]
    ends = [json.loads((await lines(two.client, run["run_id"]))[-1])["status"] for run in runs]
    assert ends == ["done", "done"]
    messages = (await two.client.get("/threads/thread-steered")).json()["messages"]
    assert [message["text"] for message in messages if message["role"] == "user"] == ["steered", "And this?"]
    await one.task


async def _adopted(client: httpx.AsyncClient, number: int = 1) -> None:
    async def runs() -> bool:
        return (await client.get("/health")).json()["runs"] == number

    await eventually(runs)


async def test_other_peoples_protocols_are_told_the_rest_too(opened, tmp_path):
    one, two = await opened(0), await opened(0)
    body = {"model": "gated", "messages": [{"role": "user", "content": "spoken", "id": "spoken"}]}
    asking = asyncio.create_task(one.client.post("/v1/chat/completions", json=body))
    await reached(tmp_path, "spoken")
    one.told_to_go()
    await _adopted(two.client)
    open_gate(tmp_path, "spoken")
    answer = await asking
    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["content"] == WHOLE
    await one.task


async def test_health_tells_of_a_database_that_is_away(opened, database_url, monkeypatch):
    def refused(pool: Pool) -> None:
        raise psycopg.OperationalError("connection refused")

    one = await opened(0)
    await eventually(lambda: _is(one.client, "ok"))
    with monkeypatch.context() as away:
        away.setattr(Pool, "connect", refused)
        await asyncio.to_thread(cut_off, database_url)
        await eventually(lambda: _is(one.client, "degraded"))
        assert (await one.client.get("/ready")).status_code == 200
    await eventually(lambda: _is(one.client, "ok"))


async def test_no_run_begins_that_no_other_server_would_hear_of(opened, monkeypatch):
    one = await opened(0)
    with monkeypatch.context() as away:
        away.setattr(PostgresJournal, "broken", property(lambda self: "too many connections\nDETAIL"))
        refused = await one.client.post("/runs", json=question("unheard"))
    assert refused.status_code == 503
    assert refused.json()["detail"] == "No run can be recorded just now: too many connections."


async def _is(client: httpx.AsyncClient, status: str) -> bool:
    return (await client.get("/health")).json()["status"] == status


async def test_what_nobody_can_go_on_with_is_stopped(opened, tmp_path, monkeypatch):
    monkeypatch.setattr(RecordedRequest, "written", lambda self: None)  # no plain JSON
    one, two = await opened(0), await opened(0)
    run_id = await begun(one.client, "alone")
    following = asyncio.create_task(lines(two.client, run_id))
    await reached(tmp_path, "alone")
    one.told_to_go()
    assert json.loads((await following)[-1])["status"] == "stopped"
    await one.task
