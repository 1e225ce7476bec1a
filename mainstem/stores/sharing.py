"""What processes that share their stores tell each other: who is gone, and what is asked of whose run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from mainstem.stream.spill import RecordedRun

CommandKind = Literal["stop", "halt"]


@dataclass(frozen=True)
class Orphan:
    """A run whose process is gone, and that is this one's to go on with from now on."""

    run_id: str
    thread_id: str
    tags: dict[str, str]
    request: str
    """What it was asked, as its session wrote it down."""
    holds_thread: bool
    """Whether it held its thread; else it was waiting for it."""
    recorded: RecordedRun
    """What its log writes to."""


@dataclass(frozen=True)
class Command:
    """What somebody asked of a run of this process."""

    run_id: str
    kind: CommandKind
    text: str
    """For people: why it is halted."""


class Sharing(Protocol):
    """The other processes that share these stores."""

    @property
    def is_reachable(self) -> bool:
        """Whether this process hears the others just now, as far as it knows; it listens from `serve` on."""
        ...

    def serve(
        self, graph: str, adopt: Callable[[Sequence[Orphan]], None], obey: Callable[[Sequence[Command]], None]
    ) -> None:
        """Take over what dead processes left of this graph's runs, and obey; both are called from another thread."""
        ...

    def obey(self, call: Callable[[Sequence[Command]], None]) -> None:
        """Do what other processes ask of the runs of this one, which takes over nothing; called as `serve`'s."""
        ...

    def adopt_no_more(self) -> None:
        """Leave what dead processes left to others: this one ends. It obeys on."""
        ...

    async def command(self, command: Command) -> None:
        """Ask something of a run, whichever process has it. Raises `JournalError`."""
        ...

    async def hand_over(self) -> bool:
        """Let others go on at once with the runs of this process; whether they were told.

        What was written so far is kept, and nothing that these runs write from then on.
        """
        ...

    def when_lost(self, call: Callable[[], object]) -> Callable[[], None]:
        """Call `call`, from another thread, when its runs are another process's; returns what takes that back."""
        ...
