"""Turns: what comes alone goes on at once, what comes with much else waits in order, and hides no arrival."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from mainstem.models.coalesce import StreamTransport
from mainstem.models.coalesce.body import Arrival, ResponseBody
from mainstem.models.coalesce.readiness import Readiness
from mainstem.models.coalesce.turns import A_ROUND, Turns, turns_of
from mainstem.models.size_limits import BODY

from .test_transport import certified


async def rounds(times: int) -> None:
    """Let the event loop do all that is ready, so many times."""
    for _ in range(times):
        await asyncio.sleep(0)


async def test_what_comes_alone_has_its_turn_at_once_and_leaves_nothing_to_do() -> None:
    turns, loop = Turns(), asyncio.get_running_loop()
    timers = len(loop._scheduled)
    for _ in range(100):
        assert turns.take()
        await rounds(2)
    assert len(loop._scheduled) == timers
    assert not turns._taken
    assert not turns._queue


async def test_those_that_wait_go_on_in_order_a_round_at_a_time() -> None:
    turns, gone = Turns(), list[int]()
    assert [turns.take() for _ in range(A_ROUND + 1)] == [True] * A_ROUND + [False]
    for number in range(3 * A_ROUND):
        turns.wait(lambda number=number: gone.append(number))
    seen = 0
    while len(gone) < 3 * A_ROUND:
        assert not turns.take()  # nobody overtakes them
        await rounds(1)
        assert len(gone) - seen <= A_ROUND
        seen = len(gone)
    assert gone == list(range(3 * A_ROUND))
    await rounds(2)
    assert turns.take()


async def test_between_rounds_all_else_that_is_ready_goes_on() -> None:
    turns, order = Turns(), list[str]()
    while turns.take():
        pass
    for _ in range(20 * A_ROUND):
        turns.wait(lambda: order.append("turn"))

    async def begin() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        order.append("begun")

    await begin()
    assert order.count("turn") <= 6 * A_ROUND


async def test_a_stream_that_fails_in_its_turn_holds_up_no_other() -> None:
    turns, told, gone = Turns(), list[str](), asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(str(context["exception"])))

    def fail() -> None:
        raise ValueError("it is gone")

    while turns.take():
        pass
    for go_on in (fail, fail, fail, gone.set):
        turns.wait(go_on)
    await asyncio.wait_for(gone.wait(), 60)
    assert told == ["it is gone"] * 3


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


Pair = tuple[socket.socket, socket.socket]


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


class Queue(Turns):
    """A loop with more to do than time: nobody goes on before `next` is called."""

    def take(self) -> bool:
        return False

    def next(self) -> None:
        while self._queue:
            self._queue.popleft()()


@asynccontextmanager
async def dripping(tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[str, "asyncio.Queue[bytes]"]]:
    """A server whose answer is what is put into the queue; nothing more when that is empty bytes."""
    said: asyncio.Queue[bytes] = asyncio.Queue()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while data := await said.get():
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    yield f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/", said
    server.close()


@asynccontextmanager
async def queued(url: str, **trust: str) -> AsyncIterator[tuple[ResponseBody, Queue]]:
    """The body of the answer at `url`, steady, read in a loop with more to do than time."""
    async with (
        httpx.AsyncClient(transport=StreamTransport(**trust), timeout=None) as web,
        web.stream("GET", url) as response,
    ):
        body: ResponseBody = response.extensions[BODY]
        turns = body._connection._turns = Queue()  # type: ignore[union-attr]
        body.steady = True
        yield body, turns


async def until(true: Callable[[], object]) -> None:
    """Return when that is so: what is waited for comes over another socket."""
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.001)


async def test_who_waits_is_read_once_and_then_left_unread_until_its_turn_and_no_arrival_is_hidden() -> None:
    came: list[Arrival] = []
    async with dripping() as (url, said), queued(url) as (body, turns):
        arrivals = body.arrivals()
        reading = asyncio.ensure_future(anext(arrivals))
        for piece in (b"a", b"b"):
            said.put_nowait(piece)
            await until(lambda piece=piece: any(piece in each.data for each in body._waiting))
        connection = body._connection
        assert connection._held  # type: ignore[union-attr]
        said.put_nowait(b"c")
        waiting = connection._waiting  # type: ignore[union-attr]
        await until(lambda: turns.readiness.look(1e9) or waiting.since)
        assert not reading.done()
        assert [each.data for each in body._waiting] == [b"a", b"b"]
        turns.next()
        came += await reading
        assert [each.data for each in came] == [b"a", b"b", b"c"]
        assert came[2].since is not None
        said.put_nowait(b"")
        async for _ in arrivals:
            pass


async def test_a_reader_that_has_not_had_its_first_words_waits_for_no_turn() -> None:
    async with dripping() as (url, said), queued(url) as (body, _):
        body.steady = False
        said.put_nowait(b"a")
        taken = await asyncio.wait_for(anext(body.arrivals()), 60)
        assert [each.data for each in taken] == [b"a"]


@pytest.mark.real
async def test_a_stream_below_tls_that_waits_unread_ends_when_its_server_goes(tmp_path: Path) -> None:
    cert, context = await certified(tmp_path)
    text = b""
    async with dripping(context) as (url, said), queued(url, verify=str(cert)) as (body, turns):
        arrivals = body.arrivals()
        reading = asyncio.ensure_future(anext(arrivals))
        for piece in (b"a", b"b"):
            said.put_nowait(piece)
            await until(lambda piece=piece: any(piece in each.data for each in body._waiting))
        said.put_nowait(b"")
        turns.next()
        async with asyncio.timeout(60):
            text += b"".join(each.data for each in await reading)
            async for taken in arrivals:
                text += b"".join(each.data for each in taken)
        assert text == b"ab"
        assert not turns.readiness._sockets


async def test_all_streams_of_a_loop_share_their_turns() -> None:
    loop = asyncio.get_running_loop()
    assert turns_of(loop) is turns_of(loop)
