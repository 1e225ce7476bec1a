"""Whose turn it is: how the streams of one event loop share it when there is more to do than time.

What comes for a stream wakes its reader at once, as long as few come together. Where more comes than gets done, streams
wait for their turn in the order in which something came for them, and a turn takes all that has come by then: the
longer the queue, the more is read together, so that work falls as load grows. No timer runs and nothing is measured:
there is a queue while there is more to do than time, and none when there is not.

Between two rounds of turns everything else that is ready goes on: runs that begin, and first words, which never queue.
"""

import asyncio
import time
import weakref
from collections import deque
from collections.abc import Callable

from .readiness import Readiness

A_ROUND = 2
"""Turns between which the event loop does all else that is ready."""

_LOOK = 0.002
"""Seconds after which somebody looks what has come for those that wait unread."""


class Turns:
    """One for an event loop."""

    def __init__(self) -> None:
        self._queue: deque[Callable[[], None]] = deque()
        self._taken = 0
        self._looked_at = 0.0
        self.readiness = Readiness()
        """Of the sockets that had to wait unread."""

    def take(self) -> bool:
        """Take a turn of this round; False when there is none left, and one has to `wait`."""
        if self._taken >= A_ROUND:
            return False
        if not self._taken:
            asyncio.get_running_loop().call_soon(self._round)
        self._taken += 1
        return True

    def wait(self, go_on: Callable[[], None]) -> None:
        """Call `go_on` when its turn comes."""
        self._queue.append(go_on)

    def _round(self) -> None:
        self._taken = min(A_ROUND, len(self._queue))
        if self._taken:
            asyncio.get_running_loop().call_soon(self._round)  # first: whatever one stream raises, the others go on
            self._look(time.monotonic())
        for _ in range(self._taken):
            asyncio.get_running_loop().call_soon(self._queue.popleft())

    def _look(self, now: float) -> None:
        if now - self._looked_at >= _LOOK:
            self._looked_at = now
            self.readiness.look(now)


def turns_of(loop: asyncio.AbstractEventLoop) -> Turns:
    """The turns that all streams of `loop` share."""
    turns = _turns.get(loop)
    if turns is None:
        turns = _turns[loop] = Turns()
    return turns


_turns: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = weakref.WeakKeyDictionary()
