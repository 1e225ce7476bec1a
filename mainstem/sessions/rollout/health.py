"""Whether the latest runs of a variant keep its bounds, as this process has seen them.

What is older than ten minutes does not count, so that a variant that nothing takes any more is tried again then.
"""

import time
from collections import deque
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

from ...variant import Variant

SECONDS = 600.0
"""How long a run counts."""

LATEST = 50
"""Runs that count at most."""

ENOUGH = 10
"""Runs without which nothing is said."""


class _Ended(NamedTuple):
    at: float
    broken: bool
    first_token: float | None


class VariantHealth:
    """The latest runs of one variant."""

    def __init__(self, variant: Variant, clock: Callable[[], float] = time.monotonic) -> None:
        self._variant = variant
        self._clock = clock
        self._latest: deque[_Ended] = deque(maxlen=LATEST)

    def ended(self, *, broken: bool, first_token: float | None) -> None:
        """One of its runs is over."""
        self._latest.append(_Ended(self._clock(), broken, first_token))

    @property
    def complaint(self) -> str:
        """Which bound is passed, for people; empty: none, or too little is known."""
        oldest, bounds = self._clock() - SECONDS, self._variant
        latest = [run for run in self._latest if run.at >= oldest]
        if len(latest) < ENOUGH:
            return ""
        broken = sum(run.broken for run in latest)
        if bounds.max_broken is not None and broken > bounds.max_broken * len(latest):
            return f"of its latest {len(latest)} answers, {broken} broke"
        firsts = [run.first_token for run in latest if run.first_token is not None]
        if bounds.max_first_token is not None and firsts and median(firsts) > bounds.max_first_token:
            return f"its first token comes after {median(firsts):.2f} s (median)"
        return ""
