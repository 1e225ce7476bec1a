"""Read a recorded run again, byte for byte, also one that another process is still writing."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Sequence

from ...stream.events import Gap, decode, encode
from . import Journal

SILENT_POLLS = 10
"""Looks that found nothing, after which it is asked whether the process that makes the run still lives."""


async def replay(journal: Journal, run_id: str, from_seq: int = 1) -> AsyncIterator[bytes]:
    """The run's lines from `from_seq` on; of a run that goes on, as they are committed, until its end.

    Events that were pruned show as one `gap`. Raises `UnknownRun`, `JournalError`.
    """
    async for batch in batches(journal, run_id, from_seq):
        for data in batch:
            yield data


async def batches(journal: Journal, run_id: str, from_seq: int = 1) -> AsyncIterator[list[bytes]]:
    """The same, as many lines at a time as were read at once."""
    seq, silent = max(1, from_seq), 0
    while True:
        # Asked before reading: a run that ends in between is read to its end in the next round.
        record = await journal.find(run_id)
        rows = await journal.read(run_id, seq)
        if rows:
            yield list(_without_holes(run_id, seq, rows))
            seq, silent = rows[-1][0] + 1, 0
        elif record.status is not None:
            return
        else:
            silent += 1
            if silent % SILENT_POLLS == 0 and await journal.abandoned(run_id):
                await journal.recover()
            else:
                await journal.more(run_id, seq)


def _without_holes(run_id: str, seq: int, rows: Sequence[tuple[int, bytes]]) -> Iterator[bytes]:
    for number, data in rows:
        if number > seq:
            yield encode(Gap(seq=number - 1, run_id=run_id, from_seq=seq, to_seq=number - 1))
        yield data
        seq = number + 1


async def at_speed(lines: AsyncIterable[bytes], speed: float | None) -> AsyncIterator[bytes]:
    """`lines` at the pace their events were made, `speed` times as fast; None: as fast as they can be read."""
    clock = asyncio.get_running_loop().time
    began, first = clock(), None
    async for data in lines:
        if speed is not None:
            at = decode(data).at
            first = at if first is None else first
            await asyncio.sleep(max(0.0, began + (at - first) / speed - clock()))
        yield data
