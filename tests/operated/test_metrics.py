"""What is measured, as Prometheus's own parser and an OTLP receiver read it; and what is never told apart."""

import asyncio

import pytest
from prometheus_client.parser import text_string_to_metric_families

from mainstem import Session, Settings, watch
from mainstem import events as e
from mainstem.stream.telemetry import names
from mainstem.stream.telemetry.distribution import Distribution
from mainstem.stream.telemetry.measures import MOST_SERIES, Measures
from mainstem.stream.telemetry.prometheus import prometheus_text
from mainstem.stream.telemetry.records import measured
from mainstem.stream.telemetry.translate import RunTranslator
from tests.web.served import door, followed, problem, started

from .graphs import HI, spoken
from .receiver import attributes_of


async def scraped(client):
    """The samples of `/metrics`, by name and labels."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return read(answer.text)


def read(text):
    families = list(text_string_to_metric_families(text))
    assert len({family.name for family in families}) == len(families)
    return {
        (sample.name, *sorted(f"{key}={value}" for key, value in sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


async def test_a_server_tells_what_it_measured():
    settings = await asyncio.to_thread(Settings, telemetry="prometheus")
    async with door(spoken("One two three four."), settings) as (client, _):
        run_id, _ = await started(client, {"input": HI, "tags": {"user": "ada", "team": "harbour"}})
        await followed(client, run_id)
        found = await scraped(client)
        text = (await client.get("/metrics")).text
    assert found["mainstem_runs_total", "gen_ai_agent_name=LangGraph", "mainstem_run_status=done"] == 1
    chat = "gen_ai_client_operation_duration_seconds_count"
    assert sum(value for key, value in found.items() if key[0] == chat) == 1
    first = "gen_ai_client_operation_time_to_first_chunk_seconds_count"
    assert sum(value for key, value in found.items() if key[0] == first) == 1
    chunks = "gen_ai_client_operation_time_per_output_chunk_seconds_count"
    assert sum(value for key, value in found.items() if key[0] == chunks) == 6  # 7 pieces: four words, three blanks
    assert "ada" not in text
    assert "harbour" not in text
    assert run_id not in text


async def test_no_metric_is_told_apart_by_a_thread_or_a_user():
    text = prometheus_text(measures_of(a_run()).series())
    labels = {part.partition("=")[0] for key in read(text) for part in key[1:]}
    allowed = {
        *("le", "gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model", "gen_ai_token_type"),
        *("gen_ai_agent_name", "gen_ai_tool_name", "error_type", "mainstem_run_status", "mainstem_alert_name"),
    }
    assert labels <= allowed


async def test_metrics_are_404_where_they_are_off():
    async with door(spoken()) as (client, _):
        found = problem(await client.get("/metrics"), 404)
    assert "MAINSTEM_TELEMETRY=prometheus" in found["hint"]


async def test_otlp_and_prometheus_tell_the_same(monkeypatch, receiver, sent):
    monkeypatch.setenv("MAINSTEM_TELEMETRY", "otlp,prometheus")
    for _ in range(3):
        await watch(spoken("One two three four."), HI).result()
    received = await asyncio.to_thread(sent)
    metric = received.metrics["gen_ai.client.operation.time_per_output_chunk"]
    assert metric.unit == "s"
    (point,) = metric.histogram.data_points
    assert point.count == 3 * 6
    assert sum(point.bucket_counts) == point.count
    assert attributes_of(point.attributes)["gen_ai.operation.name"] == "chat"
    (runs,) = received.metrics["mainstem.runs"].sum.data_points
    assert runs.as_double == 3
    assert received.metrics["mainstem.runs"].sum.is_monotonic


async def test_each_signal_can_be_left_out(monkeypatch, receiver, sent):
    monkeypatch.setenv("MAINSTEM_TELEMETRY", "otlp")
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")
    await watch(spoken(), HI).result()
    received = await asyncio.to_thread(sent)
    assert received.spans
    assert received.metrics == {}


async def test_headers_and_names_come_from_opentelemetrys_own_variables(monkeypatch, receiver, sent):
    monkeypatch.setenv("MAINSTEM_TELEMETRY", "otlp")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-key=abc")
    monkeypatch.setenv("OTEL_SERVICE_NAME", "harbour")
    await watch(spoken(), HI).result()
    received = await asyncio.to_thread(sent)
    assert {span.service for span in received.spans} == {"harbour"}
    assert all(headers["x-key"] == "abc" for headers in received.headers)


async def test_a_sampler_of_the_environment_counts_for_whole_traces(monkeypatch, receiver, sent):
    monkeypatch.setenv("MAINSTEM_TELEMETRY", "otlp")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
    runs = [watch(spoken(), HI) for _ in range(24)]
    for run in runs:
        await run.result()
    received = await asyncio.to_thread(sent)
    traces = {span.trace_id for span in received.spans}
    assert all(len(received.trace(trace_id)) == 2 for trace_id in traces)  # never a part of one
    assert 0 < len(traces) < 24


# counting


def a_run():
    usage = {"input_tokens": 10, "output_tokens": 4, "total_tokens": 14}
    return [
        e.RunStarted(
            seq=1, run_id="r", thread_id="t1", graph="g", tags={"user": "ada"}, started_at="2026-01-01T00:00:00Z"
        ),
        e.MessageStarted(seq=2, message_id="m", model="gpt", provider="openai", task_id="a", at=0.1),
        e.MessageDelta(message_id="m", text="One ", first_at=0.5, last_at=0.5),
        e.MessageDelta(message_id="m", text="two three four", n=3, first_at=0.6, last_at=0.8),
        e.MessageFinished(
            seq=5, message_id="m", complete=False, at=0.9, ttft=0.4, usage=usage, cost=0.25, finish_reason="length"
        ),
        e.ToolStarted(seq=6, tool_call_id="c", name="search", at=1.0),
        e.ToolFinished(seq=7, tool_call_id="c", name="search", status="timeout", at=2.5),
        e.Notice(seq=8, kind="stall", text="Silent for 10 s.", at=2.6),
        e.RunFinished(seq=9, run_id="r", status="truncated", cut="length", at=3.0, seconds=3.0, usage=usage, cost=0.25),
    ]


def measures_of(events):
    found, translator = Measures(), RunTranslator()
    for event in events:
        for record in translator.add(event):
            if hasattr(record, "instrument"):
                found.add(record)
    return found


def test_what_is_measured_of_a_run():
    found = read(prometheus_text(measures_of(a_run()).series()))
    gpt = ("gen_ai_operation_name=chat", "gen_ai_provider_name=openai", "gen_ai_request_model=gpt")
    assert found["gen_ai_client_operation_duration_seconds_sum", *gpt] == pytest.approx(0.8)
    assert found["gen_ai_client_operation_time_to_first_chunk_seconds_sum", *gpt] == 0.4
    assert found["gen_ai_client_operation_time_per_output_chunk_seconds_count", *gpt] == 3
    assert found["gen_ai_client_operation_time_per_output_chunk_seconds_sum", *gpt] == pytest.approx(0.3)
    buckets = [value for key, value in found.items() if key[0].endswith("per_output_chunk_seconds_bucket")]
    assert buckets == sorted(buckets)
    assert (buckets[0], buckets[-1]) == (0, 3)
    assert found["gen_ai_client_token_usage_sum", *gpt, "gen_ai_token_type=output"] == 4
    assert found["mainstem_streams_incomplete_total", *gpt] == 1
    assert found["mainstem_cost_usd_total", *gpt] == 0.25
    tool = ("error_type=timeout", "gen_ai_operation_name=execute_tool", "gen_ai_tool_name=search")
    assert found["gen_ai_execute_tool_duration_seconds_sum", *tool] == 1.5
    assert found["mainstem_alerts_total", "mainstem_alert_name=stall"] == 1
    agent = ("gen_ai_agent_name=g", "gen_ai_operation_name=invoke_agent")
    assert found["gen_ai_invoke_agent_duration_seconds_sum", *agent] == 3


def test_a_metric_has_a_bounded_number_of_series():
    found = Measures()
    for number in range(MOST_SERIES + 50):
        found.add(measured(names.RUNS, 1.0, **{names.TOOL_NAME: f"tool{number}"}))
    series = list(found.series())
    assert len(series) == MOST_SERIES + 1
    assert [one.value for one in series if one.labels == (("otel.metric.overflow", True),)] == [50.0]


def test_labels_are_escaped():
    found = Measures()
    found.add(measured(names.RUNS, 1.0, **{names.TOOL_NAME: 'a "tool"\\with\nlines'}))
    (key,) = [key for key in read(prometheus_text(found.series())) if key[0] == "mainstem_runs_total"]
    assert key[1] == 'gen_ai_tool_name=a "tool"\\with\nlines'


def test_distributions_add_up():
    one, other = Distribution((1.0, 2.0)), Distribution((1.0, 2.0))
    one.add(1.0)
    one.add(5.0, 2)
    other.add(1.5)
    one.merge(other)
    assert (one.counts, one.count, one.total, one.least, one.most) == ([1, 1, 2], 4, 12.5, 1.0, 5.0)


async def test_sessions_of_one_process_count_together(tmp_path):
    settings = await asyncio.to_thread(Settings, telemetry="prometheus")
    async with Session(settings, graph=spoken()) as session:
        await session.start(HI).result()
    async with door(spoken(), settings) as (client, _):
        found = await scraped(client)
    assert found["mainstem_runs_total", "gen_ai_agent_name=LangGraph", "mainstem_run_status=done"] == 1
