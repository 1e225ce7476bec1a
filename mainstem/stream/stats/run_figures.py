"""What runs are compared by: how fast, how dear, how long and how well cited the answer of each was."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..events import Event
from ..transcript import Transcript

Passage = tuple[str, int, int]
"""A document, and from where to where in it."""


@dataclass(frozen=True)
class RunFigures:
    """One run; None: it has no such figure."""

    run_id: str
    unit: str
    """What runs hang together by: their thread, else the run itself."""
    figures: dict[str, float] = field(default_factory=dict[str, float])
    """By name, as in `comparison.FIGURES`."""
    passages: frozenset[Passage] = frozenset()
    """What its answer cites."""


_TELLING = ("done", "truncated", "failed")


def run_figures(events: Iterable[Event]) -> RunFigures | None:
    """The figures of a run that is over; None for one that tells nothing of its variant.

    That is one that a person stopped or has to decide on, that was halted or refused, or whose events were pruned.
    """
    told = Transcript.of(events)
    end, answer = told.finished, told.answer
    if told.started is None or not told.run_id or end is None or end.not_run or end.status not in _TELLING:
        return None
    found = {"broken": float(end.broken)}
    if not end.broken:
        found |= _answered(told)
        found["seconds"] = end.seconds
        if end.cost is not None:
            found["cost"] = end.cost
        if answer is not None and answer.finished is not None and answer.finished.ttft is not None:
            found["first_token"] = answer.finished.ttft
    cited = frozenset((each.document, each.locator.start, each.locator.end) for each in told.citations)
    return RunFigures(told.run_id, told.thread_id or told.run_id, found, cited)


def _answered(told: Transcript) -> dict[str, float]:
    found = {"words": float(len(told.text.split())), "citations": float(len(told.citations))}
    verdicts = [each.verdict for each in told.citations if each.verdict is not None]
    if verdicts:
        found["supported"] = verdicts.count("supported") / len(verdicts)
    return found
