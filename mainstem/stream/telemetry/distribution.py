"""How values are distributed: counted in buckets, in constant memory. Adding one costs a fifth of a microsecond.

OpenTelemetry's own histogram takes 7 µs a value (measured, 1.45): too much for each token.
"""

from bisect import bisect_left


class Distribution:
    """Counts of values in buckets with the given upper bounds."""

    __slots__ = ("bounds", "count", "counts", "least", "most", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """How many values each bucket holds; the last one is above all bounds."""
        self.count = 0
        self.total = 0.0
        self.least = float("inf")
        self.most = float("-inf")

    def add(self, value: float, times: int = 1) -> None:
        """Count `value`."""
        self.counts[bisect_left(self.bounds, value)] += times
        self.count += times
        self.total += value * times
        if value < self.least:
            self.least = value
        if value > self.most:
            self.most = value

    def merge(self, other: "Distribution") -> None:
        """Count what `other` holds, which has the same bounds."""
        self.counts = [mine + theirs for mine, theirs in zip(self.counts, other.counts, strict=True)]
        self.count += other.count
        self.total += other.total
        self.least = min(self.least, other.least)
        self.most = max(self.most, other.most)
