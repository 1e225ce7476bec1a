"""The runs' journal: what every reader of a run that is over, or goes on elsewhere, reads.

Any number of processes may write and read it at once. A process that begins to write first ends, truthfully, the runs
that a crashed one left open, and forgets what is older or larger than what is to be kept.
"""

from collections.abc import Sequence
from typing import Protocol

from ...stream.spill import Recorder
from .chain import chain
from .records import Feedback, RecordFault, Retention, RunRecord, Verification

__all__ = ["Feedback", "Journal", "RecordFault", "Retention", "RunRecord", "Verification", "chain"]


class Journal(Recorder, Protocol):
    """Where runs are recorded. `open` begins one, and returns at once; what its log writes is committed in batches."""

    @property
    def broken(self) -> str:
        """Why nothing can be written any more; empty while all is well."""
        ...

    async def flush(self, *, hurry: bool = True) -> None:
        """Return when all that was written so far is committed; `hurry`: it is committed now, and not in its batch."""
        ...

    async def recover(self) -> None:
        """End, truthfully, the runs that dead processes left open; done also when a process begins to write."""
        ...

    async def abandoned(self, run_id: str) -> bool:
        """Whether the run has no end and the process that made it is dead. Raises `JournalError`."""
        ...

    async def forget(self, thread_id: str) -> None:
        """Delete the runs of a thread that are over, with their events. Raises `JournalError` when that fails."""
        ...

    async def close(self) -> None:
        """Commit what is left. What was written can still be read."""
        ...

    async def runs(self, limit: int = 100, thread_id: str | None = None) -> Sequence[RunRecord]:
        """The latest runs, of one thread or of all, newest first. Raises `UnknownRun` when there is no journal yet."""
        ...

    async def going_on(self) -> Sequence[RunRecord]:
        """The runs that go on, in whichever process. Raises `UnknownRun` when there is no journal yet."""
        ...

    async def find(self, run_id: str) -> RunRecord:
        """The run of that id, or of the only id that begins so, as it is written. Raises `UnknownRun`."""
        ...

    async def read(self, run_id: str, from_seq: int = 1, limit: int = 256) -> Sequence[tuple[int, bytes]]:
        """Up to `limit` committed events of a run from `from_seq` on. Raises `JournalError` when it cannot be read."""
        ...

    async def more(self, run_id: str, from_seq: int) -> None:
        """Return when another process may have written the event `from_seq` of a run, or its end; it is not sure.

        Raises `JournalError`.
        """
        ...

    async def of_thread(self, thread_id: str, kind: str) -> Sequence[bytes]:
        """The committed events of one kind (an event's `type`) in the runs of a thread, oldest first."""
        ...

    async def add_feedback(self, feedback: Feedback) -> None:
        """Keep what somebody said of a run. Raises `JournalError` when it cannot be written."""
        ...

    async def feedback(self, run_id: str | None = None) -> Sequence[Feedback]:
        """What was said of a run, or of all of them, oldest first."""
        ...

    async def verify(self, run_id: str) -> Verification:
        """Check that a run's records are as they were written. Raises `UnknownRun`, `JournalError`."""
        ...
