"""An app on a real socket, and the small things that its tests do over and over."""

import asyncio
import json
import re
from contextlib import asynccontextmanager

import httpx
import uvicorn
import uvicorn.server
from httpx_sse import aconnect_sse

from mainstem import Session, Settings
from mainstem.web.application import app
from mainstem.web.http_protocol import BoundedHttpProtocol
from mainstem.web.run_manager import RunManager
from mainstem.web.server import Server, listening

from ..waiting import eventually

SOON = 60.0
HI = {"input": {"messages": [{"role": "user", "content": "hi"}]}}
STREAM = {"Accept": "text/event-stream"}


class _Hurried:
    """asyncio as uvicorn sees it here: a server looks ten times a second whether it is to end, and a third time at the
    end itself. Each test with a server of its own waited for that.
    """

    def __getattr__(self, name):
        return getattr(asyncio, name)

    async def sleep(self, seconds):
        await asyncio.sleep(seconds / 20)


uvicorn.server.__dict__["asyncio"] = _Hurried()


@asynccontextmanager
async def serving(made, manager=None, protocol=BoundedHttpProtocol):
    """`made` behind uvicorn on a free port; yields an HTTP client of it."""
    with listening("127.0.0.1", 0) as socket:
        config = uvicorn.Config(made, log_level="warning", timeout_graceful_shutdown=5, http=protocol)
        server = Server(config, manager) if manager else uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[socket]))
        await eventually(lambda: server.started or task.done())
        url = f"http://127.0.0.1:{socket.getsockname()[1]}"
        limits = httpx.Limits(max_connections=None, keepalive_expiry=1)  # well before the server closes them
        try:
            async with httpx.AsyncClient(base_url=url, timeout=SOON, limits=limits, trust_env=False) as client:
                yield client
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def door(graph=None, settings=None, protocol=BoundedHttpProtocol, **more):
    """Mainstem's own app over a graph, or over the bundled agent; yields an HTTP client and the manager."""
    settings = settings or await asyncio.to_thread(Settings)
    manager = RunManager(Session(settings, graph=graph), **more)
    async with serving(app(manager=manager), manager, protocol) as client:
        yield client, manager


async def started(client, body=None, **headers):
    """Start a run; its id and thread."""
    answer = await client.post("/runs", json=body or HI, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["run_id"], answer.json()["thread_id"]


async def followed(client, run_id, headers=None, **query):
    """All events of a run, as they came: `(id, event, data)`."""
    async with aconnect_sse(client, "GET", f"/runs/{run_id}/events", headers=headers or {}, params=query) as source:
        assert source.response.status_code == 200, await source.response.aread()
        return [(int(each.id), each.event, each.data) async for each in source.aiter_sse()]


async def raw(client, run_id, **query):
    """The bytes of a run's stream."""
    return (await client.get(f"/runs/{run_id}/events", params=query)).content


def ending(events):
    """The last event of those."""
    return json.loads(events[-1][2])


def problem(answer, status):
    """The problem that an answer is."""
    assert answer.status_code == status, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == status
    assert found["detail"]
    # a client over HTTP has no terminal here
    assert not re.search(r"\bmainstem [a-z]", found.get("hint", "")), found["hint"]
    return found
