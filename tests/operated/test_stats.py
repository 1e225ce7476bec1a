"""`mainstem stats`: quantiles, costs and broken streams, from the journal of scripted runs."""

import asyncio
import json

import pytest

from mainstem import Session, Settings
from mainstem import events as e
from mainstem.cli import stats
from mainstem.stream.stats.quantiles import Quantiles
from mainstem.stream.stats.statistics import Statistics
from tests.cli.commands import line, run
from tests.fixtures import call

from .graphs import HI, spoken

USAGE = {"input_tokens": 10, "output_tokens": 4, "total_tokens": 14}


def recorded(number, *, model="gpt", first=0.2, gap=0.1, complete=True, cost=0.5, **tags):
    """The events of a run that retrieves, calls a tool and speaks in four pieces."""
    times = [first + 1 + gap * piece for piece in range(4)]
    return [
        e.RunStarted(seq=1, run_id=f"r{number}", graph="g", tags=tags, started_at="2026-01-01T00:00:00+00:00"),
        e.NodeStarted(seq=2, node="retrieve", task_id="a", at=0.0),
        e.NodeFinished(seq=3, node="retrieve", task_id="a", at=1.0, seconds=1.0),
        e.MessageStarted(seq=4, message_id="m", model=model, task_id="b", at=1.0 + first),
        *(e.MessageDelta(message_id="m", text="x ", first_at=at, last_at=at, at=at) for at in times),
        e.MessageFinished(
            seq=9,
            message_id="m",
            complete=complete,
            finish_reason="stop" if complete else None,
            ttft=first,
            usage=USAGE,
            cost=cost,
            at=times[-1],
        ),
        e.ToolStarted(seq=10, tool_call_id="c", name="search", at=2.0),
        e.ToolFinished(seq=11, tool_call_id="c", name="search", status="ok" if complete else "error", at=2.5),
        e.RunFinished(
            seq=12, run_id=f"r{number}", status="done" if complete else "truncated", at=3.0, seconds=3.0, cost=cost
        ),
    ]


def gathered(*runs):
    found = Statistics()
    for events in runs:
        started, finished = events[0], events[-1]
        found.add_run(events, tags=started.tags, started_at=started.started_at, status=finished.status)
    return found.told()


def test_figures_of_models_tools_and_nodes():
    found = gathered(*(recorded(number, first=0.1 * (number + 1)) for number in range(100)))
    model = found["models"]["gpt"]
    assert (model["turns"], model["tokens_in"], model["tokens_out"], model["cost"]) == (100, 1000, 400, 50.0)
    assert model["first_token"]["p50"] == pytest.approx(5.0, rel=0.03)
    assert model["first_token"]["p95"] == pytest.approx(9.5, rel=0.03)
    assert model["first_token"]["p99"] == pytest.approx(9.9, rel=0.03)
    assert model["gaps"]["p50"] == pytest.approx(0.1, rel=0.03)
    assert found["tools"]["search"]["seconds"]["p50"] == pytest.approx(0.5, rel=0.03)
    assert found["nodes"]["retrieve"]["seconds"]["p50"] == pytest.approx(1.0, rel=0.03)
    assert found["runs"]["seconds"]["p99"] == pytest.approx(3.0, rel=0.03)


def test_retrieval_stands_apart_from_generation():
    found = gathered(recorded(1, first=0.2, gap=1.0))
    assert found["retrieval"]["seconds"]["p50"] == pytest.approx(1.0, rel=0.03)
    assert found["generation"]["seconds"]["p50"] == pytest.approx(3.2, rel=0.03)


def test_broken_streams_are_counted():
    found = gathered(recorded(1), recorded(2, complete=False), recorded(3, complete=False))
    assert found["models"]["gpt"]["incomplete"] == 2
    assert found["answers"]["streamed"]["incomplete"] == 2
    assert found["tools"]["search"]["failed"] == 2
    assert found["runs"]["by_status"] == {"truncated": 2, "done": 1}


def test_streamed_answers_stand_beside_whole_ones():
    whole = [event for event in recorded(1) if event.seq or event.at == 1.2]
    found = gathered(whole, recorded(2))
    assert found["answers"]["streamed"]["count"] == 1
    assert found["answers"]["whole"]["count"] == 1
    assert found["answers"]["whole"]["first_token"] is None


