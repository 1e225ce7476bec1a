"""The frame clock: silent while the loop keeps pace, and no reading between frames while it does not."""

import asyncio
import time

import httpx

from mainstem.models.coalesce import StreamTransport
from mainstem.models.coalesce.body import Body
from mainstem.models.coalesce.clock import LONGEST, FrameClock, clock_of
from mainstem.models.coalesce.connection import Connection
from mainstem.models.size_limits import BODY


def loaded(clock: FrameClock) -> None:
    clock.streams = 2
    clock._looked_at, clock._worked = time.monotonic() - 1, time.thread_time() - 1


def idle(clock: FrameClock) -> None:
    clock._looked_at, clock._worked, clock._lag = time.monotonic() - 1, time.thread_time(), 0.0


async def test_frames_grow_under_load_and_go_away_without() -> None:
    clock = FrameClock()
    for _ in range(10):
        loaded(clock)
        clock.heard()
    assert clock.frame == LONGEST
    for _ in range(10):
        idle(clock)
        clock.heard()
    assert clock.frame == 0


async def test_one_stream_alone_has_no_frames() -> None:
    clock = FrameClock()
    loaded(clock)
    clock.streams = 1
    clock.heard()
    assert clock.frame == 0


async def test_a_clock_that_keeps_pace_sets_no_timer() -> None:
    clock, loop = FrameClock(), asyncio.get_running_loop()
    before = len(loop._scheduled)
    for _ in range(100):
        clock.heard()
    assert len(loop._scheduled) == before


async def test_frames_are_spread_and_none_is_longer_than_stated() -> None:
    clock, loop, begun = FrameClock(), asyncio.get_running_loop(), 0

    def begin() -> None:
        nonlocal begun
        begun += 1

    clock.frame = LONGEST
    before = loop.time()
    for _ in range(50):
        clock.hold(begin)
    assert len(clock._slots) >= 5
    assert max(clock._slots) * 0.01 <= loop.time() + LONGEST
    assert min(clock._slots) * 0.01 >= before + LONGEST / 2
    await asyncio.sleep(LONGEST * 2)
    assert begun == 50


async def test_between_frames_the_socket_is_not_read() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(20):
            writer.write(b"x")
            await asyncio.sleep(0.01)
        writer.close()

    clock = clock_of(asyncio.get_running_loop())
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    url, text = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", b""
    async with httpx.AsyncClient(transport=StreamTransport()) as web, web.stream("GET", url) as response:
        body: Body = response.extensions[BODY]
        clock.frame, clock._looked_at, body.steady = LONGEST, time.monotonic() + 60, True
        async for taken in body.arrivals():
            text += b"".join(arrival.data for arrival in taken)
            connection = body._connection
            assert isinstance(connection, Connection)
            assert connection._held or len(text) in (1, 20)
    server.close()
    assert text == b"x" * 20
    assert clock.streams == 0
