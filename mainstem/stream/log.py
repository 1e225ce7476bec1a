"""The log of one run: every event once, encoded once, read by position by any number of readers.

The newest events are in memory, up to a stated number of bytes and what the journal has not committed yet (the last
50 ms); older ones are in the journal. A reader that is slow costs neither the graph's progress nor an event: it reads
on from where it was.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from .errors import JournalError, LeaseLost
from .events import Event, Gap, encode
from .loop_calls import call_in_loop
from .spill import Spill

T = TypeVar("T")

BATCH = 64
"""Events that a reader takes from memory before it lets other tasks run."""


class Log:
    """Append-only, numbered from 1. `memory` is the bound in bytes of JSON; `spill` is asked for when it is reached."""

    def __init__(self, run_id: str, memory: int, spill: Spill | None, make_spill: Callable[[], Spill]) -> None:
        self._run_id = run_id
        self._memory = memory
        self._spill = spill
        self._make_spill = make_spill
        self.shows_committed = spill is not None and spill.shows_committed
        """Whether readers are shown only what is safely on disk, for they may be in other processes."""
        self._entries: deque[bytes] = deque()
        self._size = 0
        self.waiters: list[asyncio.Future[None]] = []
        """The readers that wait at the end of the log."""
        self.pending: Callable[[], None] | None = None
        """Appends what waits to be joined, if anything does: called when a reader has read all there is."""
        self.first = 1
        self.last = 0
        self.shown = 0
        """The last event that readers are shown: the last one, or the last that another process could go on from."""
        self.closed = False
        self.moved = False
        """Whether another process goes on with the run: what it appends is read there."""
        self._watching = False

    def begin_after(self, seq: int) -> None:
        """Go on from `seq`, which another process appended: what came before is in the journal."""
        self.first, self.last, self.shown = seq + 1, seq, seq

    @property
    def broken(self) -> str:
        """Why the journal takes nothing any more; empty while all is well."""
        return self._spill.broken if self._spill else ""

    @property
    def lost(self) -> tuple[int, int] | None:
        """The first and the last event that the journal could not take; None: none."""
        return self._spill.lost if self._spill else None

    def append(self, event: Event) -> None:
        """Number, encode and keep the next event, and wake the readers."""
        self.last += 1
        data = encode(event, seq=self.last, run_id=self._run_id)
        self._entries.append(data)
        self._size += len(data)
        if self._spill:
            self._spill.write(self.last, data)
        if self._size > self._memory:
            self._shrink()
        if self.shows_committed:
            self._watch()
        else:
            self.shown = self.last
            self._wake()

    def _watch(self) -> None:
        """Wake the readers when more is committed: they are shown nothing else."""
        if self._spill is not None and not self._watching and not self.moved:
            self._watching = True
            self._spill.when_committed(partial(call_in_loop, asyncio.get_running_loop(), self._committed))
            if self._spill.committed >= self.last or self._spill.moved:  # it came in between, and nobody will call
                self._committed()

    def _committed(self) -> None:
        self._watching = False
        if self._spill is not None:
            self.shown = min(self.last, self._spill.committed)
            if self._spill.moved:
                self.move()
                return
        self._shrink_on()
        if self.pending is not None:
            self.pending()  # it was joined while a batch was under way; the next one takes it
        if self.shown < self.last:
            self._watch()
        self._wake()

    def move(self) -> None:
        """Another process goes on with the run: readers here see no more than what it knows."""
        self.moved = True
        self._wake()

    def close(self) -> None:
        """Nothing will be appended any more."""
        self.closed = True
        self._wake()

    def _wake(self) -> None:
        waiters, self.waiters = self.waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _shrink(self) -> None:
        if self._spill is None:
            self._spill = self._make_spill()
            for seq, data in enumerate(self._entries, self.first):
                self._spill.write(seq, data)
        # Only what is safely on disk may leave memory; with a broken journal the bound holds and readers see a gap.
        while self._size > self._memory and (self.first <= self._spill.committed or self._spill.broken):
            self._size -= len(self._entries.popleft())
            self.first += 1
        if self._size > self._memory:
            if self._spill.shows_committed:
                self._watch()
                return
            again = partial(call_in_loop, asyncio.get_running_loop(), self._shrink_on)
            self._spill.when_committed(again)

    def _shrink_on(self) -> None:
        if self._size > self._memory:
            self._shrink()

    def get(self, seq: int) -> bytes | None:
        """The event at `seq`, if it is in memory."""
        position = seq - self.first
        return self._entries[position] if 0 <= position < len(self._entries) else None

    async def spilled(self, seq: int, limit: int = 256) -> list[tuple[int, bytes]]:
        """Events from `seq` on that have left memory; none where they cannot be read."""
        try:
            return await self._spill.read(seq, limit) if self._spill else []
        except JournalError:
            return []

    def past(self) -> list[bytes]:
        """All events so far that can still be had, at once: what has left memory is waited for."""
        if self.first == 1:
            return list(self._entries)
        with ThreadPoolExecutor(1) as aside:  # the journal is read asynchronously, and this loop is waiting
            older = aside.submit(lambda: asyncio.run(self._all_older())).result()
        return [*older, *self._entries]

    async def _all_older(self) -> list[bytes]:
        found: list[bytes] = []
        seq = 1
        while seq < self.first:
            async for reached, data in self._older(seq):
                found.append(data)
                seq = reached + 1
        return found

    def more(self) -> asyncio.Future[None]:
        """What is done when something was appended or the log was closed. Raises `LeaseLost` where it has moved."""
        if self.moved:
            raise LeaseLost("The run goes on in another process.")
        if self.waiters:
            self.waiters = [each for each in self.waiters if not each.cancelled()]  # readers that left
        waiter = asyncio.get_running_loop().create_future()
        self.waiters.append(waiter)
        return waiter

    async def read(self, from_seq: int, into: Callable[[list[bytes]], Iterable[T]]) -> AsyncIterator[T]:
        """The events from `from_seq` on, past and to come, until the log is closed.

        `into` makes what is read of those that are there at once, up to `BATCH`.
        """
        seq = max(1, from_seq)
        while True:
            if seq < self.first:
                async for reached, data in self._older(seq):
                    for item in into([data]):
                        yield item
                    seq = reached + 1
            elif seq <= self.shown:
                position, end = seq - self.first, self.shown + 1 - self.first
                batch = list(map(self._entries.__getitem__, range(position, min(position + BATCH, end))))
                for item in into(batch):
                    yield item
                seq += len(batch)
                if len(batch) == BATCH:
                    await asyncio.sleep(0)
            elif self.closed and seq > self.last:
                return
            elif self.pending is not None:
                self.pending()
            else:
                await self.more()

    async def _older(self, seq: int) -> AsyncIterator[tuple[int, bytes]]:
        """Events that have left memory; what is not in the journal either shows as a gap."""
        wanted = self.first
        rows = [row for row in await self.spilled(seq) if row[0] < wanted]
        reached = rows[0][0] if rows else wanted
        if reached > seq:
            gap = Gap(seq=reached - 1, run_id=self._run_id, from_seq=seq, to_seq=reached - 1)
            yield reached - 1, encode(gap)
        for row in rows:
            yield row
