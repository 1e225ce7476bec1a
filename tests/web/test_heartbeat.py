"""A silent stream says something before a proxy takes it for dead, whenever it last spoke."""

import asyncio
from itertools import pairwise

from mainstem import Session, Settings
from mainstem.web.limiter import Limiter
from mainstem.web.run_manager import RunManager
from mainstem.web.server import server
from mainstem.web.sse import EventStream
from mainstem.web.timeouts import HEARTBEAT, StreamTimeouts


class Leaping(asyncio.SelectorEventLoop):
    """A loop whose clock leaps to the next timer, so that no test waits and none depends on the machine."""

    def __init__(self):
        super().__init__()
        self._now = 0.0
        select = self._selector.select

        def leap(timeout=None):
            self._now += timeout or 0.0
            return select(0)

        self._selector.select = leap

    def time(self):
        return self._now


async def said(*pauses):
    """When a stream whose pieces come after such pauses says something, pings included."""
    times, clock = [], asyncio.get_running_loop().time

    async def pieces():
        for pause in pauses:
            await asyncio.sleep(pause)
            yield b"piece"

    async def send(message):
        times.append(clock())

    await EventStream(pieces(), Limiter(1, "streams"))({}, asyncio.Event().wait, send)
    return times


def test_no_silence_is_longer_than_the_heartbeat():
    with asyncio.Runner(loop_factory=Leaping) as runner:
        times = runner.run(said(1, HEARTBEAT - 2, 2.5 * HEARTBEAT, 0.1, 4 * HEARTBEAT))
    assert max(later - earlier for earlier, later in pairwise(times)) <= HEARTBEAT + 1e-6


def test_a_stream_that_speaks_is_not_pinged():
    with asyncio.Runner(loop_factory=Leaping) as runner:
        times = runner.run(said(*[HEARTBEAT - 1] * 4))
    assert len(times) == 1 + 4 + 1  # its head, its pieces, its end


def test_websockets_are_pinged_as_often(tmp_path):
    manager = RunManager(Session(Settings(home=tmp_path / "home")), timeouts=StreamTimeouts(heartbeat=3.0))
    assert server(manager).config.ws_ping_interval == 3.0
