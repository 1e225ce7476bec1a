"""What events become: spans that are over, and measurements."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..trace_context import TraceParent
from .distribution import Distribution
from .names import Instrument

Value = str | bool | int | float | tuple[str, ...]
Attributes = Mapping[str, Value]
SpanKind = Literal["internal", "client"]


@dataclass(frozen=True)
class SpanEvent:
    """Something that happened within a span."""

    name: str
    at: float
    """Unix time in seconds."""
    attributes: Attributes = field(default_factory=dict[str, Value])


@dataclass(frozen=True)
class Span:
    """A span that is over."""

    name: str
    trace_id: str
    """32 hexadecimal digits."""
    span_id: str
    """16 hexadecimal digits."""
    parent: TraceParent | None
    """The span that it is part of; None: it is the root."""
    caller: TraceParent | None
    """The span that its trace goes on from; None: the trace began here. Whether it is recorded hangs on that."""
    start: float
    """Unix time in seconds."""
    end: float
    attributes: Attributes
    kind: SpanKind = "internal"
    events: tuple[SpanEvent, ...] = ()
    links: tuple[TraceParent, ...] = ()
    error: str | None = None
    """What failed, in a word; None: nothing did."""


@dataclass(frozen=True)
class Measurement:
    """What was measured: one value, or a distribution of many."""

    instrument: Instrument
    value: float | Distribution
    attributes: tuple[tuple[str, Value], ...]
    """Those that the metric is told apart by: few values each, and never a thread or a user."""


@dataclass(frozen=True)
class Evaluation:
    """A judgement of a run's answer."""

    trace_id: str
    span_id: str
    at: float
    attributes: Attributes


Record = Span | Measurement | Evaluation


def measured(instrument: Instrument, value: float | Distribution, **attributes: Value | None) -> Measurement:
    """A measurement; attributes are written with `_` for `.` by nobody: give them as `**{name: value}`."""
    return Measurement(instrument, value, tuple((name, said) for name, said in attributes.items() if said is not None))
