"""Behind a real nginx with its default buffering: nothing is held back, and leaving is noticed."""

import asyncio
import json
import shutil
import socket
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from httpx_sse import aconnect_sse

from tests.waiting import eventually
from tests.web import graphs

from .served import HI, SOON, door, followed, raw, started

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (apt-get install nginx-light)"),
]

CONFIG = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location / {{ proxy_pass {upstream}; proxy_http_version 1.1; }}
    }}
}}
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@asynccontextmanager
async def proxied(client, folder):
    """nginx before the server of `client`; yields a client of nginx."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=folder, port=port, upstream=str(client.base_url).rstrip("/")))
    process = await asyncio.create_subprocess_exec(NGINX, "-p", folder, "-c", config, "-e", folder / "error.log")
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


async def test_events_come_through_as_they_are_made(tmp_path):
    async with door(graphs.talking) as (client, manager), proxied(client, tmp_path) as through:
        run_id, _ = await started(through)
        async with aconnect_sse(through, "GET", f"/runs/{run_id}/events") as source:
            async for event in source.aiter_sse():
                if event.event == "message.delta":
                    break
            assert not manager.runs.live(run_id).finished  # a minute's words are still to come
        await eventually(lambda: manager.streams.inside == 0)
        await through.post(f"/runs/{run_id}/stop")
        assert await raw(through, run_id) == await raw(client, run_id)


async def test_leaving_is_noticed_through_nginx(tmp_path):
    async with door(graphs.talking) as (client, manager), proxied(client, tmp_path) as through:
        async with aconnect_sse(through, "POST", "/runs", json=HI) as source:
            async for event in source.aiter_sse():
                if event.event == "message.delta":
                    break
        await eventually(lambda: not manager.runs.running)
        events = await followed(client, source.response.headers["x-run-id"])
    assert json.loads(events[-1][2])["status"] == "stopped"


async def test_a_stream_is_resumed_when_nginx_goes_and_comes_back(tmp_path):
    async with door(graphs.talking) as (client, _):
        seen = []
        async with proxied(client, tmp_path) as through:
            run_id, _ = await started(through)
            async with aconnect_sse(through, "GET", f"/runs/{run_id}/events") as source:
                async for event in source.aiter_sse():
                    seen.append(int(event.id))
                    if len(seen) == 10:
                        break
        async with proxied(client, tmp_path) as through:
            await through.post(f"/runs/{run_id}/stop")
            seen += [seq for seq, _, _ in await followed(through, run_id, {"Last-Event-ID": str(seen[-1])})]
    assert seen == list(range(1, len(seen) + 1))
