"""A client that vanishes, over real TCP on both sides: nothing of its run is left behind, counted."""

import asyncio
import threading
from contextlib import asynccontextmanager, suppress

import pytest

from tests.truth.sources import playing

from ..waiting import eventually

SLOW = [{"words": "word " * 400, "delay": 0.02}]
CALLS_THEN_SLOW = [[{"tool_call": {"name": "calculate", "args": {"expression": "1+1"}, "id": "call_a"}}], SLOW]
SOON = 60.0


@asynccontextmanager
async def door(asker):
    """A server that sends a run's events, one a line, to whoever connects; leaving early stops the run."""
    runs, serving = [], set()

    async def serve(reader, writer):
        serving.add(asyncio.current_task())
        run = asker.ask()
        runs.append(run)
        leaving = asyncio.create_task(reader.read())
        sending = asyncio.create_task(send(run, writer))
        await asyncio.wait([leaving, sending], return_when=asyncio.FIRST_COMPLETED)
        for task in (leaving, sending):
            task.cancel()
        await asyncio.gather(leaving, sending, return_exceptions=True)
        await run.stop()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def send(run, writer):
        async for line in run.lines():
            writer.write(line + b"\n")
            await writer.drain()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], runs
    finally:
        server.close()
        await asyncio.gather(*serving)
        await server.wait_closed()


async def vanish(port, lines):
    """Read some of a run, and go away with a TCP reset."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for _ in range(lines):
        await reader.readline()
    writer.transport.abort()
    with suppress(ConnectionError):
        await writer.wait_closed()


def tasks():
    return {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}


def threads():
    # the loop's own pool and the price list's loader belong to the process, not to a run
    return {one for one in threading.enumerate() if not one.name.startswith(("asyncio_", "mainstem-prices"))}


@pytest.mark.parametrize("source", ["agent", "foreign"])
@pytest.mark.parametrize("lines", [0, 1, 40])
@pytest.mark.parametrize("turns", [[SLOW], CALLS_THEN_SLOW], ids=["answer", "tool"])
async def test_a_client_that_vanishes_leaves_nothing(source, lines, turns, home):
    outside = threads()
    async with playing(source, home, *turns, pace="own", repeat=True) as (asker, provider):
        async with asyncio.timeout(SOON):
            await asker.ask().stop()  # what is made once, is made
        before, threads_before = tasks(), threads()
        async with door(asker) as (port, runs):
            await asyncio.gather(*(vanish(port, lines) for _ in range(4)))
            await eventually(lambda: len(runs) == 4 and all(run.finished for run in runs))
        assert {(await run.result()).status for run in runs} == {"stopped"}
        await eventually(lambda: provider.connections == 0)
        assert {request.outcome for request in provider.requests} <= {"left", "answered"}
        await eventually(lambda: tasks() <= before)
        await eventually(lambda: threads() <= threads_before)
    await eventually(lambda: threads() <= outside)
