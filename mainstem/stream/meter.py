"""Arrival times of one message's deltas, kept in constant memory, and the numbers that follow from them."""

from collections import Counter
from math import exp, log

STALL = 2.0
"""Seconds without an arrival that count as a stall."""

_STEPS = 20  # buckets a factor of e: a quantile is off by at most 2.5 %
_FLOOR = 1e-6


class Meter:
    """Counts the arrivals of one message. Times are seconds on any one clock."""

    __slots__ = ("_gaps", "_in_word", "asked_at", "first_at", "last_at", "n", "stalls", "words")

    def __init__(self, asked_at: float) -> None:
        self.asked_at = asked_at
        self.first_at: float | None = None
        self.last_at = asked_at
        self.n = 0
        self.words = 0
        self.stalls = 0
        self._in_word = False
        self._gaps: Counter[int] = Counter()

    def arrived(self, text: str, at: float, n: int = 1, first_at: float | None = None) -> None:
        """`n` deltas that join to `text` arrived, the first at `first_at` (default: `at`), the last at `at`."""
        first = at if first_at is None else first_at
        gaps = [((at - first) / (n - 1), n - 1)] if n > 1 else []
        if self.first_at is None:
            self.first_at = first
        else:
            gaps.append((first - self.last_at, 1))
        for seconds, times in gaps:
            self._gaps[round(log(max(seconds, _FLOOR)) * _STEPS)] += times
            if seconds > STALL:
                self.stalls += times
        self.last_at = at
        self.n += n
        if text:
            words = len(text.split())
            goes_on = words and self._in_word and not text[0].isspace()
            self.words += words - 1 if goes_on else words
            self._in_word = not text[-1].isspace()

    def gap(self, share: float) -> float | None:
        """Seconds that `share` of all gaps do not exceed, within 2.5 %; None with fewer than two arrivals."""
        wanted = share * self._gaps.total()
        if not wanted:
            return None
        for bucket in sorted(self._gaps):
            wanted -= self._gaps[bucket]
            if wanted <= 0:
                return round(exp(bucket / _STEPS), 6)
        return None

    @property
    def ttft(self) -> float | None:
        """Seconds from the call to the first delta; None before it."""
        return None if self.first_at is None else round(self.first_at - self.asked_at, 6)

    @property
    def rate(self) -> float | None:
        """Arrivals a second between the first and the last; None with fewer than two."""
        if self.first_at is None or self.last_at <= self.first_at:
            return None
        return round((self.n - 1) / (self.last_at - self.first_at), 3)
