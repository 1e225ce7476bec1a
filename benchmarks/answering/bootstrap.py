"""Means with confidence intervals."""

import random
from collections.abc import Sequence
from statistics import fmean

ROUNDS = 1000
"""Samples that are drawn with replacement."""

SHARE = 0.95
"""Share of the samples' means that lie in the interval."""


def interval(values: Sequence[float], seed: int = 0) -> tuple[float, float, float]:
    """The mean of `values` with the percentile bootstrap's limits; zeros when there are no values."""
    if not values:
        return 0.0, 0.0, 0.0
    draw = random.Random(seed)
    means = sorted(fmean(draw.choices(values, k=len(values))) for _ in range(ROUNDS))
    beyond = int(ROUNDS * (1 - SHARE) / 2)
    return fmean(values), means[beyond], means[-beyond - 1]
