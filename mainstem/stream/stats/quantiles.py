"""Quantiles of any number of values in constant memory, each within 2.5 %."""

from collections import Counter
from math import exp, log

_STEPS = 20  # buckets a factor of e
_FLOOR = 1e-6


class Quantiles:
    """Counts values above zero; those below a millionth count as that."""

    def __init__(self) -> None:
        self._counts: Counter[int] = Counter()

    def add(self, value: float, times: int = 1) -> None:
        """Count `value`."""
        self._counts[round(log(max(value, _FLOOR)) * _STEPS)] += times

    @property
    def count(self) -> int:
        """How many were counted."""
        return self._counts.total()

    def at(self, share: float) -> float | None:
        """What `share` of the values do not exceed; None where there are none."""
        wanted = share * self.count
        for bucket in sorted(self._counts):
            wanted -= self._counts[bucket]
            if wanted <= 1e-9:
                return round(exp(bucket / _STEPS), 6)
        return None

    def figures(self) -> dict[str, float] | None:
        """p50, p95 and p99; None where nothing was counted."""
        if not self.count:
            return None
        return {name: self.at(share) or 0.0 for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}
