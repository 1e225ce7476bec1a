"""NDJSON: one event a line."""

from collections.abc import AsyncIterator, Iterable, Iterator

from .events import AnyEvent, decode
from .readable import Readable


async def write(run: Readable, from_seq: int = 1) -> AsyncIterator[bytes]:
    """The run's events as lines, each with its line break, as they come."""
    async for data in run.lines(from_seq):
        yield data + b"\n"


def read(lines: Iterable[str | bytes]) -> Iterator[AnyEvent]:
    """The events of recorded lines; empty ones are passed over. Raises `ValidationError` on a strange one."""
    for line in lines:
        if line.strip():
            yield decode(line)