def test_cost_by_tag_and_day():
    runs = [recorded(1, team="a", user="x"), recorded(2, team="a", user="y"), recorded(3, team="b", cost=None)]
    found = gathered(*runs)
    assert found["cost_by_tag"]["team"] == {
        "a": {"runs": 2, "cost": 1.0, "unknown": 0},
        "b": {"runs": 1, "cost": 0.0, "unknown": 1},
    }
    assert found["cost_by_tag"]["user"]["y"]["cost"] == 0.5
    assert found["cost_by_day"] == {"2026-01-01": {"runs": 3, "cost": 1.0, "unknown": 1}}


def test_of_very_many_values_of_a_tag_people_are_shown_those_that_cost_most():
    found = gathered(*(recorded(n, user=f"u{n}", cost=float(n)) for n in range(1, stats.MAX_VALUES + 4)))
    shown = "\n".join(stats._lines(found))
    assert f"\nu{stats.MAX_VALUES + 3} " in shown
    assert "\nu3 " not in shown
    assert "and 3 more, which --json tells of" in shown


def test_a_run_whose_events_were_pruned_counts_with_its_end():
    found = Statistics()
    found.add_run(recorded(1)[-1:], tags={"team": "a"}, started_at="2026-01-02T00:00:00Z", status="done")
    assert found.told()["cost_by_day"]["2026-01-02"]["cost"] == 0.5
    assert found.told()["models"] == {}


def test_quantiles_are_within_two_and_a_half_percent():
    values = Quantiles()
    for number in range(1, 1001):
        values.add(number / 1000)
    assert values.figures() == pytest.approx({"p50": 0.5, "p95": 0.95, "p99": 0.99}, rel=0.026)
    assert Quantiles().figures() is None


# the command


@pytest.fixture
async def home(tmp_path):
    """A home with a few runs."""
    settings = await asyncio.to_thread(Settings, home=tmp_path / "stats")
    async with Session(settings, graph=spoken("One two three four.")) as session:
        for team in ("a", "a", "b"):
            run = session.start(HI, tags={"team": team})
            await run.result()
        await session.feedback(run, name="thumbs", score=1, label="up")
    return tmp_path / "stats"


async def command(*args):
    return await asyncio.to_thread(run, "stats", *args)


async def test_the_command_tells_people(home):
    found = await command("--home", home)
    assert found.exit_code == 0
    assert "3 runs: done 3" in found.stdout
    for title in ("Models", "Nodes", "Answers", "Cost by team", "Cost by day", "Feedback"):
        assert f"\n{title}" in found.stdout
    assert "up 1" in found.stdout


async def test_the_command_tells_programs(home):
    found = json.loads((await command("--home", home, "--json")).stdout)
    assert found["runs"]["count"] == 3
    assert found["cost_by_tag"]["team"]["a"]["runs"] == 2
    assert found["feedback"] == {"thumbs": {"count": 1, "mean_score": 1.0, "labels": {"up": 1}}}
    assert found["answers"]["streamed"]["count"] == 3


async def test_runs_are_chosen_by_tag_and_days(home):
    found = json.loads((await command("--home", home, "--json", "--tag", "team=b")).stdout)
    assert found["runs"]["count"] == 1
    assert found["feedback"]
    assert json.loads((await command("--home", home, "--json", "--days", "1")).stdout)["runs"]["count"] == 3
    nothing = await command("--home", home, "--days", "0")
    assert "No run that is over" in line(nothing)


async def test_an_empty_journal_is_one_clear_line(tmp_path):
    (tmp_path / "nothing").mkdir()
    found = await command("--home", tmp_path / "nothing")
    assert found.exit_code == 1
    assert "No run has been recorded here yet" in line(found)


async def test_the_agents_runs_tell_retrieval_and_tools(scripted):
    searching = [call("search_documents", {"query": "ferry"}, "s1")]
    settings = scripted(searching, [{"words": "At seven [1]."}])
    async with Session(settings) as session:
        await session.ask("When does the ferry sail?").result()
    found = json.loads((await command("--home", settings.home, "--json")).stdout)
    assert found["retrieval"]["count"] == 1
    assert found["tools"]["search_documents"]["count"] == 1
    assert found["generation"]["count"] == 2
    assert "call_model" in found["nodes"]
