"""A recorded run, to be read and shown like one that is under way."""

from collections.abc import AsyncIterator

from ...stream.events import AnyEvent, decode
from ...stream.transcript import Result, Transcript
from . import Journal
from .replay import at_speed, replay


class Recording:
    """The run `run_id` of a journal, from `from_seq` on, `speed` times as fast as it was (None: at once)."""

    def __init__(self, journal: Journal, run_id: str, *, speed: float | None = 1.0, from_seq: int = 1) -> None:
        self.run_id = run_id
        self._journal = journal
        self._speed = speed
        self._from_seq = from_seq

    async def events(self, from_seq: int = 1) -> AsyncIterator[AnyEvent]:
        """The events, at the recording's pace."""
        async for data in self.lines(from_seq):
            yield decode(data)

    def lines(self, from_seq: int = 1) -> AsyncIterator[bytes]:
        """The same as JSON, byte for byte as it was sent."""
        return at_speed(replay(self._journal, self.run_id, max(from_seq, self._from_seq)), self._speed)

    async def result(self) -> Result:
        """What came of the run, from its whole record."""
        transcript = Transcript()
        async for data in replay(self._journal, self.run_id):
            transcript.add(decode(data))
        return transcript.result()
