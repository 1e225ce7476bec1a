"""OTLP by OpenTelemetry's SDK, configured by its own variables (`OTEL_…`): where to, which headers, which sampler."""

import importlib
import os
import time
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from itertools import groupby
from typing import Any, cast

from ..errors import SourceError
from ..extras import extra
from ..trace_context import TraceParent
from . import names
from .distribution import Distribution
from .measures import Measures, Series
from .names import Instrument
from .records import Evaluation, Span

with extra("otel"):
    from opentelemetry import trace
    from opentelemetry.sdk.metrics import export as metrics
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.id_generator import IdGenerator
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope
    from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, Status, StatusCode, TraceFlags

VERSION = version("mainstem")
_KINDS = {"internal": SpanKind.INTERNAL, "client": SpanKind.CLIENT}
_PROTO = "opentelemetry.exporter.otlp.proto"


class OtlpExporter:
    """Sends spans in batches, measurements from time to time, and judgements as events of logs.

    Each of the three is left out where `OTEL_TRACES_EXPORTER`, `OTEL_METRICS_EXPORTER` or `OTEL_LOGS_EXPORTER` is
    `none`. Raises `MissingExtra` without the SDK, `SourceError` for a protocol that is not installed.
    """

    def __init__(self) -> None:
        self.interval = float(os.environ.get("OTEL_METRIC_EXPORT_INTERVAL") or 60_000) / 1000
        self._resource = Resource.create(_service())
        self._ids = _GivenIds()
        self._tracing = TracerProvider(resource=self._resource, id_generator=self._ids, shutdown_on_exit=False)
        if _wanted("TRACES"):
            self._tracing.add_span_processor(BatchSpanProcessor(_exporter("trace_exporter", "OTLPSpanExporter")))
        self._tracer = self._tracing.get_tracer("mainstem", VERSION, names.SCHEMA_URL)
        self._metrics: Any = _exporter("metric_exporter", "OTLPMetricExporter") if _wanted("METRICS") else None
        self._logging: Any = self._log_provider() if _wanted("LOGS") else None
        self._began = time.time_ns()

    def _log_provider(self) -> Any:
        # imported by name: the SDK calls its logs experimental by a leading underscore
        logs = importlib.import_module("opentelemetry.sdk._logs")
        export = importlib.import_module("opentelemetry.sdk._logs.export")
        provider = logs.LoggerProvider(resource=self._resource, shutdown_on_exit=False)
        provider.add_log_record_processor(export.BatchLogRecordProcessor(_exporter("_log_exporter", "OTLPLogExporter")))
        return provider

    def span(self, span: Span) -> None:
        """Take a span; whether its trace is recorded, `OTEL_TRACES_SAMPLER` says by the trace's id."""
        self._ids.trace_id, self._ids.span_id = int(span.trace_id, 16), int(span.span_id, 16)
        parent, caller = span.parent, _context(span.caller) if span.caller else None
        if not self._tracing.sampler.should_sample(caller, self._ids.trace_id, span.name).decision.is_sampled():
            return
        made = self._tracer.start_span(
            span.name,
            context=_context(parent) if parent else trace.set_span_in_context(trace.INVALID_SPAN),
            kind=_KINDS[span.kind],
            attributes=dict(span.attributes),
            links=[Link(_span_context(link)) for link in span.links],
            start_time=_ns(span.start),
        )
        for event in span.events:
            made.add_event(event.name, dict(event.attributes), _ns(event.at))
        if span.error is not None:
            made.set_status(Status(StatusCode.ERROR, span.error))
        made.end(_ns(span.end))

    def evaluation(self, evaluation: Evaluation) -> None:
        """Take a judgement, as the event that the conventions have for it."""
        if self._logging is not None:
            self._logging.get_logger("mainstem", VERSION, schema_url=names.SCHEMA_URL).emit(
                timestamp=_ns(evaluation.at),
                context=_context(TraceParent(evaluation.trace_id, evaluation.span_id)),
                event_name=names.EVALUATION,
                attributes=dict(evaluation.attributes),
            )

    def measures(self, measures: Measures) -> None:
        """Send what was measured since the process began."""
        found = list(_metrics(measures.series(), self._began, time.time_ns()))
        if found and self._metrics is not None and os.environ.get("OTEL_SDK_DISABLED", "").lower() != "true":
            scope = InstrumentationScope("mainstem", VERSION, names.SCHEMA_URL)
            told = metrics.ScopeMetrics(scope, found, names.SCHEMA_URL)
            self._metrics.export(metrics.MetricsData([metrics.ResourceMetrics(self._resource, [told], "")]))

    def flush(self) -> None:
        """Return when all that was taken is sent, or could not be."""
        self._tracing.force_flush()
        if self._logging is not None:
            self._logging.force_flush()

    def close(self) -> None:
        """End the SDK's threads."""
        self._tracing.shutdown()
        for each in (self._logging, self._metrics):
            if each is not None:
                each.shutdown()


class _GivenIds(IdGenerator):
    """Gives the next span the ids that were set."""

    def __init__(self) -> None:
        self.trace_id = 0
        self.span_id = 0

    def generate_trace_id(self) -> int:
        return self.trace_id

    def generate_span_id(self) -> int:
        return self.span_id


def _service() -> dict[str, Any]:
    named = os.environ.get("OTEL_SERVICE_NAME") or "service.name=" in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return {} if named else {"service.name": "mainstem"}


def _wanted(signal: str) -> bool:
    return os.environ.get(f"OTEL_{signal}_EXPORTER", "otlp").strip().lower() != "none"


def _exporter(module: str, name: str) -> Any:
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf").strip()
    package = {"http/protobuf": "http", "grpc": "grpc"}.get(protocol)
    if package is None:
        raise SourceError(f"OTEL_EXPORTER_OTLP_PROTOCOL={protocol} cannot be used: write http/protobuf or grpc.")
    try:
        return getattr(importlib.import_module(f"{_PROTO}.{package}.{module}"), name)()
    except ModuleNotFoundError:
        needed = f"opentelemetry-exporter-otlp-proto-{package}"
        raise SourceError(f"OTEL_EXPORTER_OTLP_PROTOCOL={protocol} needs a package: pip install {needed}.") from None


def _ns(seconds: float) -> int:
    return round(seconds * 1_000_000) * 1000  # a float tells no more than the microsecond


def _span_context(span: TraceParent) -> SpanContext:
    flags = TraceFlags(TraceFlags.SAMPLED if span.sampled else TraceFlags.DEFAULT)
    return SpanContext(int(span.trace_id, 16), int(span.span_id, 16), is_remote=True, trace_flags=flags)


def _context(span: TraceParent) -> Any:
    return trace.set_span_in_context(NonRecordingSpan(_span_context(span)))


def _metrics(series: Iterable[Series], began: int, now: int) -> Iterator[metrics.Metric]:
    ordered = sorted(series, key=lambda one: one.instrument.name)
    for instrument, found in groupby(ordered, key=lambda one: one.instrument):
        points = [_point(one, began, now) for one in found]
        yield metrics.Metric(instrument.name, instrument.description, instrument.unit, _data(instrument, points))


def _data(instrument: Instrument, points: list[Any]) -> "metrics.DataT":
    cumulative = metrics.AggregationTemporality.CUMULATIVE
    if instrument.bounds:
        return metrics.Histogram(points, cumulative)
    return metrics.Sum(points, cumulative, is_monotonic=True)


def _point(one: Series, began: int, now: int) -> Any:
    attributes = cast("dict[str, Any]", dict(one.labels))
    value = one.value
    if not isinstance(value, Distribution):
        return metrics.NumberDataPoint(attributes, began, now, value)
    return metrics.HistogramDataPoint(
        attributes, began, now, value.count, value.total, value.counts, value.bounds, value.least, value.most
    )
