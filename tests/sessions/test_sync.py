"""`SyncSession` takes what `Session` takes."""

import inspect

import pytest

from mainstem import Session, SyncSession
from mainstem.stream.errors import ThreadError

from ..fixtures import call

INTERNAL = {"docs", "hold", "named", "question_id", "traceparent", "among"}
"""What a server of ours gives: users, uploads, spans, the question that a decision goes on with."""

SEARCH = call("search_documents", {"query": "when does the ferry sail"}, "c1")


def taken(method):
    return set(inspect.signature(method).parameters) - INTERNAL


@pytest.mark.parametrize("name", ["ask", "start", "resume", "steer", "fork", "threads", "rename", "delete", "export"])
def test_the_same_names_take_the_same(name):
    assert taken(getattr(SyncSession, name)) == taken(getattr(Session, name))


@pytest.mark.worker
def test_a_question_waits_and_a_message_is_added(scripted):
    turns = [
        [{"words": "one two three four", "delay": 0.05}, SEARCH],
        [{"words": "On Sundays."}],
        [{"words": "It waited."}],
    ]
    with SyncSession(scripted(*turns)) as session:
        run = session.ask("When does the ferry sail?", thread="t")
        events = iter(run)
        assert next(event for event in events if event.type == "message.delta")
        waiting = session.ask("And then?", thread="t", policy="queue")
        assert session.steer("t", "Only Sundays, please.").run_id == run.run_id
        assert [event.type for event in events][-1] == "run.finished"
        assert run.result().text == "On Sundays."
        assert waiting.result().text == "It waited."


def test_where_nothing_goes_on_there_is_nothing_to_steer(scripted):
    with SyncSession(scripted([{"words": "x"}])) as session, pytest.raises(ThreadError, match="No run goes on"):
        session.steer("t", "hello?")
