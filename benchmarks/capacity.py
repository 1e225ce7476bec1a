"""How many streams a subject serves in time: criteria for *in time*, and the search for the number that meets them."""

import math
import statistics
from collections.abc import Callable
from typing import NamedTuple

from benchmarks.bench import Bench, Outcome

RATE = 50
SECONDS = 5.0
"""Seconds that are measured of a trial, when all streams have begun."""
SHARE = 0.95
"""Share of the tokens that must have come at all; the rest of the time, answers begin."""
FIRST_GUESS = 60
PRECISION = 1.12


class Criterion(NamedTuple):
    """What *in time* means: the most that tokens, and first words, may be late, in seconds."""

    name: str
    median: float
    p99: float
    first_p99: float

    def holds(self, outcome: Outcome) -> bool:
        """Whether a trial meets it."""
        found = outcome.found
        if found.get("error") or found["failed"] or found["share"] < SHARE:
            return False
        return (
            found["late_p50"] <= self.median
            and found["late_p99"] <= self.p99
            and not found["first_p99"] > self.first_p99  # nobody may have asked within a short trial
        )


BRISK = Criterion("brisk", 0.025, 0.15, 0.3)
DEEP = Criterion("deep", math.inf, 0.15, 0.3)


def near(keeps: Callable[[int], bool], guess: int) -> int:
    """One step up or down from `guess`, or `guess` itself: where it was found before, it is not far from there."""
    up, down = math.ceil(guess * PRECISION), max(1, math.floor(guess / PRECISION))
    if keeps(guess):
        return up if keeps(up) else guess
    return down if keeps(down) else max(1, math.floor(down / PRECISION))


def capacity(keeps: Callable[[int], bool], guess: int) -> int:
    """The most that `keeps` holds for, by doubling and bisection, to a factor of `PRECISION`."""
    low, high, now = 0, 0, max(1, guess)
    while not (low and high):
        if keeps(now):
            low, now = now, now * 2
        else:
            high, now = now, now // 2
        if now == 0:
            return 0
    while high / low > PRECISION and high - low > 1:
        middle = round(math.sqrt(low * high))
        low, high = (middle, high) if keeps(middle) else (low, middle)
    return low


class Trials:
    """One subject's trials of one round: the same number of streams is tried once, whatever it is asked for."""

    def __init__(self, bench: Bench, name: str) -> None:
        self._bench = bench
        self._name = name
        self.outcomes: dict[int, Outcome] = {}

    def at(self, streams: int) -> Outcome:
        """So many streams at once."""
        if streams not in self.outcomes:
            self.outcomes[streams] = trial(self._bench, self._name, streams)
        return self.outcomes[streams]


def trial(bench: Bench, name: str, streams: int) -> Outcome:
    """So many streams at once, once."""
    return bench.trial(name, "fleet", streams=streams, rate=RATE, seconds=SECONDS)


class Search:
    """One subject's capacity by one criterion, found again in each round, from where the earlier ones ended."""

    def __init__(self, criterion: Criterion) -> None:
        self._criterion = criterion
        self.found: list[int] = []
        self.voids: list[str] = []
        self._at: dict[int, Outcome] = {}

    def once(self, trials: Trials, guess: int = FIRST_GUESS) -> int:
        """Find it once more."""
        void = ""

        def keeps(streams: int) -> bool:
            nonlocal void
            outcome = trials.at(streams)
            good = self._criterion.holds(outcome)
            if good:
                self._at[streams] = outcome
            elif outcome.void:
                void = outcome.void  # a failure that is the wire's own says nothing of the subject
            return good

        again = [found for found in self.found if found]
        found = near(keeps, round(statistics.median(again))) if again else capacity(keeps, guess)
        self.found.append(found)
        self.voids.append(void)
        return found

    @property
    def streams(self) -> float:
        """The median of what the rounds found."""
        counted = [found for found, void in zip(self.found, self.voids, strict=True) if not void]
        return statistics.median(counted or self.found)

    @property
    def void(self) -> str:
        """Why the row does not count: most of its rounds do not."""
        reasons = [void for void in self.voids if void]
        return reasons[0] if len(reasons) * 2 > len(self.voids) else ""

    def at_best(self, key: str) -> float:
        """A figure of the trial that was nearest to the capacity."""
        nearest = min(self._at, key=lambda streams: abs(streams - self.streams), default=0)
        return self._at[nearest].found[key] if nearest else float("nan")
