"""The events of one run: timed, numbered, kept, folded and traced as they come, and read by any number of readers."""

import os
import time
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from ..settings import chosen
from . import trace_context
from .events import Event, Notice, RunFinished, RunStarted
from .hidden_call import HiddenCall
from .log import Log
from .run_options import RunOptions
from .sequencer import Sequencer
from .spill import RecordedRun, TemporarySpill
from .trace_context import parse_traceparent
from .transcript import Result, Transcript

if TYPE_CHECKING:
    from .telemetry.run import RunTelemetry

T = TypeVar("T")


class RunEvents:
    """What a run of the graph `graph` has to show."""

    def __init__(self, run_id: str, graph: str, options: RunOptions) -> None:
        before = options.continues
        self.began = time.monotonic() - (before.seconds if before else 0.0)
        self._graph = graph
        self._options = options
        self.transcript = Transcript()
        """What they say so far."""
        self._telemetry = None if before else telemetry_of(options, run_id, self.began)
        self._recorded = before.recorded if before else self._record(run_id)
        self.log = Log(run_id, options.memory, self._recorded, TemporarySpill)
        if before is not None:
            self.log.begin_after(len(before.events))
            for event in before.events:
                self.transcript.add(event)
        seen = self._telemetry.seeing(self.transcript.add) if self._telemetry else self.transcript.add
        self.put_timed = Sequencer(run_id, self.log, seen).put
        """Takes the next event, whose time is known."""

    def _record(self, run_id: str) -> RecordedRun | None:
        options = self._options
        if options.journal is None:
            return None
        return options.journal.open(run_id, options.thread_id, self._graph, options.tags, _now(), options.request)

    def clock(self) -> float:
        """Seconds since the run began."""
        return round(time.monotonic() - self.began, 6)

    def put(self, event: Event) -> None:
        """Take the next event; one without a time happens now."""
        self.put_timed(event if event.at else event.model_copy(update={"at": self.clock()}))

    def hidden_call(self, call: HiddenCall) -> None:
        """Trace a call of a model of which no event tells."""
        if self._telemetry is not None:
            self._telemetry.hidden_call(call)

    # from the first event to the last

    def begin(self, question_id: str | None) -> None:
        """Put the run's first event; of one that is gone on with, what must be told before it goes on."""
        if self._options.continues is not None:
            for event in self._options.continues.opening():
                self.put(event)
            return
        caller = parse_traceparent(self._options.traceparent or trace_context.incoming.get())
        trace_id, traceparent = (caller.trace_id, str(caller)) if caller else (None, None)
        if self._telemetry is not None:
            trace_id, traceparent = self._telemetry.trace_id, self._telemetry.traceparent
        self.put(
            RunStarted(
                thread_id=self._options.thread_id,
                graph=self._graph,
                tags=self._options.tags,
                started_at=_now(),
                trace_id=trace_id,
                traceparent=traceparent,
                question_id=question_id,
            )
        )

    def remark(self, *, failed: bool) -> None:
        """Tell what else is to be known of a run that ends: of its record, and of the process as a whole."""
        if self.log.broken:
            text = f"The journal cannot be written ({self.log.broken}): a replay of this run will have a gap."
            self.put(Notice(kind="journal", text=text))
        elif self.log.lost:
            first, last = self.log.lost
            text = (
                f"Of the events {first} to {last}, some could not be written to the journal: a replay has a gap there."
            )
            self.put(Notice(kind="journal", text=text))
        for alert in self._telemetry.alerts(failed=failed) if self._telemetry else ():
            self.put(alert)

    def end(self, last: RunFinished) -> None:
        """Put the run's last event."""
        self.put(last)
        if self._recorded is not None:
            self._recorded.finish(last.status, last.seconds)

    # what readers get

    @property
    def over(self) -> bool:
        """Whether nothing comes any more."""
        return self.log.closed

    def result(self) -> Result:
        """What came of the run so far."""
        return self.transcript.result()

    def read(self, from_seq: int, into: Callable[[list[bytes]], Iterable[T]]) -> AsyncIterator[T]:
        """What `into` makes of the encoded events from `from_seq` on, as many at a time as are there."""
        if self._telemetry is None:
            return self.log.read(from_seq, into)
        return self._read_traced(self._telemetry, from_seq, into)

    async def _read_traced(
        self, telemetry: "RunTelemetry", from_seq: int, into: Callable[[list[bytes]], Iterable[T]]
    ) -> AsyncIterator[T]:
        reading = telemetry.reader(self.log.last)
        try:
            async for item in self.log.read(from_seq, reading.noting(into)):
                yield item
        finally:
            reading.left()


def telemetry_of(options: RunOptions, run_id: str, began: float) -> "RunTelemetry | None":
    """The telemetry of a run; None where none is asked for, and then nothing of it is imported."""
    asked = options.telemetry
    kinds = os.environ.get("MAINSTEM_TELEMETRY", "").lower() if chosen() is None else ""
    if asked is None and kinds not in ("", "off"):
        from .telemetry.run import TelemetryOptions

        asked = TelemetryOptions(frozenset(kind.strip() for kind in kinds.split(",")))
    if asked is None:
        return None
    from .telemetry.run import RunTelemetry

    return RunTelemetry(asked, run_id, options.traceparent or trace_context.incoming.get(), began)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
