"""What the log of one run writes to, in whichever database the journal is."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from .items import AppendEvent, FinishRun
from .writer import JournalWriter

Read = Callable[[str, int, int], Awaitable[Sequence[tuple[int, bytes]]]]
"""Reads committed events of a run: its id, from where on, how many."""


class WrittenRun:
    """One run, as the thread of its journal writes it.

    `committed`: what is written of it already; `adopted_by`: the instance that goes on with it, where it was another's.
    """

    def __init__(
        self, read: Read, writer: JournalWriter, run_id: str, *, committed: int = 0, adopted_by: int = 0
    ) -> None:
        self.committed = committed
        self.lost: tuple[int, int] | None = None
        """The first and the last event that could not be written, of all that could not; None: none."""
        self.moved = False
        """Whether another process goes on with the run: nothing more is committed here."""
        self._waiting: Callable[[], object] | None = None
        self._read = read
        self._writer = writer
        self._run_id = run_id
        self._adopted_by = adopted_by

    @property
    def broken(self) -> str:
        """Why nothing can be written any more; empty while all is well."""
        return self._writer.broken

    @property
    def shows_committed(self) -> bool:
        """Whether readers are shown only what is committed."""
        return self._writer.shows_committed

    def when_committed(self, call: Callable[[], object]) -> None:
        """Call `call` once, in the journal's thread, when something more is committed, or nothing ever will be."""
        self._waiting = call

    def committed_to(self, seq: int) -> None:
        """Everything up to `seq` is committed; called in the journal's thread."""
        self.committed = seq
        self._call_waiting()

    def move(self) -> None:
        """Another process goes on with the run: nothing more is committed here; called in the journal's thread."""
        self.moved = True
        self._call_waiting()

    def _call_waiting(self) -> None:
        if (call := self._waiting) is not None:
            self._waiting = None
            # The reader's event loop may be closed by now: then nobody needs the memory either.
            with suppress(RuntimeError):
                call()

    def lose(self, seq: int) -> None:
        """The event `seq` will never be written; called in the journal's thread."""
        self.lost = (self.lost[0] if self.lost else seq, seq)

    def write(self, seq: int, data: bytes) -> None:
        """Take one event; returns at once."""
        self._writer.put(AppendEvent(self._run_id, seq, data, self, self._adopted_by))

    def finish(self, status: str, seconds: float) -> None:
        """Note how the run ended."""
        self._writer.put(FinishRun(self._run_id, status, seconds, self._adopted_by))

    async def read(self, from_seq: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` events from `from_seq` on, in order."""
        return list(await self._read(self._run_id, from_seq, limit))
