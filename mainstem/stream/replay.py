"""Read a recorded run again, byte for byte, also one that another process is still writing."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator

from .events import Event, Gap, encode
from .journal import Journal

POLL_SECONDS = 0.1
"""How often the journal is looked at for what another process has written."""


async def replay(journal: Journal, run_id: str, from_seq: int = 1) -> AsyncIterator[bytes]:
    """The run's lines from `from_seq` on; of a run that goes on, as they are committed, until its end.

    Events that were pruned show as one `gap`. Raises `UnknownRun`, `JournalError`.
    """
    seq = max(1, from_seq)
    while True:
        # Asked before reading: a run that ends in between is read to its end in the next round.
        record = await journal.find(run_id)
        rows = await journal.read(run_id, seq)
        for number, data in rows:
            if number > seq:
                yield encode(Gap(seq=number - 1, run_id=run_id, from_seq=seq, to_seq=number - 1))
            yield data
            seq = number + 1
        if not rows and record.status is not None:
            return
        if not rows:
            await asyncio.sleep(POLL_SECONDS)


async def paced(events: AsyncIterable[Event], speed: float | None) -> AsyncIterator[Event]:
    """`events` at the pace they were made, `speed` times as fast; None: as fast as they can be read."""
    if speed is None:
        async for event in events:
            yield event
        return
    began, first = asyncio.get_running_loop().time(), None
    async for event in events:
        first = event.at if first is None else first
        due = began + (event.at - first) / speed
        await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))
        yield event
