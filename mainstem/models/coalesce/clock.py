"""The frame clock: while an event loop keeps pace it does nothing; under load its streams are read by frames.

Load is how much of its time the loop's thread works, and how long the loop makes what is ready wait. Both are looked
at when something arrives, ten times a second at most: an idle loop has no timer. Under load a stream is read once a
frame, and the frames of the streams are spread over time, so that the answers to one are out before the next begin.
"""

import asyncio
import time
import weakref
from collections.abc import Callable

LONGEST = 0.1
"""Seconds that a frame lasts at most."""

_SHORTEST = 0.01
_SLOT = 0.01
_LOOK = 0.1
_BUSY, _IDLE = 0.7, 0.45
_LATE, _PROMPT = 0.03, 0.01
_STEP = 1.6


class FrameClock:
    """One for an event loop: `frame` is the present length of a frame in seconds, 0 while the loop keeps pace."""

    def __init__(self) -> None:
        self._slots: dict[int, list[Callable[[], None]]] = {}
        self._looked_at = time.monotonic()
        self._worked = time.thread_time()
        self._lag = 0.0
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
        if self.streams > 1 and (busy > _BUSY or self._lag > _LATE):
            self.frame = min(LONGEST, max(_SHORTEST, self.frame * _STEP))
        elif busy < _IDLE and self._lag < _PROMPT:
            self.frame = self.frame / _STEP if self.frame > _SHORTEST else 0.0
        asyncio.get_running_loop().call_soon(self._feel, now)

    def _feel(self, asked_at: float) -> None:
        self._lag = time.monotonic() - asked_at

    def hold(self, resume: Callable[[], None]) -> None:
        """Call `resume` when the next frame of this stream begins: half a frame away, or as much as a whole one."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        last = int((now + self.frame) / _SLOT)
        first = min(last, int((now + self.frame / 2) / _SLOT) + 1)
        slot = min(range(last, first - 1, -1), key=lambda slot: len(self._slots.get(slot, ())))
        if slot not in self._slots:
            self._slots[slot] = []
            loop.call_at(slot * _SLOT, self._begin, slot)
        self._slots[slot].append(resume)

    def _begin(self, slot: int) -> None:
        for resume in self._slots.pop(slot):
            resume()


def clock_of(loop: asyncio.AbstractEventLoop) -> FrameClock:
    """The clock that all streams of `loop` share."""
    clock = _clocks.get(loop)
    if clock is None:
        clock = _clocks[loop] = FrameClock()
    return clock


_clocks: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, FrameClock] = weakref.WeakKeyDictionary()
