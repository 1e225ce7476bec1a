"""What views need of a run, be it under way or recorded."""

from collections.abc import AsyncIterator
from typing import Protocol

from .events import AnyEvent
from .transcript import Result


class Readable(Protocol):
    """What views need of a run: its events, as often as they like, and what came of it."""

    @property
    def run_id(self) -> str:
        """The run."""
        ...

    def events(self, from_seq: int = 1) -> AsyncIterator[AnyEvent]:
        """The events from `from_seq` on."""
        ...

    def lines(self, from_seq: int = 1) -> AsyncIterator[bytes]:
        """The same as JSON."""
        ...

    async def result(self) -> Result:
        """What came of it."""
        ...
