"""What no single run shows: that more of them fail than usual, or that first tokens come later than they did."""

from collections import deque
from statistics import median

from ..events import Notice

LATEST = 20
"""Runs, or first tokens of a model, that count as now."""

BEFORE = 200
"""First tokens of a model that count as before."""

ENOUGH = 20
"""First tokens of before without which nothing is compared."""


class ErrorRate:
    """Tells when more than `bound` of the latest runs have failed; again only after it was half of that."""

    def __init__(self, bound: float) -> None:
        self._bound = bound
        self._failed: deque[bool] = deque(maxlen=LATEST)
        self._told = False

    def ended(self, *, failed: bool) -> Notice | None:
        """A run ended."""
        self._failed.append(failed)
        share = sum(self._failed) / LATEST
        if len(self._failed) < LATEST or share <= self._bound:
            self._told = self._told and share > self._bound / 2
            return None
        if self._told:
            return None
        self._told = True
        text = f"Of the latest {LATEST} runs, {sum(self._failed)} have failed."
        return Notice(kind="other", rule="error-rate", count=sum(self._failed), text=text)


class FirstTokenDrift:
    """Tells when the median of a model's latest first tokens is `times` that of before; again only after it fell."""

    def __init__(self, times: float) -> None:
        self._times = times
        self._latest: dict[str, deque[float]] = {}
        self._before: dict[str, deque[float]] = {}
        self._told: set[str] = set()

    def came(self, model: str, seconds: float) -> Notice | None:
        """A model's first token came after so many seconds."""
        latest = self._latest.setdefault(model, deque(maxlen=LATEST))
        before = self._before.setdefault(model, deque(maxlen=BEFORE))
        if len(latest) == LATEST:
            before.append(latest[0])
        latest.append(seconds)
        if len(before) < ENOUGH:
            return None
        now, then = median(latest), median(before)
        if now <= self._times * then:
            self._told.discard(model)
            return None
        if model in self._told:
            return None
        self._told.add(model)
        text = f"The first token of {model or 'the model'} comes after {now:.2f} s (median), before that {then:.2f} s."
        return Notice(kind="other", rule="first-token-drift", text=text)
