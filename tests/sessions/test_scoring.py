"""Scores of finished sentences: given what each cites, kept beside the run, and never a reason for it to fail."""

import asyncio
import logging

import pytest

from mainstem import Session, Settings
from mainstem.sessions.scoring import scored_sentences
from mainstem.stream.events import Citation, Locator, MessageDelta, MessageStarted, MessageSuperseded, RunStarted
from mainstem.stream.transcript import Transcript
from tests.operated.graphs import HI, spoken

TEXT = "Well done. It is bad!\nWho knows?"


@pytest.fixture
def scored(tmp_path):
    """The feedback on a run that says `TEXT`, with its scores by `score`."""

    async def feedback(score, text=TEXT):
        settings = await asyncio.to_thread(Settings, home=tmp_path / "home", score=score)
        async with Session(settings, graph=spoken(text)) as session:
            run = session.start(HI, tags={"team": "a"})
            result = await run.result()
        assert result.status == "done"
        return await session.journal.feedback(run.run_id)

    return feedback


def mood(sentence, about):
    if "bad" in sentence:
        return {"name": "mood", "score": -1, "label": "bad"}
    return [{"name": "mood", "score": 1}, {"name": "place", "score": about.position}] if "done" in sentence else None


async def amood(sentence, about):
    await asyncio.sleep(0)
    return mood(sentence, about)


@pytest.mark.parametrize("score", [mood, amood, "tests.sessions.test_scoring:mood"])
async def test_what_is_said_of_each_sentence_is_kept_beside_the_run(scored, score):
    kept = await scored(score)
    assert [(each.name, each.score, each.label, each.explanation) for each in kept] == [
        ("mood", 1, None, "Well done."),
        ("place", 0, None, "Well done."),
        ("mood", -1, "bad", "It is bad!"),
    ]
    assert {each.annotator for each in kept} == {score if isinstance(score, str) else score.__qualname__}


def fails(sentence, about):
    if about.position:
        raise RuntimeError("no judge today")
    return {"name": "mood", "score": 1}


@pytest.mark.parametrize(
    ("score", "why", "count"),
    [
        (fails, "no judge today", 1),
        (lambda sentence, about: 0.5, "and not such as", 0),
        (lambda sentence, about: {"name": "mood", "mood": 1}, "and not such as", 0),
        (lambda sentence, about: {"name": "mood", "score": float("nan")}, "nan is no score", 0),
        ("nowhere.at:all", "nowhere", 0),
    ],
)
async def test_a_scorer_that_fails_fails_no_run_and_is_told(scored, caplog, score, why, count):
    with caplog.at_level(logging.WARNING, "mainstem.scoring"):
        assert len(await scored(score)) == count
    assert why in caplog.text


async def test_a_session_that_is_left_does_not_wait_for_ever(scored, monkeypatch):
    monkeypatch.setattr("mainstem.sessions.scoring.SECONDS", 0.01)
    never = asyncio.Event()

    async def waits(sentence, about):
        await never.wait()

    assert await scored(waits) == []


def cited(message, end, marker="[1]"):
    said = {"message_id": message, "marker": marker, "answer_start": 0, "answer_end": end, "document": "a"}
    return Citation(**said, locator=Locator(start=0, end=5), quote="x")


def test_a_sentence_comes_with_what_it_cites_and_not_with_what_was_taken_back():
    told = Transcript.of([
        RunStarted(run_id="r", thread_id="t"),
        MessageStarted(message_id="old", answer=True),
        MessageDelta(message_id="old", text="It is five [1]."),
        cited("old", 14),
        MessageSuperseded(message_id="old", reason="repair"),
        MessageStarted(message_id="m", answer=True),
        MessageDelta(message_id="m", text="It is six [1]. Nobody said so. It is nine [2]."),
        cited("m", 13),
        cited("m", 45),
    ])  # fmt: skip
    found = list(scored_sentences(told, {}))
    assert [(sentence, about.position, len(about.citations)) for sentence, about in found] == [
        ("It is six [1].", 0, 1),
        ("Nobody said so.", 1, 0),
        ("It is nine [2].", 2, 1),
    ]
    assert {about.run_id for _, about in found} == {"r"}
    assert list(scored_sentences(Transcript.of([RunStarted(run_id="r")]), {})) == []


def test_what_an_answer_cites_behind_a_sentence_belongs_to_it():
    told = Transcript.of([
        RunStarted(run_id="r"),
        MessageStarted(message_id="m", answer=True),
        MessageDelta(message_id="m", text="It is five. [1] It is six. [2][3]"),
        cited("m", 15, "[1]"),
        cited("m", 33, "[2]"),
        cited("m", 33, "[3]"),
    ])  # fmt: skip
    found = list(scored_sentences(told, {}))
    assert [(sentence, [each.marker for each in about.citations]) for sentence, about in found] == [
        ("It is five. [1]", ["[1]"]),
        ("It is six. [2][3]", ["[2]", "[3]"]),
    ]
    assert found[0][1].sources == ("x",)
