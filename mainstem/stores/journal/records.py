"""What a journal tells of its runs, and how much of them it is to keep."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Retention:
    """How much of the past is kept."""

    days: float | None = None
    """Runs older than this are pruned; None: none for their age."""
    megabytes: float | None = None
    """The oldest runs are pruned until the rest holds no more JSON than this; None: none for their size."""


@dataclass(frozen=True)
class RunRecord:
    """One run in the journal."""

    run_id: str
    thread_id: str | None
    graph: str
    tags: dict[str, str]
    started_at: str
    """ISO 8601, UTC."""
    status: str | None
    """How it ended; None while it goes on."""
    seconds: float | None
    """How long it took; None while it goes on."""
    events: int | None
    """How many events it has; None while it goes on."""
    pruned: bool
    """Whether its events were pruned: a replay shows a gap, and the end."""


@dataclass(frozen=True)
class Feedback:
    """What somebody, or a judge, said of a run. It stands beside the run's events and changes none of them."""

    run_id: str
    name: str
    """What was judged: `thumbs`, `helpful`, `correct`."""
    score: float | None = None
    label: str | None = None
    """The judgement in a word: `up`, `wrong`."""
    explanation: str = ""
    """Why, in the judge's words; they are forgotten with the run's events."""
    annotator: str = ""
    """Who said so; empty: nobody said who."""
    at: str = ""
    """When, ISO 8601 in UTC."""


@dataclass(frozen=True)
class RecordFault:
    """One thing that is not as it was written."""

    kind: Literal["changed", "missing", "added"]
    """What happened to it."""
    seq: int
    """The record; 0: the run's own row, which says its thread, tags, times and status."""

    def __str__(self) -> str:
        if self.seq == 0:
            return "the run's own row was changed (its thread, tags, times, status, or that it was pruned)"
        return f"record {self.seq} is {self.kind}" if self.kind == "missing" else f"record {self.seq} was {self.kind}"


@dataclass(frozen=True)
class Verification:
    """What a check of one run found."""

    run_id: str
    events: int
    """Records that were checked."""
    faults: tuple[RecordFault, ...] = ()
    """What is wrong, in order; after a changed record the chain is taken up again from what stands there."""
    pruned: bool = False
    """Whether its events were pruned: then only its end is left, and nothing can be checked but that."""
    finished: bool = True
    """Whether the run had ended; the tail of one that goes on cannot be checked."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults
