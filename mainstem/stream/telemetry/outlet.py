"""Where a process's spans and measurements go: counted here, and sent on by a thread of its own.

There is one for the process, begun by the first run that asks for it. What is handed to it returns at once.
"""

import atexit
import logging
import queue
import threading
import time
from collections.abc import Collection, Iterable
from typing import Protocol

from .measures import Measures
from .records import Evaluation, Measurement, Record, Span
from .watchers import ErrorRate, FirstTokenDrift

log = logging.getLogger("mainstem.telemetry")

ERROR_RATE = 0.25
"""The share of the latest runs that may fail before it is an alert."""

DRIFT = 2.0
"""How many times later than before first tokens may come before it is an alert."""

STOP_SECONDS = 5.0
"""Seconds that a process which ends waits for what is still to be sent."""


class Exporter(Protocol):
    """What sends spans and measurements somewhere. It is only called in the outlet's thread."""

    @property
    def interval(self) -> float:
        """Seconds between two exports of what was measured."""
        ...

    def span(self, span: Span) -> None:
        """Take a span."""
        ...

    def evaluation(self, evaluation: Evaluation) -> None:
        """Take a judgement."""
        ...

    def measures(self, measures: Measures) -> None:
        """Send what was measured so far."""
        ...

    def flush(self) -> None:
        """Return when all that was taken is sent, or could not be."""
        ...

    def close(self) -> None:
        """End what sends: nothing more is taken."""
        ...


class _Flush(threading.Event):
    """Set when everything before it is sent; `last`: nothing comes after it."""

    def __init__(self, *, last: bool = False) -> None:
        super().__init__()
        self.last = last


class Outlet:
    """Counts measurements, and hands spans to exporters that `connect` makes in the outlet's thread."""

    def __init__(self) -> None:
        self.counted = Measures()
        """All that was measured."""
        self.errors = ErrorRate(ERROR_RATE)
        self.drift = FirstTokenDrift(DRIFT)
        self._queue: queue.SimpleQueue[Span | Evaluation | _Flush] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._due = 0.0

    def connect(self) -> None:
        """Send by OTLP from now on; harmless when it does so already."""
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="mainstem-telemetry", daemon=True)
                self._thread.start()
                atexit.register(self.close, STOP_SECONDS)

    def add(self, records: Iterable[Record], *, spans_only: bool = False) -> None:
        """Take what events became."""
        for record in records:
            if not isinstance(record, Measurement):
                if self._thread is not None:
                    self._queue.put(record)
            elif not spans_only:
                self.counted.add(record)

    def flush(self, timeout: float = 30.0) -> bool:
        """Wait until all that was taken is sent; returns whether it was in time. Blocks."""
        return self._wait(_Flush(), timeout)

    def close(self, timeout: float = 30.0) -> bool:
        """Send what was taken, and end the thread; returns whether it was in time. Blocks."""
        atexit.unregister(self.close)
        return self._wait(_Flush(last=True), timeout)

    def _wait(self, done: _Flush, timeout: float) -> bool:
        if self._thread is None or not self._thread.is_alive():
            return True
        self._queue.put(done)
        return done.wait(timeout)

    def _work(self) -> None:
        try:
            from .otlp import OtlpExporter

            exporter: Exporter = OtlpExporter()
            self._due = time.monotonic() + exporter.interval
        except Exception as error:  # noqa: BLE001 - an SDK that is missing or set up wrongly must not end runs
            log.error("Nothing is traced: %s", error)
            exporter = NoExporter()
        over = False
        while not over:
            item = self._next(exporter)
            try:
                self._export(exporter, item)
            except Exception as error:  # noqa: BLE001 - what cannot be sent is told, and the next one may be
                log.warning("Some telemetry could not be sent: %s", error)
            finally:
                if isinstance(item, _Flush):
                    item.set()
                    over = item.last

    def _next(self, exporter: Exporter) -> "Span | Evaluation | _Flush | None":
        """What was queued next; None when it is time to send what was measured."""
        try:
            return self._queue.get(timeout=max(0.0, self._due - time.monotonic()))
        except queue.Empty:
            self._due = time.monotonic() + exporter.interval
            return None

    def _export(self, exporter: Exporter, item: "Span | Evaluation | _Flush | None") -> None:
        if isinstance(item, Span):
            exporter.span(item)
        elif isinstance(item, Evaluation):
            exporter.evaluation(item)
        else:
            exporter.measures(self.counted)
            if item is not None:
                exporter.flush()
            if item is not None and item.last:
                exporter.close()


class NoExporter:
    """Takes everything and sends nothing."""

    interval = 3600.0

    def span(self, span: Span) -> None:
        """Nothing."""

    def evaluation(self, evaluation: Evaluation) -> None:
        """Nothing."""

    def measures(self, measures: Measures) -> None:
        """Nothing."""

    def flush(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


_outlet: Outlet | None = None
_making = threading.Lock()


def outlet(kinds: Collection[str]) -> Outlet:
    """The process's outlet, which sends by OTLP where `kinds` says so."""
    global _outlet
    with _making:
        if _outlet is None:
            _outlet = Outlet()
    if "otlp" in kinds:
        _outlet.connect()
    return _outlet


def forget() -> None:
    """Send what was taken, and let the next run that asks for it begin a new outlet. Blocks."""
    global _outlet
    with _making:
        before, _outlet = _outlet, None
    if before is not None:
        before.close()


def present() -> Outlet | None:
    """The process's outlet, if any run asked for one."""
    return _outlet
