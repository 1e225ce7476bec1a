"""A run as a chart."""

import asyncio
import re

import pytest

from mainstem.stream import plot
from mainstem.stream.events import MessageDelta, NodeFinished, NodeStarted, RunFinished, ToolFinished, ToolStarted
from mainstem.stream.run import Run
from mainstem.stream.run_options import RunOptions
from mainstem.stream.sources import source_of
from tests.stream.graphs import Words, graph_of

from ..waiting import eventually

EVENTS = [
    NodeStarted(node="model", task_id="a", at=0.1),
    MessageDelta(message_id="m", text="One ", tokens=1, first_at=0.5, last_at=0.5, at=0.5),
    MessageDelta(message_id="m", text="two three", n=2, tokens=3, first_at=0.7, last_at=0.9, at=0.9),
    NodeFinished(node="model", task_id="a", at=1.0),
    ToolStarted(tool_call_id="c", name="search", at=1.1),
    ToolFinished(tool_call_id="c", name="search", status="ok", at=1.5),
    NodeStarted(node="model", task_id="b", at=1.6),
    RunFinished(status="stopped", at=2.0, seconds=2.0),
]


def test_tokens_over_time():
    assert [(row["seconds"], row["tokens"]) for row in plot.tokens(EVENTS)] == [(0.5, 1), (0.9, 3)]


def test_gaps_between_arrivals():
    (row,) = plot.gaps(EVENTS)
    assert (row["seconds"], row["gap"]) == (0.7, pytest.approx(0.2))


def test_the_timeline_ends_what_the_run_left_open():
    told = [(row["name"], row["kind"], row["began"], row["ended"]) for row in plot.timeline_rows(EVENTS)]
    assert told == [
        ("1. model", "node", 0.1, 1.0),
        ("2. search", "tool call", 1.1, 1.5),
        ("3. model", "node", 1.6, 2.0),
    ]


@pytest.mark.parametrize("kept", [4 * 2**20, 2000])
async def test_a_run_draws_itself_whole(kept):
    pytest.importorskip("altair", reason="the group notebook is not installed")
    words = [f"word{number} " for number in range(300)]
    source = source_of(graph_of(Words(words, delay=0)))
    run = Run(source, {"messages": [("user", "?")]}, RunOptions({}, memory=kept))
    async for _ in run.events():
        pass
    await eventually(lambda: kept != 2000 or run._events.log.first > 1)  # until the journal has it
    chart = (await asyncio.to_thread(run.plot)).to_dict()  # it waits for the journal
    assert [part["title"] for part in chart["vconcat"]] == ["Tokens over time", "Gaps between arrivals", "Steps"]
    assert chart["vconcat"][0]["data"]["values"][-1]["tokens"] == len(words)
    assert chart["vconcat"][0]["data"]["values"][0]["tokens"] == 1


def test_a_notebook_shows_the_charts_without_a_network():
    pytest.importorskip("altair", reason="the group notebook is not installed")
    shown = plot.plot(EVENTS)._repr_mimebundle_()
    assert list(shown) == ["image/svg+xml"], "Altair's own bundle fetches its program"
    assert "Tokens over time" in shown["image/svg+xml"]
    assert "<script" not in shown["image/svg+xml"]


@pytest.mark.parametrize("events", [[], EVENTS[:1], EVENTS], ids=["no event", "no word", "whole"])
def test_the_picture_has_a_size_also_of_a_run_that_has_said_nothing(events):
    pytest.importorskip("altair", reason="the group notebook is not installed")
    drawn = plot.plot(events)._repr_mimebundle_()["image/svg+xml"]
    width, height = (float(value) for value in re.findall(r' (?:width|height)="([^"]*)"', drawn)[:2])
    assert max(width, height) < 1000
