"""An alert is an event, an event of the run's span, a count and a line in the log."""

import asyncio
import io
import json
import logging

import pytest
from langgraph.graph import StateGraph
from langgraph.runtime import Runtime

from mainstem import Session, Settings, stream_writer, watch
from mainstem import events as e
from mainstem.stream.log_context import handler
from mainstem.stream.telemetry.watchers import ENOUGH, LATEST, ErrorRate, FirstTokenDrift
from tests.fixtures import call

from .graphs import HI, State, spoken


def graph_of(node):
    return StateGraph(State).add_node("step", node).set_entry_point("step").compile()


async def stalls(state: State, runtime: Runtime):
    stream_writer(runtime).notice("stall", "The model has been silent for 10 s.")


async def spends(state: State, runtime: Runtime):
    stream_writer(runtime).halt("budget", "The run has cost 2 dollars, and may cost 1.")


async def fails(state: State):
    raise ValueError("no")


@pytest.mark.parametrize(("node", "name"), [(stalls, "stall"), (spends, "budget")])
async def test_an_alert_is_told_in_all_four_places(node, name, monkeypatch, receiver, sent, caplog):
    monkeypatch.setenv("MAINSTEM_TELEMETRY", "otlp")
    run = watch(graph_of(node), HI)
    events = [event async for event in run]
    assert [event.kind for event in events if isinstance(event, e.Notice)] == [name]
    received = await asyncio.to_thread(sent)
    (root,) = received.trace(events[0].trace_id)
    ((event, told),) = root.events
    assert (event, told["mainstem.alert.name"]) == ("mainstem.alert", name)
    (point,) = received.metrics["mainstem.alerts"].sum.data_points
    assert point.as_double == 1
    (record,) = [record for record in caplog.records if record.name == "mainstem.alerts"]
    assert record.getMessage().startswith(f"{name}: ")


async def test_an_alert_is_logged_also_without_telemetry(caplog):
    await watch(graph_of(stalls), HI).result()
    assert [record.alert for record in caplog.records if record.name == "mainstem.alerts"] == ["stall"]


async def test_the_agents_own_budget_is_an_alert(scripted, caplog):
    asks = [call("search_documents", {"query": "ferry"}, "s1"), {"usage": {"input_tokens": 500, "output_tokens": 5}}]
    async with Session(scripted(asks, [{"words": "At seven."}], budget_tokens=10)) as session:
        result = await session.ask("When does the ferry sail?").result()
    assert (result.status, result.reason) == ("halted", "budget")
    assert "budget" in [getattr(record, "alert", "") for record in caplog.records]


async def test_runs_that_fail_are_an_alert(monkeypatch):
    monkeypatch.setenv("MAINSTEM_TELEMETRY", "prometheus")
    notices = []
    for number in range(LATEST + 5):
        graph = graph_of(fails) if number >= LATEST - 6 else spoken()
        events = [event async for event in watch(graph, HI).events()]
        notices += [(number, event.rule) for event in events if isinstance(event, e.Notice)]
    assert notices == [(LATEST - 1, "error-rate")]


def test_the_error_rate_is_told_again_only_after_it_fell():
    watcher = ErrorRate(0.25)
    outcomes = [True] * LATEST + [False] * LATEST + [True] * 10
    told = [number for number, failed in enumerate(outcomes) if watcher.ended(failed=failed)]
    assert told == [LATEST - 1, 2 * LATEST + 5]


def test_first_tokens_that_come_later_than_they_did_are_an_alert():
    watcher = FirstTokenDrift(2.0)
    times = [0.1] * (LATEST + ENOUGH) + [0.5] * LATEST
    told = [notice for seconds in times if (notice := watcher.came("gpt", seconds))]
    assert [notice.rule for notice in told] == ["first-token-drift"]
    assert "gpt" in told[0].text


def test_first_tokens_of_one_model_say_nothing_of_another():
    watcher = FirstTokenDrift(2.0)
    assert not any(watcher.came("fast", 0.1) or watcher.came("slow", 5.0) for _ in range(3 * LATEST + ENOUGH))


# logs


@pytest.fixture
def written(monkeypatch):
    """What the loggers of the package write, as `mainstem serve` would."""
    streams = []

    def begin(form):
        stream = io.StringIO()
        made = handler(form, stream)
        logging.getLogger("mainstem").addHandler(made)
        streams.append((made, stream))
        return stream

    yield begin
    for made, _ in streams:
        logging.getLogger("mainstem").removeHandler(made)


async def test_log_lines_are_json_with_the_runs_id(written):
    stream = written("json")
    run = watch(graph_of(stalls), HI)
    await run.result()
    (line,) = stream.getvalue().splitlines()
    said = json.loads(line)
    assert said["run_id"] == run.run_id
    assert (said["level"], said["logger"], said["alert"]) == ("warning", "mainstem.alerts", "stall")
    assert said["time"].endswith("+00:00")


async def test_log_lines_are_text_with_the_runs_id(written):
    stream = written("text")
    run = watch(graph_of(stalls), HI)
    await run.result()
    assert f"WARNING mainstem.alerts [run {run.run_id}] stall: The model" in stream.getvalue()


async def test_a_line_outside_of_a_run_has_no_id(written):
    stream = written("json")
    logging.getLogger("mainstem.web").error("Lost", exc_info=ValueError("why"))
    said = json.loads(stream.getvalue())
    assert "run_id" not in said
    assert "ValueError: why" in said["error"]


async def test_what_is_logged_is_masked(written, scripted):
    secret = "sk-live-0123456789abcdef0123"
    stream = written("json")
    async with Session(scripted([{"words": "x"}])):
        logging.getLogger("mainstem.alerts").warning("the key %s", secret)
    assert "the key" in stream.getvalue()
    assert secret not in stream.getvalue()


async def test_settings_choose_the_form(monkeypatch):
    monkeypatch.setenv("MAINSTEM_LOG_FORMAT", "json")
    assert (await asyncio.to_thread(Settings)).log_format == "json"
