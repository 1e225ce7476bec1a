"""Threads on disk outlive versions: a file that the first one wrote is read, and goes on."""

import shutil
from pathlib import Path

import pytest

from mainstem import Session

FILE = Path(__file__).parent / "files" / "first_version.sqlite"
"""Four turns, of which the first three are folded; its summary is stored in every checkpoint."""


@pytest.fixture
def old_home(scripted):
    settings = scripted(*([{"text": f"Answer {number}."}] for number in range(5, 60)), window_tokens=600)
    shutil.copy(FILE, settings.home / "threads.sqlite")
    return settings


async def test_a_thread_of_the_first_version_is_read(old_home):
    async with Session(old_home) as session:
        state = (await session.state("first")).values
        (listed,) = await session.threads()
    assert (listed.thread_id, listed.title, listed.turns) == ("first", "Question 1?", 4)
    assert state["messages"][-2].text == "Question 4?"
    assert state["summary"].startswith("Asked: Question 1?\nAnswered: The answer is long")


async def test_a_thread_of_the_first_version_goes_on(old_home):
    async with Session(old_home) as session:
        before = (await session.state("first")).values["summary"]
        assert (await session.ask("Question 5?", thread="first").result()).text == "Answer 5."
        state = (await session.state("first")).values
        assert [message.text for message in state["messages"][-2:]] == ["Question 5?", "Answer 5."]
        assert state["turns"] == 5
        assert state["summary"].startswith(before)


async def test_the_summary_survives_its_renewals_and_many_turns(old_home):
    async with Session(old_home) as session:
        for number in range(5, 58):
            await session.ask(f"Question {number}?", thread="first").result()
    async with Session(old_home) as session:
        state = (await session.state("first")).values
    assert state["turns"] == 57
    assert state["summary"].startswith("Asked: Question 1?")
    assert state["messages"][-1].text == "Answer 57."
