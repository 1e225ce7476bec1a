"""The frame clock: while an event loop keeps pace it does nothing; under load its streams are read by frames.

A frame is the time for which a stream is not read. What arrives within is read together, with the first that arrives
after it: so that work falls as frames grow. They begin when the loop's thread has next to no time left, or lets wait
what is ready; they last just as long as brings its work down to `TARGET` of its time, and end when that takes none. All
is looked at when something arrives, ten times a second at most: an idle loop has no timer.
"""

import asyncio
import time
import weakref
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from .readiness import Readiness, Waiting

LONGEST = 0.1
"""Seconds for which a stream is not read, at most."""
TARGET = 0.88
"""The share of its time that the loop's thread works, once frames have the right length."""

_FIRST = 0.02
_SHORTEST = 0.012  # shorter ones join too little to pay for themselves
_BUSY = 0.93
_LATE = 0.03
_TICK = 0.002
_LOOK = 0.1


def next_frame(frame: float, busy: float) -> float:
    """How long frames are from now on, if with those of `frame` seconds the thread works `busy` of its time.

    Work is as good as inverse to the frames' length. Up it goes by half of what is missing, since starting runs are
    bursts; down it goes at once.
    """
    if not frame:
        return _FIRST if busy > _BUSY else 0.0
    ratio = busy / TARGET
    fitting = frame * (ratio if ratio < 1 else (1 + ratio) / 2)
    return min(LONGEST, fitting) if fitting >= _SHORTEST else 0.0


class Frame(NamedTuple):
    """One stream's: the first arrival from `due` on ends it, and at `last` it ends in any case."""

    waiting: Waiting
    due: float
    last: float
    resume: Callable[[], None]


class FrameClock:
    """One for an event loop: `frame` is the present length of a frame in seconds, 0 while the loop keeps pace."""

    def __init__(self) -> None:
        self._frames: deque[Frame] = deque()
        self._open: dict[Waiting, Frame] = {}
        self._looked_at = time.monotonic()
        self._worked = time.thread_time()
        self._lag = 0.0
        self.readiness = Readiness()
        """Of the sockets that have had frames."""
        self.frame = 0.0
        self.streams = 0

    def heard(self) -> None:
        """Something arrived: a moment to look how the loop is doing."""
        now = time.monotonic()
        if now - self._looked_at >= _LOOK:
            self._look(now)

    def _look(self, now: float) -> None:
        worked = time.thread_time()
        busy = (worked - self._worked) / (now - self._looked_at)
        self._looked_at, self._worked = now, worked
        if self._lag > _LATE:
            busy = max(1.0, busy) * 1.5  # others use the core, or what is ready piles up
        self.frame = next_frame(self.frame, busy) if self.streams > 1 else 0.0
        asyncio.get_running_loop().call_soon(self._feel, now)

    def _feel(self, asked_at: float) -> None:
        self._lag = time.monotonic() - asked_at

    def hold(self, waiting: Waiting, resume: Callable[[], None]) -> None:
        """Call `resume` when the frame that begins now is over; `waiting` is that of the stream's socket."""
        if not self._frames:
            asyncio.get_running_loop().call_later(_TICK, self._tick)
        now = time.monotonic()
        frame = self._open[waiting] = Frame(waiting, now + self.frame, now + LONGEST, resume)
        self._frames.append(frame)

    def _tick(self) -> None:
        try:
            self._end_those_that_are_over(time.monotonic())
        finally:  # whatever one stream raises, the others are read
            if self._frames:
                asyncio.get_running_loop().call_later(_TICK, self._tick)

    def _end_those_that_are_over(self, now: float) -> None:
        for waiting in self.readiness.look(now):
            frame = self._open.get(waiting)
            if frame is not None and frame.due <= now:
                self._end(frame)
        while self._frames and self._is_over(self._frames[0], now):
            self._end(self._frames.popleft())

    def _is_over(self, frame: Frame, now: float) -> bool:
        return (frame.last if self.readiness.sees else frame.due) <= now

    def _end(self, frame: Frame) -> None:
        if self._open.get(frame.waiting) is frame:
            del self._open[frame.waiting]
            frame.resume()


def clock_of(loop: asyncio.AbstractEventLoop) -> FrameClock:
    """The clock that all streams of `loop` share."""
    clock = _clocks.get(loop)
    if clock is None:
        clock = _clocks[loop] = FrameClock()
    return clock


_clocks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, FrameClock] = weakref.WeakKeyDictionary()
