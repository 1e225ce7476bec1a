"""Two processes with clocks that disagree: what is asked later comes later in the thread."""

import time

from langgraph.checkpoint.base import id as ids

from mainstem import Session


async def test_a_turn_behind_a_clock_that_was_set_back_is_not_lost(scripted, monkeypatch):
    async with Session(scripted("One.", "Two.")) as session:
        await session.ask("First?", thread="t").result()
    monkeypatch.setattr(ids, "_last_v6_timestamp", None)  # another process
    real = time.time_ns
    monkeypatch.setattr(ids.time, "time_ns", lambda: real() - 3600 * 10**9)
    async with Session(scripted("Two.")) as session:
        await session.ask("Second?", thread="t").result()
    monkeypatch.setattr(ids, "_last_v6_timestamp", None)
    async with Session(scripted("Three.")) as session:
        said = [message.text for message in (await session.state("t")).values["messages"]]
    assert said[0] == "First?"
    assert "Second?" in said
