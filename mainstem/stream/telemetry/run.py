"""The telemetry of one run that is under way: its events translated as they come, and how late its readers are."""

import logging
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from ..events import Event, MessageFinished, MessageStarted, Notice
from ..finish_reasons import RETURNED
from ..hidden_call import HiddenCall
from ..trace_context import TraceParent, incoming, parse_traceparent, trace_id_of
from .outlet import Outlet, outlet, present
from .reader import ReaderLateness
from .translate import Masked, RunTranslator

T = TypeVar("T")
log = logging.getLogger("mainstem.telemetry")


@dataclass(frozen=True)
class TelemetryOptions:
    """What a run is traced with."""

    kinds: frozenset[str]
    """Where to: `otlp`, `prometheus`."""
    content: Masked | None = None
    """Masks the words, arguments and results that spans carry; None: they carry none."""


class RunTelemetry:
    """One run's. What goes wrong here is logged and ends the telemetry of this run, never the run."""

    def __init__(self, options: TelemetryOptions, run_id: str, traceparent: str | None, began: float) -> None:
        parent = parse_traceparent(traceparent) or _current_span()
        self.traceparent = str(parent) if parent else None
        """The caller's span; None: there is none."""
        self.trace_id = parent.trace_id if parent else trace_id_of(run_id)
        """The trace that this run's spans belong to."""
        self._run_id = run_id
        self._began = began
        self._outlet: Outlet = outlet(options.kinds)
        self._translator: RunTranslator | None = RunTranslator(options.content)
        self._models: dict[str, str] = {}
        self._drifts: list[Notice] = []

    def seeing(self, then: Callable[[Event], None]) -> Callable[[Event], None]:
        """`then`, and what is to be done with each event here."""

        def see(event: Event) -> None:
            then(event)
            if self._translator is not None:
                self._add(self._translator, event)

        return see

    def _add(self, translator: RunTranslator, event: Event) -> None:
        try:
            records = translator.add(event)
            if records:
                self._outlet.add(records)
            if isinstance(event, MessageStarted | MessageFinished):
                self._watch(event)
        except Exception:
            log.exception("The telemetry of run %s broke off.", self._run_id)
            self._translator = None

    def hidden_call(self, call: HiddenCall) -> None:
        """A call of a model is over of which no event tells; it may come from any thread."""
        translator = self._translator
        if translator is not None:
            try:
                self._outlet.add(translator.hidden_call(call))
            except Exception:
                log.exception("A call of a model in run %s is not traced.", self._run_id)

    def _watch(self, event: MessageStarted | MessageFinished) -> None:
        if isinstance(event, MessageStarted):
            self._models[event.message_id] = event.model or ""
        elif event.ttft is not None and event.finish_reason != RETURNED:
            drift = self._outlet.drift.came(self._models.get(event.message_id, ""), event.ttft)
            self._drifts += [drift] if drift else []

    def alerts(self, *, failed: bool) -> list[Notice]:
        """What is to be told at the end of this run of the process as a whole."""
        errors = self._outlet.errors.ended(failed=failed)
        return [*self._drifts, *([errors] if errors else ())]

    def reader(self, last: int) -> "RunReader":
        """A reader begins, at whose coming the log holds `last` events."""
        return RunReader(self, last, self._began)

    def left(self, lateness: ReaderLateness, parent: TraceParent | None, began: float) -> None:
        """A reader has left that came at `began`, in Unix time."""
        self._outlet.add(lateness.records(self._run_id, self.trace_id, parent, began, time.time()))


class RunReader:
    """One reader of a run that began at `run_began`, by the monotonic clock."""

    def __init__(self, telemetry: RunTelemetry, last: int, run_began: float) -> None:
        self._telemetry = telemetry
        self._run_began = run_began
        self._parent = parse_traceparent(incoming.get()) or _current_span()
        self._lateness = ReaderLateness(last)
        self._began = time.time()

    def noting(self, into: Callable[[list[bytes]], Iterable[T]]) -> Callable[[list[bytes]], Iterable[T]]:
        """`into`, noting how late what it is given is read."""

        took, clock, began = self._lateness.took, time.monotonic, self._run_began

        def note(batch: list[bytes]) -> Iterable[T]:
            took(batch, clock() - began)
            return into(batch)

        return note

    def left(self) -> None:
        """It reads no more."""
        self._telemetry.left(self._lateness, self._parent, self._began)


def tell_recovered(written: Sequence[Event], closing: Sequence[Event]) -> None:
    """Trace a run whose process died: all its spans once more, with the same ids, and those that were open, closed.

    What the process had measured went with it; only the end is counted. Nothing where this process traces nothing.
    """
    found, translator = present(), RunTranslator()
    if found is None:
        return
    for events, spans_only in ((written, True), (closing, False)):
        for event in events:
            found.add(translator.add(event), spans_only=spans_only)


def _current_span() -> TraceParent | None:
    """The span that the caller is in by OpenTelemetry's own account, where its program uses that."""
    api: Any = sys.modules.get("opentelemetry.trace")
    if api is None:
        return None
    context = api.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return TraceParent(f"{context.trace_id:032x}", f"{context.span_id:016x}", sampled=bool(context.trace_flags & 1))
