"""All that a process has measured: what `/metrics` shows, and what is sent from time to time."""

import threading
from collections.abc import Iterator
from typing import NamedTuple

from .distribution import Distribution
from .names import Instrument
from .records import Measurement, Value

MOST_SERIES = 2000
"""Series that one metric has at most: a model may call a thousand tools that there are not."""

OVERFLOW = (("otel.metric.overflow", True),)
"""What a series beyond them is counted under, by OpenTelemetry's word for it."""

Labels = tuple[tuple[str, Value], ...]


class Series(NamedTuple):
    """One metric with one set of attributes, as it stands."""

    instrument: Instrument
    labels: Labels
    value: float | Distribution


class Measures:
    """Sums and distributions by metric and attributes, since the process began to measure. Threads may share it."""

    def __init__(self) -> None:
        self._series: dict[Instrument, dict[Labels, float | Distribution]] = {}
        self._lock = threading.Lock()

    def add(self, measured: Measurement) -> None:
        """Count a measurement."""
        with self._lock:
            known = self._series.setdefault(measured.instrument, {})
            labels = measured.attributes
            if labels not in known and len(known) >= MOST_SERIES:
                labels = OVERFLOW
            known[labels] = _added(measured, known.get(labels))

    def series(self) -> Iterator[Series]:
        """A copy of what was counted so far."""
        with self._lock:
            found = [
                Series(instrument, labels, _copied(value))
                for instrument, known in self._series.items()
                for labels, value in known.items()
            ]
        yield from found


def _added(measured: Measurement, before: float | Distribution | None) -> float | Distribution:
    value, bounds = measured.value, measured.instrument.bounds
    held = before if isinstance(before, Distribution) else Distribution(bounds)
    if isinstance(value, Distribution):
        held.merge(value)
    elif bounds:
        held.add(value)
    else:
        return value + (before if isinstance(before, float) else 0.0)
    return held


def _copied(value: float | Distribution) -> float | Distribution:
    if not isinstance(value, Distribution):
        return value
    copy = Distribution(value.bounds)
    copy.merge(value)
    return copy
