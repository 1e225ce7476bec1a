"""What people say of a run: kept beside it, masked, told to who traces; the run's replay stays as it was."""

import asyncio

import pytest

from mainstem import Session, Settings, SyncSession
from mainstem.stores.journal.pruning import prune
from mainstem.stores.journal.records import Retention
from mainstem.stream.errors import UnknownRun, WrongFeedback
from tests.web.served import door, followed, problem, raw, started

from .graphs import HI, spoken
from .receiver import attributes_of

SECRET = "sk-live-0123456789abcdef0123"


@pytest.fixture
async def session(tmp_path):
    settings = await asyncio.to_thread(Settings, home=tmp_path / "home")
    async with Session(settings, graph=spoken()) as opened:
        yield opened


async def test_feedback_stands_beside_the_run_and_changes_no_event(session):
    run = session.start(HI)
    await run.result()
    before = [line async for line in session.lines(run.run_id)]
    said = await session.feedback(run, name="thumbs", score=1, label="up", explanation="Good.", annotator="ada")
    await session.feedback(run.run_id, name="correct", score=0.5)
    assert [line async for line in session.lines(run.run_id)] == before
    assert (await session.journal.verify(run.run_id)).ok
    kept = await session.journal.feedback(run.run_id)
    assert kept[0] == said
    assert (said.score, said.label, said.explanation, said.annotator) == (1, "up", "Good.", "ada")
    assert [each.name for each in kept] == ["thumbs", "correct"]
    assert said.at.endswith("+00:00")


async def test_feedback_may_come_while_the_run_goes_on(session):
    run = session.start(HI)
    await session.feedback(run, name="thumbs", label="up")
    await run.result()
    assert len(await session.journal.feedback()) == 1


async def test_what_is_explained_is_masked(session):
    run = session.start(HI)
    await run.result()
    said = await session.feedback(run, name="thumbs", label=f"key {SECRET}", explanation=f"It showed {SECRET}.")
    assert (said.name, said.label, said.explanation) == ("thumbs", "key [API_KEY_1]", "It showed [API_KEY_1].")
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in session.settings.home.glob("journal.sqlite*"))


async def test_what_commands_a_terminal_is_not_kept(session):
    run = session.start(HI)
    await run.result()
    said = await session.feedback(
        run, name="th\x1b[2Jumbs\n", label="u\x07p", explanation="a\x1b]0;b\nc", annotator="a\u202eda"
    )
    assert (said.name, said.label, said.explanation, said.annotator) == ("th[2Jumbs", "up", "a]0;b\nc", "ada")


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"name": " ", "score": 1}, "needs a name"),
        ({"name": "\x1b", "score": 1}, "needs a name"),
        ({"name": "thumbs"}, "needs a score, a label or an explanation"),
        ({"name": "thumbs", "score": float("nan")}, "is no score"),
        ({"name": "thumbs", "label": "x" * 101}, "longer than 100"),
        ({"name": "thumbs", "explanation": "x" * 4001}, "at most 4000"),
    ],
)
async def test_what_says_nothing_or_too_much_is_refused(session, said, complaint):
    run = session.start(HI)
    await run.result()
    with pytest.raises(WrongFeedback, match=complaint):
        await session.feedback(run, **said)
    assert await session.journal.feedback() == []


async def test_an_unknown_run_takes_no_feedback(session):
    await session.start(HI).result()
    with pytest.raises(UnknownRun):
        await session.feedback("nothing", name="thumbs", score=1)


async def test_the_words_are_forgotten_with_the_runs_events(session):
    import sqlite3

    run = session.start(HI)
    await run.result()
    await session.feedback(run, name="thumbs", score=0, explanation="It was wrong.")
    await session.journal.close()

    def forget():
        with sqlite3.connect(session.settings.home / "journal.sqlite", isolation_level=None) as connection:
            return prune(connection, Retention(megabytes=0))

    assert await asyncio.to_thread(forget) == 1
    (kept,) = await session.journal.feedback()
    assert (kept.score, kept.explanation) == (0, "")


def test_sync_sessions_take_it_too(tmp_path):
    with SyncSession(Settings(home=tmp_path / "home"), graph=spoken()) as session:
        run = session.start(HI)
        run.result()
        assert session.feedback(run, name="thumbs", score=1).run_id == run.run_id


# HTTP


async def test_feedback_over_http():
    async with door(spoken()) as (client, _):
        run_id, _ = await started(client, {"input": HI})
        await followed(client, run_id)
        before = await raw(client, run_id)
        answer = await client.post(f"/runs/{run_id}/feedback", json={"name": "thumbs", "score": 0, "label": "down"})
        assert answer.status_code == 201
        listed = (await client.get(f"/runs/{run_id}/feedback")).json()["feedback"]
        assert await raw(client, run_id) == before
    assert listed == [answer.json()]
    assert (listed[0]["label"], listed[0]["score"], listed[0]["run_id"]) == ("down", 0, run_id)


async def test_wrong_feedback_over_http_is_told():
    async with door(spoken()) as (client, _):
        run_id, _ = await started(client, {"input": HI})
        problem(await client.post(f"/runs/{run_id}/feedback", json={"name": "thumbs"}), 422)
        problem(await client.post(f"/runs/{run_id}/feedback", json={"score": 1}), 422)
        problem(await client.post("/runs/nothing/feedback", json={"name": "thumbs", "score": 1}), 404)
        problem(await client.get("/runs/nothing/feedback"), 404)


# traces


async def test_feedback_is_an_evaluation_of_the_runs_span(receiver, sent):
    settings = await asyncio.to_thread(Settings, telemetry="otlp")
    async with Session(settings, graph=spoken()) as session:
        run = session.start(HI)
        await run.result()
        await session.feedback(run, name="helpful", score=0.75, label="yes", explanation="Seagulls.")
    received = await asyncio.to_thread(sent)
    (record,) = received.logs
    assert record.event_name == "gen_ai.evaluation.result"
    (root,) = [span for span in received.spans if span.name.startswith("invoke_agent")]
    assert (record.trace_id.hex(), record.span_id.hex()) == (root.trace_id, root.span_id)
    told = attributes_of(record.attributes)
    assert told["gen_ai.evaluation.name"] == "helpful"
    assert told["gen_ai.evaluation.score.value"] == 0.75
    assert told["gen_ai.evaluation.score.label"] == "yes"
    assert "Seagulls" not in received.everything
