"""How late a reader takes what a run says: what waits in its queue, apart from what the model takes."""

import re
from collections.abc import Iterator
from statistics import median
from uuid import uuid4

from ..trace_context import TraceParent, span_id_of, trace_id_of
from . import names
from .distribution import Distribution
from .labels import ROOT
from .records import Record, Span, Value, measured

_SEQ = re.compile(rb'"seq":(\d+)')

KEPT = 512
"""Delays of which the median is taken: the first so many."""


class ReaderLateness:
    """Counts how long after its making each event was read that came after the reader did.

    `last`: the number of events that were there by then; those are read late on purpose.
    """

    def __init__(self, last: int) -> None:
        self._last = last
        self._late = Distribution(names.READER_LATENESS.bounds)
        self._delays: list[float] = []
        self._events = 0
        self._live = False
        self._end = b""

    def took(self, batch: list[bytes], now: float) -> None:
        """It takes these events, `now` seconds after the run began; the first of them has waited longest."""
        self._events += len(batch)
        self._end = batch[-1]
        first = batch[0]
        if not self._live:
            self._live = _seq_of(first) > self._last
        if self._live:
            at = first.find(b'"at":') + 5  # found so, and not by a pattern: this is done for each token
            if at > 4:
                late = now - float(first[at : first.find(b",", at)])
                self._late.add(late if late > 0 else 0.0)
                if len(self._delays) < KEPT:
                    self._delays.append(late)

    def records(
        self, run_id: str, trace_id: str, parent: TraceParent | None, began: float, now: float
    ) -> Iterator[Record]:
        """What is told when it leaves: a span of its own that links to the run's, and how late it was."""
        if not self._events:
            return
        key = f"reader:{uuid4().hex}"
        said: dict[str, Value | None] = {
            names.OPERATION: names.READ,
            names.RUN: run_id,
            names.READER_EVENTS: self._events,
            names.READER_WHOLE: self._end.startswith(b'{"type":"run.finished"'),
            names.READER_LATE_MEDIAN: round(max(0.0, median(self._delays)), 6) if self._delays else None,
            names.READER_LATE_MOST: round(self._late.most, 6) if self._late.count else None,
        }
        yield Span(
            name=names.READ,
            trace_id=parent.trace_id if parent else trace_id_of(key),
            span_id=span_id_of(run_id, key),
            parent=parent,
            caller=parent,
            start=began,
            end=now,
            attributes={name: value for name, value in said.items() if value is not None},
            links=(TraceParent(trace_id, span_id_of(run_id, ROOT)),),
        )
        if self._late.count:
            yield measured(names.READER_LATENESS, self._late)


def _seq_of(line: bytes) -> int:
    found = _SEQ.search(line)
    return int(found[1]) if found else 0
