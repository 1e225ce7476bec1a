"""A silent stream says something before a proxy takes it for dead, whenever it last spoke."""

import asyncio
from itertools import pairwise

from mainstem.web.limiter import Limiter
from mainstem.web.sse import EventStream
from mainstem.web.timeouts import HEARTBEAT


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
