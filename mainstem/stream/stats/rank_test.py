"""Whether the values of one side are larger than those of another, asked as often as one likes.

Ranks are compared (Mann and Whitney's test with its correction for ties), so that no distribution is assumed and a few
runs that hung decide nothing. Who looks every day would find a difference sooner or later where there is none: the
bound is that of a confidence sequence (Robbins' normal mixture), which holds over all looks together.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from math import log, sqrt

LOOKS_MOST_AT = 300
"""Values a side for which the bound is tightest; it is 4 % wider at a third and at three times of that."""


def rank_difference(one: Sequence[float], other: Sequence[float]) -> float:
    """How many standard deviations the ranks of `one` are above those that equal sides would have."""
    first, second = len(one), len(other)
    total, ordered = first + second, sorted([*one, *other])
    ranks = sum((bisect_left(ordered, value) + bisect_right(ordered, value) + 1) / 2 for value in one)
    ties = sum(same**3 - same for same in Counter(ordered).values())
    expected = first * (total + 1) / 2
    variance = first * second / 12 * (total + 1 - ties / (total * (total - 1)))
    return (ranks - expected) / sqrt(variance) if variance > 0 else 0.0


def bound(one: int, other: int, alpha: float) -> float:
    """Standard deviations that equal sides of so many values exceed with probability `alpha` in all looks together."""
    size, narrow = 2 * one * other / (one + other), 2 * log(1 / alpha)
    spread = 1 + size * (narrow + log(1 + narrow)) / LOOKS_MOST_AT
    return sqrt(2 * spread / (spread - 1) * log(sqrt(spread) / alpha))
