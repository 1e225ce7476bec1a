"""What the journal's thread is told: a run begins, goes on, ends; and what it is asked to do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class CommitListener(Protocol):
    """Whoever wants to know how far the journal has come."""

    def committed_to(self, seq: int) -> None:
        """Everything up to `seq` is committed; called in the journal's thread."""
        ...

    def lose(self, seq: int) -> None:
        """The event `seq` will never be written; called in the journal's thread."""
        ...

    def move(self) -> None:
        """Another process goes on with the run: nothing more is committed here; called in the journal's thread."""
        ...


@dataclass(frozen=True, slots=True)
class BeginRun:
    """A run begins."""

    run_id: str
    thread_id: str | None
    graph: str
    tags: str
    started_at: str
    request: str | None = None
    """What another process needs to go on with it; None: nobody can."""


@dataclass(frozen=True, slots=True)
class AdoptRun:
    """A run of another process is gone on with, from the end of its chain of hashes."""

    run_id: str
    hash: bytes
    events: int
    size: int
    owner: int
    """The instance that has it now."""


@dataclass(frozen=True, slots=True)
class AppendEvent:
    """The next event of a run."""

    run_id: str
    seq: int
    data: bytes
    listener: CommitListener
    adopted_by: int = 0
    """The instance that went on with the run; 0: it was begun here."""


@dataclass(frozen=True, slots=True)
class FinishRun:
    """A run has ended."""

    run_id: str
    status: str
    seconds: float
    adopted_by: int = 0
    """As of `AppendEvent`."""


@dataclass(frozen=True, slots=True)
class RecoverRuns:
    """End the runs that dead processes left open."""


@dataclass(frozen=True, slots=True)
class ForgetThread:
    """Delete the runs of a thread and their events."""

    thread_id: str


@dataclass(frozen=True, slots=True)
class TellCommitted:
    """Tell when everything before this was tried to be committed."""

    tell: Callable[[], object]
    """Called in the journal's thread. May raise `RuntimeError`, for a loop that is closed."""
    hurry: bool
    """Whether somebody waits: what there is is committed now, and not when its moment is over."""


JournalRow = BeginRun | AdoptRun | AppendEvent | FinishRun
"""What is written."""

QueueItem = JournalRow | RecoverRuns | ForgetThread | TellCommitted
"""What is queued."""
