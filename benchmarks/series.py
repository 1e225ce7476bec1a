"""Trials taken in turns, so that what disturbs the machine disturbs all subjects alike; and their medians."""

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.bench import Bench, Outcome

VOID = "†"


class Series:
    """The outcomes of one subject. Those that are void do not count, unless there are no others."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def add(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)

    def median(self, key: str) -> float:
        """Of that figure; NaN when there is none."""
        found = [outcome.found[key] for outcome in self._counted() if key in outcome.found]
        return statistics.median(found) if found else float("nan")

    def _counted(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if not outcome.void] or self.outcomes

    @property
    def void(self) -> str:
        """Why the row does not count: fewer than half of its trials do."""
        reasons = [outcome.void for outcome in self.outcomes if outcome.void]
        return reasons[0] if len(reasons) * 2 > len(self.outcomes) else ""


def rounds(bench: Bench, names: Sequence[str], kind: str, *, fresh: bool = False, **numbers: Any) -> dict[str, Series]:
    """Each subject's trials, one of each a round."""
    found = {name: Series() for name in names}
    for _ in range(bench.rounds):
        for name, series in found.items():
            run = bench.fresh if fresh else bench.trial
            series.add(run(name, kind, **numbers))
    return found


def named(name: str, series: Series) -> str:
    """The row's name, marked when it is void."""
    return f"{name} {VOID}" if series.void else name


def notes(found: dict[str, Series]) -> list[str]:
    """Why rows are void."""
    return [f"{VOID} {name}: {series.void}." for name, series in found.items() if series.void]


def ratio(value: float, against: float) -> str:
    return f"{value / against:.2f}" if against and value == value and against == against else "–"


def pick(wanted: Iterable[str], there: Iterable[str]) -> list[str]:
    """Those of `wanted` that are there, in order."""
    known = set(there)
    return [name for name in wanted if name in known]
