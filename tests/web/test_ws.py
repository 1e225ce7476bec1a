"""The same events over a WebSocket, with the `websockets` client."""

import asyncio
import json
from contextlib import suppress

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.waiting import eventually
from tests.web import graphs

from .served import door, followed, started


def socket_of(client, run_id, query=""):
    return connect(f"ws://{client.base_url.host}:{client.base_url.port}/runs/{run_id}/ws{query}", proxy=None)


async def frames_of(socket):
    return [json.loads(text) async for text in socket]


async def test_the_frames_are_the_events():
    async with door(graphs.answer) as (client, _):
        run_id, _ = await started(client)
        async with socket_of(client, run_id) as socket:
            frames = [text async for text in socket]
        async with socket_of(client, run_id, "?from_seq=3") as socket:
            rest = [text async for text in socket]
        events = [data for _, _, data in await followed(client, run_id)]
    assert frames == events
    assert rest == events[2:]
    assert socket.close_code == 1000


async def test_stop_over_the_socket():
    async with door(graphs.talking) as (client, _):
        run_id, _ = await started(client)
        async with socket_of(client, run_id) as socket:
            await socket.recv()
            await socket.send('{"type": "stop"}')
            frames = await frames_of(socket)
    assert frames[-1]["status"] == "stopped"


async def test_decisions_over_the_socket():
    async with door(graphs.questioning) as (client, _):
        run_id, _ = await started(client)
        async with asyncio.timeout(120), socket_of(client, run_id) as socket:
            frames = []
            async for text in socket:
                frames.append(json.loads(text))
                if frames[-1]["type"] == "interrupt":
                    answer = {frames[-1]["interrupt_id"]: 7}
                if frames[-1].get("status") == "interrupted":
                    await socket.send(json.dumps({"type": "resume", "decisions": answer}))
    kinds = [frame["type"] for frame in frames]
    resumed = frames[kinds.index("resumed")]
    assert frames[kinds.index("resumed") + 1]["run_id"] == resumed["run_id"] != run_id
    assert frames[-1]["status"] == "done"


@pytest.mark.parametrize("word", ["", "{", "[]", '{"type": "dance"}', '{"type": "resume", "decisions": 1}', "ü" * 1000])
async def test_a_word_that_is_not_understood_changes_nothing(word):
    async with door(graphs.talking) as (client, manager):
        run_id, _ = await started(client)
        async with socket_of(client, run_id) as socket:
            await socket.send(word)
            async for text in socket:
                said = json.loads(text)
                if said["type"] == "error":
                    break
        assert said["detail"]
        assert said["hint"]
        assert not manager.runs.live(run_id).finished
        await manager.stop_all()


async def test_a_frame_that_is_too_large_or_binary_closes_the_socket():
    async with door(graphs.talking) as (client, manager):
        run_id, _ = await started(client)
        for frame in ("x" * 20_000_000, b"binary"):
            async with socket_of(client, run_id) as socket:
                with suppress(ConnectionClosed):
                    await socket.send(frame)
                await socket.wait_closed()
            await eventually(lambda: manager.streams.inside == 0)
        assert (socket.close_code, socket.close_reason) == (1003, "This socket takes text.")
        assert (await client.get("/health")).json()["status"] == "ok"
        await manager.stop_all()


async def test_an_unknown_run_is_refused_with_a_problem():
    async with door(graphs.answer) as (client, _):
        with pytest.raises(InvalidStatus) as refused:
            async with socket_of(client, "nobody"):
                pass
    assert refused.value.response.status_code == 404
    assert json.loads(refused.value.response.body)["status"] == 404


@pytest.mark.parametrize("from_seq", ["0", "9223372036854775808"])
async def test_a_place_that_no_run_has_is_refused(from_seq):
    async with door(graphs.answer) as (client, _):
        run_id, _ = await started(client)
        with pytest.raises(InvalidStatus):
            async with socket_of(client, run_id, f"?from_seq={from_seq}"):
                pass


async def test_leaving_a_socket_does_not_stop_the_run():
    async with door(graphs.talking) as (client, manager):
        run_id, _ = await started(client)
        async with socket_of(client, run_id) as socket:
            await socket.recv()
            socket.transport.abort()
        await eventually(lambda: manager.streams.inside == 0)
        assert not manager.runs.live(run_id).finished
        await asyncio.gather(manager.stop_all())
