"""Behind real gateways with what the pages say of them: nothing is held back, and leaving is noticed."""

import asyncio
import json
import os
import shutil
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from httpx_sse import aconnect_sse

from tests.docs.pages import DOCS, samples
from tests.nginx_conf import AROUND
from tests.ports import free_port
from tests.waiting import eventually
from tests.web import graphs

from .served import HI, SOON, door, followed, raw, started

SERVER = "server {{ listen 127.0.0.1:{port};\n{settings}\n}}"
CADDY = """
{{
    admin off
    auto_https off
}}
{settings}
"""
UPSTREAM = "127.0.0.1:8000"
"""Where the server is on the pages."""


def program(name):
    """Where a gateway is. Tests of it skip where it is not installed."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    return pytest.param(
        name, marks=pytest.mark.skipif(found is None, reason=f"{name} is not installed (apt-get install)")
    )


pytestmark = [pytest.mark.real, pytest.mark.parametrize("gateway", [program("nginx"), program("caddy")])]


def of_page(name, language):
    """What a page says is all that a gateway needs."""
    (said,) = samples(DOCS / "how-to" / name, language)
    assert UPSTREAM in said
    return said


def started_with(gateway, folder, port, upstream):
    """The command that starts a gateway, and its configuration: that of the pages, for other addresses."""
    if gateway == "nginx":
        settings = of_page("serve-over-http.md", "nginx").replace(UPSTREAM, upstream)
        config = AROUND.format(folder=folder, settings=SERVER.format(port=port, settings=settings))
        return ("-p", folder, "-c", folder / "config", "-e", folder / "error.log"), config
    settings = of_page("operations.md", "caddy").replace("mainstem.example.com", f"http://127.0.0.1:{port}")
    settings = settings.replace("{\n", "{\n    bind 127.0.0.1\n", 1)  # no test listens beyond this machine
    return ("run", "--config", folder / "config", "--adapter", "caddyfile"), CADDY.format(
        settings=settings.replace(UPSTREAM, upstream)
    )


@asynccontextmanager
async def proxied(gateway, client, folder):
    """A gateway before the server of `client`; yields a client of the gateway."""
    port = free_port()
    arguments, config = started_with(gateway, folder, port, str(client.base_url).rstrip("/").removeprefix("http://"))
    await asyncio.to_thread((folder / "config").write_text, config)
    program = shutil.which(gateway) or shutil.which(gateway, path="/usr/sbin")
    own = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    process = await asyncio.create_subprocess_exec(program, *arguments, env=own, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=SOON, trust_env=False) as through:
            await until_answers(through)
            yield through
    finally:
        process.terminate()
        await process.wait()


async def until_answers(client):
    async def answer():
        with suppress(httpx.TransportError):
            return await client.get("/health")

    await eventually(answer)


async def test_events_come_through_as_they_are_made(gateway, tmp_path):
    async with door(graphs.talking) as (client, manager), proxied(gateway, client, tmp_path) as through:
        run_id, _ = await started(through)
        async with aconnect_sse(through, "GET", f"/runs/{run_id}/events") as source:
            async for event in source.aiter_sse():
                if event.event == "message.delta":
                    break
            assert not manager.runs.live(run_id).finished  # a minute's words are still to come
        await eventually(lambda: manager.streams.inside == 0)
        await through.post(f"/runs/{run_id}/stop")
        assert await raw(through, run_id) == await raw(client, run_id)


async def test_leaving_is_noticed(gateway, tmp_path):
    async with door(graphs.talking) as (client, manager), proxied(gateway, client, tmp_path) as through:
        async with aconnect_sse(through, "POST", "/runs", json=HI) as source:
            async for event in source.aiter_sse():
                if event.event == "message.delta":
                    break
        await eventually(lambda: not manager.runs.running)
        events = await followed(client, source.response.headers["x-run-id"])
    assert json.loads(events[-1][2])["status"] == "stopped"


async def test_a_stream_is_resumed_when_the_gateway_goes_and_comes_back(gateway, tmp_path):
    async with door(graphs.talking) as (client, _):
        seen = []
        async with proxied(gateway, client, tmp_path) as through:
            run_id, _ = await started(through)
            async with aconnect_sse(through, "GET", f"/runs/{run_id}/events") as source:
                async for event in source.aiter_sse():
                    seen.append(int(event.id))
                    if len(seen) == 10:
                        break
        async with proxied(gateway, client, tmp_path) as through:
            await through.post(f"/runs/{run_id}/stop")
            seen += [seq for seq, _, _ in await followed(through, run_id, {"Last-Event-ID": str(seen[-1])})]
    assert seen == list(range(1, len(seen) + 1))
