"""Typical values with 95 % intervals: medians, means and shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, sqrt
from statistics import fmean, median, stdev

Z95 = 1.96
"""Standard deviations to either side that hold 95 % of a normal distribution."""


@dataclass(frozen=True)
class Interval:
    """A typical value, and where it lies with 95 % confidence."""

    value: float
    low: float
    high: float


def median_interval(values: Sequence[float]) -> Interval:
    """The median, between the values by rank that hold it: whatever the distribution is."""
    ordered, count = sorted(values), len(values)
    reach = Z95 * sqrt(count) / 2
    low, high = max(0, floor(count / 2 - reach)), min(count - 1, ceil(count / 2 + reach))
    return Interval(median(ordered), ordered[low], ordered[high])


def mean_interval(values: Sequence[float]) -> Interval:
    """The mean, by its standard error."""
    mean = fmean(values)
    reach = Z95 * stdev(values) / sqrt(len(values)) if len(values) > 1 else 0.0
    return Interval(mean, mean - reach, mean + reach)


def share_interval(values: Sequence[float]) -> Interval:
    """The mean of values from 0 to 1, by Wilson's score interval: it holds near 0 and 1, too."""
    count, share = len(values), fmean(values)
    middle = (share + Z95**2 / (2 * count)) / (1 + Z95**2 / count)
    reach = Z95 / (1 + Z95**2 / count) * sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2))
    return Interval(share, max(0.0, middle - reach), min(1.0, middle + reach))
