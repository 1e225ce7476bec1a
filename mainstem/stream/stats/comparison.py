"""Two sides of runs, figure by figure, and whether one of them can be called better.

Runs of a thread hang together, so each thread counts once, with the mean of its runs. Equal sides are called different
with a probability of `ALPHA` at most: for all figures of a comparison and all looks at it together.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Literal, Self

from .intervals import Interval, mean_interval, median_interval, share_interval
from .rank_test import bound, rank_difference
from .run_figures import RunFigures

ALPHA = 0.001
"""Probability that a comparison of equal sides ever calls anything."""

ENOUGH = 20
"""Threads a side below which nothing is called."""

MATTERS = 0.05
"""The share of the baseline's value below which a difference is not called, however sure it is."""

MATTERS_SHARE = 0.01
"""The same for shares: a percentage point."""

Call = Literal["better", "worse", "more", "less"]
"""`more` and `less`: of a figure of which neither is better."""


@dataclass(frozen=True)
class ComparedFigure:
    """What is compared."""

    name: str
    interval: Callable[[Sequence[float]], Interval]
    worse: Literal["more", "less"] | None
    """Which direction is a regression; None: neither."""
    regression: str = ""
    """What that is called."""

    @property
    def is_share(self) -> bool:
        """Whether its values are shares."""
        return self.interval is share_interval


FIGURES = (
    ComparedFigure("first_token", median_interval, "more", "slower to begin"),
    ComparedFigure("seconds", median_interval, "more", "slower"),
    ComparedFigure("cost", median_interval, "more", "costlier"),
    ComparedFigure("words", median_interval, None),
    ComparedFigure("citations", mean_interval, "less", "fewer citations"),
    ComparedFigure("supported", share_interval, "less", "fewer supported citations"),
    ComparedFigure("broken", share_interval, "more", "more broken streams"),
)
"""In the order in which they are shown."""


@dataclass(frozen=True)
class Compared:
    """One figure of both sides; None: a side has no such values."""

    figure: ComparedFigure
    baseline: Interval | None
    variant: Interval | None
    call: Call | None = None
    """None: nothing can be told, yet."""

    @property
    def regression(self) -> str:
        """What is worse; empty: nothing that can be told."""
        return self.figure.regression if self.call == "worse" else ""

    def told(self) -> dict[str, Any]:
        """As JSON."""
        sides = {"baseline": self.baseline, "variant": self.variant}
        return {**{name: None if side is None else vars(side) for name, side in sides.items()}, "call": self.call}


@dataclass(frozen=True)
class VariantComparison:
    """A variant beside the baseline."""

    name: str
    shadow: bool
    """Whether its runs were shadows; the baseline are the runs that they stand beside then."""
    baseline_runs: int
    variant_runs: int
    fewest_threads: int
    """Threads of the side that has fewer of them."""
    figures: list[Compared]
    kept: Interval | None = None
    """Of shadows: the share of the passages that the answers cite which theirs cite, too."""

    @classmethod
    def of(
        cls,
        name: str,
        baseline: Sequence[RunFigures],
        variant: Sequence[RunFigures],
        pairs: Iterable[tuple[str, RunFigures]] = (),
        *,
        shadow: bool = False,
    ) -> Self:
        """Compare two sides. `pairs`: shadows, each with the id of the run that it stands beside."""
        kept = kept_citations(baseline, pairs) if shadow else None
        fewest = min(len({run.unit for run in side}) for side in (baseline, variant))
        return cls(name, shadow, len(baseline), len(variant), fewest, compare(baseline, variant), kept)

    @property
    def regressions(self) -> list[str]:
        """What is worse than with the baseline, for people."""
        return [each.regression for each in self.figures if each.regression]

    def told(self) -> dict[str, Any]:
        """As JSON; `null` where nothing can be told."""
        return {
            "variant": self.name,
            "shadow": self.shadow,
            "baseline_runs": self.baseline_runs,
            "variant_runs": self.variant_runs,
            "figures": {each.figure.name: each.told() for each in self.figures},
            "citations_kept": None if self.kept is None else vars(self.kept),
            "regressions": self.regressions,
        }


def compare(baseline: Iterable[RunFigures], variant: Iterable[RunFigures]) -> list[Compared]:
    """Each figure of the two sides."""
    ours, theirs = _by_figure(baseline), _by_figure(variant)
    return [_compared(figure, ours[figure.name], theirs[figure.name]) for figure in FIGURES]


def kept_citations(baseline: Iterable[RunFigures], shadows: Iterable[tuple[str, RunFigures]]) -> Interval | None:
    """The share of the passages cited in runs that their shadows cite, too; None where nothing was cited.

    `shadows`: each with the id of the run that it stands beside.
    """
    cited = {run.run_id: run.passages for run in baseline}
    pairs = [(cited.get(of) or frozenset(), run.passages) for of, run in shadows]
    kept = [len(before & after) / len(before) for before, after in pairs if before]
    return share_interval(kept) if kept else None


def _by_figure(runs: Iterable[RunFigures]) -> defaultdict[str, list[float]]:
    units: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list[float]))
    for run in runs:
        for name, value in run.figures.items():
            units[name][run.unit].append(value)
    found = defaultdict[str, list[float]](list[float])
    found.update({name: [_mean(values) for values in of_unit.values()] for name, of_unit in units.items()})
    return found


def _mean(values: list[float]) -> float:
    return values[0] if len(values) == 1 else fmean(values)  # most threads have one run


def _compared(figure: ComparedFigure, ours: list[float], theirs: list[float]) -> Compared:
    before, after = (figure.interval(side) if side else None for side in (ours, theirs))
    call = None if before is None or after is None else _call(figure, ours, theirs, before.value, after.value)
    return Compared(figure, before, after, call)


def _call(figure: ComparedFigure, ours: list[float], theirs: list[float], before: float, after: float) -> Call | None:
    if min(len(ours), len(theirs)) < ENOUGH:
        return None
    change, least = after - before, MATTERS_SHARE if figure.is_share else MATTERS * abs(before)
    difference = rank_difference(theirs, ours)
    sure = abs(difference) > bound(len(theirs), len(ours), ALPHA / len(FIGURES))
    if not sure or abs(change) < least or change * difference <= 0:
        return None
    direction: Literal["more", "less"] = "more" if change > 0 else "less"
    if figure.worse is None:
        return direction
    return "worse" if direction == figure.worse else "better"
