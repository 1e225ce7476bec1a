"""What is counted of each model, tool, node, tag and kind of answer."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .quantiles import Quantiles


@dataclass
class ModelFigures:
    """Turns of one model."""

    turns: int = 0
    incomplete: int = 0
    """Turns whose last attempt was not whole."""
    repeated: int = 0
    """Turns that took more than one attempt."""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    first_token: Quantiles = field(default_factory=Quantiles)
    gaps: Quantiles = field(default_factory=Quantiles)
    seconds: Quantiles = field(default_factory=Quantiles)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "turns": self.turns,
            "incomplete": self.incomplete,
            "repeated": self.repeated,
            "tokens_in": self.tokens_in,
            "tokens_out": self.tokens_out,
            "cost": round(self.cost, 6),
            "first_token": self.first_token.figures(),
            "gaps": self.gaps.figures(),
            "seconds": self.seconds.figures(),
        }


@dataclass
class Timed:
    """Executions of one node, calls of one tool, or retrievals."""

    count: int = 0
    failed: int = 0
    seconds: Quantiles = field(default_factory=Quantiles)

    def add(self, seconds: float | None, *, failed: bool) -> None:
        """One more."""
        self.count += 1
        self.failed += failed
        if seconds is not None:
            self.seconds.add(seconds)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"count": self.count, "failed": self.failed, "seconds": self.seconds.figures()}


@dataclass
class Answers:
    """Turns of models that came in pieces, or whole."""

    count: int = 0
    incomplete: int = 0
    first_token: Quantiles = field(default_factory=Quantiles)
    seconds: Quantiles = field(default_factory=Quantiles)

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "count": self.count,
            "incomplete": self.incomplete,
            "first_token": self.first_token.figures(),
            "seconds": self.seconds.figures(),
        }


@dataclass
class Spent:
    """What runs of one tag or day cost."""

    runs: int = 0
    cost: float = 0.0
    unknown: int = 0
    """Runs whose cost is not known."""

    def add(self, cost: float | None) -> None:
        """One more run."""
        self.runs += 1
        self.cost += cost or 0.0
        self.unknown += cost is None

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {"runs": self.runs, "cost": round(self.cost, 6), "unknown": self.unknown}


@dataclass
class Scores:
    """What people, or judges, said of runs under one name."""

    count: int = 0
    total: float = 0.0
    scored: int = 0
    labels: Counter[str] = field(default_factory=Counter[str])

    def add(self, score: float | None, label: str | None) -> None:
        """One more."""
        self.count += 1
        if score is not None:
            self.total += score
            self.scored += 1
        if label:
            self.labels[label] += 1

    def told(self) -> dict[str, Any]:
        """As JSON."""
        mean = round(self.total / self.scored, 4) if self.scored else None
        return {"count": self.count, "mean_score": mean, "labels": dict(self.labels.most_common())}
