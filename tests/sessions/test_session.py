"""A session from outside: its threads, who may run on them, and how it is left."""

import threading

import pytest

from mainstem import Session, SyncSession
from mainstem.stream.errors import MainstemError
from tests.waiting import eventually_without_a_loop


async def test_a_thread_goes_on_in_another_session(scripted):
    async with Session(scripted([{"text": "One."}], [{"text": "Two."}])) as session:
        await session.ask("First?", thread="t").result()
    async with Session(scripted([{"text": "Three."}])) as session:
        await session.ask("Second?", thread="t").result()
        messages = (await session.state("t")).values["messages"]
        (thread,) = await session.threads()
    assert [message.text for message in messages] == ["First?", "One.", "Second?", "Three."]
    assert (thread.thread_id, thread.title, thread.turns) == ("t", "First?", 2)


async def test_a_busy_thread_is_refused(scripted):
    settings = scripted([{"words": "a b c d e f g h", "delay": 0.1}], [{"text": "x"}])
    async with Session(settings) as one, Session(settings) as other:
        first = one.ask("Go", thread="t")
        async for event in first.events():
            if event.type == "message.started":
                break
        second = await other.ask("Me too", thread="t").result()
        assert (second.status, second.error.type) == ("failed", "ThreadBusy")
        assert second.error.hint
        assert (await first.result()).status == "done"


async def test_an_unknown_thread_cannot_be_resumed(extractive):
    async with Session(extractive) as session:
        result = await session.resume("nowhere", {"decisions": [{"type": "approve"}]}).result()
    assert (result.status, result.error.type) == ("failed", "UnknownThread")


def test_sync_session_has_the_same_names(extractive):
    with SyncSession(extractive) as session:
        run = session.ask("When does the ferry sail?", thread="t")
        assert [event.type for event in run][-1] == "run.finished"
        assert "seven" in run.result().text
        assert session.threads()[0].thread_id == "t"


def test_a_sync_session_that_cannot_open_leaves_no_thread_and_says_so_when_asked(extractive, monkeypatch):
    monkeypatch.setattr(Session, "__aenter__", _fails)
    before = set(threading.enumerate())
    session = SyncSession(extractive)
    with pytest.raises(OSError, match="no room"), session:
        pass
    eventually_without_a_loop(lambda: set(threading.enumerate()) <= before)
    with pytest.raises(MainstemError, match="not open"):
        session.threads()


async def _fails(session):
    raise OSError("no room")


def test_leaving_a_sync_session_stops_what_runs_and_its_thread(scripted):
    before = set(threading.enumerate())
    with SyncSession(scripted([{"words": "a b c d e f g h i j", "delay": 0.2}])) as session:
        run = session.ask("Go")
        for event in session.replay(run.run_id):
            if event.type == "message.delta":
                break
    assert run._run._events.over
    assert run._run._events.result().status == "stopped"
    eventually_without_a_loop(lambda: set(threading.enumerate()) <= before)


async def test_a_missing_folder_fails_with_a_clear_line(extractive, tmp_path):
    settings = extractive.model_copy(update={"docs": [tmp_path / "nowhere"]})
    async with Session(settings) as session:
        result = await session.ask("Anything?").result()
    assert result.status == "failed"
    assert "nowhere" in result.error.message


async def test_leaving_the_session_stops_what_runs(scripted):
    async with Session(scripted([{"words": "a b c d e f g h i j", "delay": 0.2}])) as session:
        run = session.ask("Go")
        async for event in run.events():
            if event.type == "message.delta":
                break
    assert (await run.result()).status == "stopped"
