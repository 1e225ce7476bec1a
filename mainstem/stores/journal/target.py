"""Where the journal's thread writes to, and how far each run's chain of hashes has come there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from .chain import chain
from .items import AppendEvent, JournalRow


class JournalTarget(Protocol):
    """A database that runs are written to, by one thread. Every method may raise `errors`, and is tried again then."""

    shows_committed: bool
    """Whether readers are shown only what is committed."""

    @property
    def errors(self) -> tuple[type[Exception], ...]:
        """What its use may raise."""
        ...

    def open(self) -> None:
        """Connect, and end what crashes left."""
        ...

    def commit(self, rows: Sequence[JournalRow]) -> Sequence[JournalRow]:
        """Write these in one transaction, or none; returns those that count: others are another process's to write."""
        ...

    def recover(self) -> None:
        """End, truthfully, the runs that dead processes left open."""
        ...

    def forget(self, thread_id: str) -> None:
        """Delete the runs of a thread that are over."""
        ...

    def prune(self) -> None:
        """Forget what is not to be kept any more."""
        ...

    def close(self) -> None:
        """Nothing will be written any more."""
        ...


@dataclass(slots=True)
class Head:
    """The end of a run's chain.

    `owner`: the instance that writes it, where many share a server; `adopted`: whether it was another's before.
    """

    hash: bytes = b""
    events: int = 0
    size: int = 0
    owner: int = 0
    adopted: bool = False

    def append(self, row: AppendEvent) -> bytes:
        """The hash of the next record."""
        self.hash = chain(self.hash, row.data)
        self.events, self.size = row.seq, self.size + len(row.data)
        return self.hash


class Heads(dict[str, Head]):
    """The heads of the runs that go on, by run."""

    def kept(self) -> "Heads":
        """As they are now: to go back to where a transaction fails."""
        return Heads({run_id: replace(head) for run_id, head in self.items()})
