"""Limits: bodies too large or too slow, too many streams or runs, and hundreds of them at once."""

import asyncio
import json

import pytest
from fastapi import FastAPI

from mainstem import Settings
from mainstem.web import http_protocol
from mainstem.web.route import Route
from tests.waiting import eventually
from tests.web import graphs

from .served import HI, STREAM, door, ending, followed, problem, serving, started

MANY = 150
"""More than a client or a server has connections, threads or places in a queue by default."""

JSON = "Content-Type: application/json\r\n"


async def spoken(client, head, *pieces, pause=0.0):
    """Send a request by hand; all that came back, also while it was sent, and how much of `pieces` could be sent."""
    reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
    heard = bytearray()
    listening = asyncio.create_task(listened(reader, heard))
    writer.write(f"{head}\r\nHost: x\r\n".encode())
    sent = 0
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            sent += len(piece)
            if pause:
                await asyncio.sleep(pause)
    except ConnectionError:
        pass  # it was closed while we were still talking
    await listening
    writer.close()
    return bytes(heard), sent


async def listened(reader, heard):
    """All of `reader` until its end, which may be a reset."""
    try:
        while piece := await reader.read(65536):
            heard += piece
    except ConnectionError:
        pass


@pytest.mark.parametrize("path", ["/runs", "/documents"])
async def test_a_gigabyte_is_refused_before_it_is_read(path, extractive):
    async with door(settings=extractive) as (client, _):
        answer, _ = await spoken(
            client, f"POST {path} HTTP/1.1", f"{JSON}Content-Length: 1000000000\r\n\r\n".encode(), b"x"
        )
    assert answer.startswith(b"HTTP/1.1 413")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["hint"]


async def test_a_gigabyte_that_does_not_say_so_is_cut_off():
    async with door(graphs.answer) as (client, _):
        piece = b"100000\r\n" + b"x" * 2**20 + b"\r\n"
        answer, sent = await spoken(
            client, "POST /runs HTTP/1.1", f"{JSON}Transfer-Encoding: chunked\r\n\r\n".encode(), *[piece] * 1000
        )
        assert sent < 200 * 2**20
        assert not answer or answer.startswith(b"HTTP/1.1 413")
        assert (await client.get("/health")).status_code == 200


class Hurried(Route):
    seconds = 0.5


async def test_a_body_that_trickles_is_cut_off():
    app = FastAPI()
    app.router.route_class = Hurried

    @app.post("/runs")
    async def start(body: dict) -> dict:
        return body

    async with serving(app) as client:
        head = f"{JSON}Content-Length: 50\r\n\r\n".encode()
        answer, _ = await spoken(client, "POST /runs HTTP/1.1", head, *[b" "] * 30, pause=0.05)
        assert answer.startswith(b"HTTP/1.1 408")
        assert (await client.post("/runs", json={"a": 1})).json() == {"a": 1}


async def test_a_body_that_is_never_finished_leaves_nothing():
    async with door(graphs.answer) as (client, _):
        before = asyncio.all_tasks()
        _, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        writer.write(f"POST /runs HTTP/1.1\r\nHost: x\r\n{JSON}Content-Length: 50\r\n\r\n{{".encode())
        await eventually(lambda: asyncio.all_tasks() - before)  # the server is at it
        writer.transport.abort()
        await eventually(lambda: not asyncio.all_tasks() - before)
        assert (await client.get("/health")).json()["runs"] == 0


async def test_streams_beyond_the_limit(tmp_path):
    settings = Settings(home=tmp_path / "home", serve_streams=2)
    async with door(graphs.talking, settings) as (client, manager):
        run_id, _ = await started(client)
        following = [asyncio.create_task(followed(client, run_id)) for _ in range(2)]
        await eventually(lambda: manager.streams.inside == 2)
        answer = await client.get(f"/runs/{run_id}/events")
        assert "2 streams are open" in problem(answer, 503)["detail"]
        assert answer.headers["retry-after"]
        problem(await client.post("/runs", json=HI, headers=STREAM), 503)
        assert len(manager.runs.running) == 1
        await manager.runs.live(run_id).stop()
        await asyncio.gather(*following)
        assert (await client.get(f"/runs/{run_id}/events")).status_code == 200


async def test_runs_beyond_the_limit(tmp_path):
    settings = Settings(home=tmp_path / "home", serve_runs=3)
    async with door(graphs.talking, settings) as (client, manager):
        answers = await asyncio.gather(*(client.post("/runs", json=HI) for _ in range(5)))
        assert sorted(answer.status_code for answer in answers) == [201] * 3 + [503] * 2
        await manager.runs.running[0].stop()
        await started(client)
        await manager.stop_all()
        problem(await client.post("/runs", json=HI), 503)


async def test_hundreds_of_streams_at_once():
    async with door(graphs.answer) as (client, manager):
        asked = (client.post("/runs", json=HI, headers=STREAM, timeout=None) for _ in range(MANY))
        answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers} == {200}
        assert all('"status":"done"' in answer.text for answer in answers)
        assert manager.streams.inside == 0
        assert (await client.get("/health")).json()["status"] == "ok"


async def test_hundreds_of_watchers_of_one_run():
    async with door(graphs.silent) as (client, manager):
        run_id, _ = await started(client)
        watching = [asyncio.create_task(client.get(f"/runs/{run_id}/events", timeout=None)) for _ in range(MANY)]
        await eventually(lambda: manager.streams.inside == MANY)
        await manager.runs.live(run_id).stop()
        told = {events((await watcher).text) for watcher in watching}
    assert len(told) == 1
    assert len(*told) > 2


def events(said):
    """The lines of a stream's events; how often it was kept alive in between depends on the machine."""
    return tuple(line for line in said.splitlines() if line and not line.startswith(":"))


def hasty(seconds):
    return type("Hasty", (http_protocol.BoundedHttpProtocol,), {"head_seconds": seconds})


async def test_a_head_that_trickles_is_cut_off():
    async with door(graphs.answer, protocol=hasty(0.5)) as (client, _):
        answer, sent = await spoken(client, "POST /runs HTTP/1.1", *[b"x"] * 1000, pause=0.05)
        assert answer.startswith(b"HTTP/1.1 408")
        assert sent < 1000
        assert (await client.get("/health")).status_code == 200


async def test_a_connection_that_says_nothing_is_closed():
    async with door(graphs.answer, protocol=hasty(0.2)) as (client, _):
        reader, writer = await asyncio.open_connection(client.base_url.host, client.base_url.port)
        assert (await reader.read()).startswith(b"HTTP/1.1 408")
        writer.close()


async def test_a_head_without_end_is_cut_off():
    async with door(graphs.answer) as (client, _):
        answer, sent = await spoken(client, "GET /health HTTP/1.1", *[b"a: " + b"x" * 8000 + b"\r\n"] * 10_000)
        assert not answer or answer.startswith(b"HTTP/1.1 431")
        assert sent < 20_000_000
        assert (await client.get("/health")).status_code == 200


async def test_a_slow_answer_outlives_the_patience_with_heads():
    async with door(graphs.talking, protocol=hasty(1.0)) as (client, manager):
        run_id, _ = await started(client)
        following = asyncio.create_task(followed(client, run_id))
        await asyncio.sleep(1.5)
        assert not following.done()
        await manager.runs.live(run_id).stop()
        assert ending(await following)["status"] == "stopped"
