"""The frame clock: silent while the loop keeps pace, and no reading between frames while it does not."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstem.models.coalesce import StreamTransport
from mainstem.models.coalesce.body import Arrival, Body
from mainstem.models.coalesce.clock import LONGEST, TARGET, FrameClock, clock_of, next_frame
from mainstem.models.coalesce.connection import Connection
from mainstem.models.coalesce.readiness import Readiness
from mainstem.models.size_limits import BODY

from .test_transport import certified


def loaded(clock: FrameClock) -> None:
    clock.streams = 2
    clock._looked_at, clock._worked = time.monotonic() - 1, time.thread_time() - 1


def idle(clock: FrameClock) -> None:
    clock._looked_at, clock._worked, clock._lag = time.monotonic() - 1, time.thread_time(), 0.0


async def test_frames_grow_under_load_and_go_away_at_once_without() -> None:
    clock = FrameClock()
    for _ in range(30):
        loaded(clock)
        clock.heard()
    assert clock.frame == LONGEST
    idle(clock)
    clock.heard()
    assert clock.frame == 0


async def test_a_loop_that_answers_late_has_frames_though_it_works_little() -> None:
    clock = FrameClock()
    idle(clock)
    clock.streams, clock._lag = 2, 0.05
    clock.heard()
    assert clock.frame > 0


async def test_one_stream_alone_has_no_frames() -> None:
    clock = FrameClock()
    loaded(clock)
    clock.streams = 1
    clock.heard()
    assert clock.frame == 0


@given(st.floats(0.05, 0.95))
def test_what_keeps_pace_without_frames_gets_none(busy: float) -> None:
    assert next_frame(0.0, min(busy, 0.92)) == 0


@given(cost=st.floats(0.02, 0.085))
def test_frames_settle_at_the_length_that_brings_the_work_to_its_target(cost: float) -> None:
    """A thread whose work is inverse to the frames' length, as reading by frames makes it."""
    frame = 0.02
    for _ in range(60):
        frame = next_frame(frame, cost / frame)
    assert frame == pytest.approx(cost / TARGET, rel=0.05) or frame == LONGEST


async def test_a_clock_that_keeps_pace_sets_no_timer() -> None:
    clock, loop = FrameClock(), asyncio.get_running_loop()
    before = len(loop._scheduled)
    for _ in range(100):
        clock.heard()
    assert len(loop._scheduled) == before


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


Pair = tuple[socket.socket, socket.socket]


async def ended(clock: FrameClock, frame: float, ours: socket.socket) -> "asyncio.Future[float]":
    """Hold a socket; when the frame ended."""
    over: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    clock.frame = frame
    clock.hold(clock.readiness.add(ours.fileno()), lambda: over.set_result(time.monotonic()))
    return over


async def test_what_comes_within_a_frame_does_not_end_it_and_what_comes_after_does(pair: Pair) -> None:
    clock, began = FrameClock(), time.monotonic()
    over = await ended(clock, 0.05, pair[0])
    pair[1].send(b"a")
    await asyncio.sleep(0.02)
    assert not over.done()
    await asyncio.sleep(began + 0.06 - time.monotonic())
    pair[1].send(b"b")
    assert await over - began >= 0.05


async def test_a_frame_ends_though_nothing_comes(pair: Pair) -> None:
    clock, began = FrameClock(), time.monotonic()
    over = await ended(clock, 0.05, pair[0])
    assert await over - began >= LONGEST
    assert not clock._open


async def test_a_stream_that_fails_when_it_is_read_again_holds_up_no_other(pair: Pair) -> None:
    clock, told = FrameClock(), list[str]()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(str(context["exception"])))

    def fail() -> None:
        raise ValueError("it is gone")

    clock.frame = 0.02
    clock.hold(clock.readiness.add(pair[1].fileno()), fail)
    async with asyncio.timeout(60):
        await (await ended(clock, 0.02, pair[0]))
    assert told == ["it is gone"]


async def test_without_edges_a_frame_ends_when_it_is_due(pair: Pair) -> None:
    clock = FrameClock()
    clock.readiness.sees = False
    began = time.monotonic()
    over = await ended(clock, 0.02, pair[0])
    assert await over - began >= 0.02


def test_what_came_first_and_last_is_noted_though_nobody_reads(pair: Pair) -> None:
    readiness = Readiness()
    waiting = readiness.add(pair[0].fileno())
    assert readiness.look(1.0) == []
    for at in (2.0, 3.0, 4.0):
        pair[1].send(b"x")
        assert readiness.look(at) == [waiting]
    assert waiting.take(5.0) == (2.0, 4.0)
    assert readiness.look(6.0) == []
    assert waiting.take(7.0) == (7.0, 7.0)


def test_a_number_that_another_socket_takes_over_is_its_own(pair: Pair) -> None:
    readiness = Readiness()
    before = readiness.add(pair[0].fileno())
    readiness.remove(pair[0].fileno(), before)
    after = readiness.add(pair[0].fileno())
    pair[1].send(b"x")
    readiness.remove(pair[0].fileno(), before)  # once more, and late
    assert readiness.look(1.0) == [after]
    assert before.since is None


@asynccontextmanager
async def dripping(pieces: int, pause: float, tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    """A server whose answer is so many bytes with pauses between them."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(pieces):
            writer.write(b"x")
            await asyncio.sleep(pause)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    yield f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    server.close()


async def test_between_frames_the_socket_is_not_read_and_no_arrival_is_hidden() -> None:
    clock, came = clock_of(asyncio.get_running_loop()), list[Arrival]()
    transport = StreamTransport()
    async with (
        dripping(20, 0.01) as url,
        httpx.AsyncClient(transport=transport) as web,
        web.stream("GET", url) as response,
    ):
        body: Body = response.extensions[BODY]
        clock.frame, clock._looked_at, body.steady = LONGEST, time.monotonic() + 60, True
        async for taken in body.arrivals():
            came += taken
            connection = body._connection
            assert isinstance(connection, Connection)
            assert connection._held or sum(len(each.data) for each in came) in (1, 20)
    assert b"".join(each.data for each in came) == b"x" * 20
    late = [each for each in came if len(each.data) > 2]
    assert late
    assert all(each.since is not None and each.at - each.since > 0.02 for each in late)
    assert clock.streams == 0


@pytest.mark.real
async def test_a_stream_below_tls_that_has_frames_ends_when_its_server_goes(tmp_path: Path) -> None:
    clock, text = clock_of(asyncio.get_running_loop()), b""
    cert, context = await certified(tmp_path)
    async with (
        asyncio.timeout(60),
        dripping(20, 0.01, context) as url,
        httpx.AsyncClient(transport=StreamTransport(verify=str(cert)), timeout=None) as web,
        web.stream("GET", url) as response,
    ):
        body: Body = response.extensions[BODY]
        clock.frame, clock._looked_at, body.steady = LONGEST, time.monotonic() + 60, True
        async for taken in body.arrivals():
            text += b"".join(arrival.data for arrival in taken)
    assert text == b"x" * 20
    assert not clock.readiness._sockets
