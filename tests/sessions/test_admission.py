"""What is looked at before a run of the bundled agent begins: whether its thread waits, and no more than that."""

from collections import Counter

import pytest

from mainstem import Session
from mainstem.sessions.admission.questions import is_question, question_input
from mainstem.stores.threads.saver import Saver

NOTE = {"tool_call": {"name": "save_note", "args": {"title": "A", "text": "B"}}}


async def test_a_question_is_refused_where_a_call_waits_for_a_decision(scripted):
    async with Session(scripted([NOTE], [{"text": "Saved."}], [{"text": "Yes."}])) as session:
        waiting = await session.ask("Save it", thread="t").result()
        assert waiting.status == "interrupted"

        refused = await session.ask("And then?", thread="t").result()
        assert (refused.status, refused.error.type) == ("failed", "DecisionPending")

        done = await session.resume("t", {"decisions": [{"type": "approve"}]}).result()
        assert (done.status, done.text) == ("done", "Saved.")
        assert (await session.ask("Now?", thread="t").result()).error is None


async def test_a_question_has_its_thread_read_once(scripted, monkeypatch):
    read = Counter()
    original = Saver.aget_delta_channel_history

    async def counted(self, **more):
        read["history"] += 1
        return await original(self, **more)

    monkeypatch.setattr(Saver, "aget_delta_channel_history", counted)
    async with Session(scripted(*([{"text": "Yes."}] for _ in range(3)))) as session:
        for _ in range(3):
            before = read["history"]
            await session.ask("Is it so?", thread="t").result()
    assert read["history"] - before == 1


@pytest.mark.parametrize(
    "given",
    [
        {"messages": []},
        {"messages": [{"role": "user", "content": "x"}]},
        {"messages": [{"role": "user", "content": ["x"], "id": "1"}]},
        {"messages": [{"role": "user", "content": "x", "id": "1", "name": "y"}]},
        {"messages": [{"role": "user", "content": "x", "id": "1"}], "summary": 7},
        {"messages": [{"role": "remove", "content": "x", "id": "1"}]},
        None,
    ],
)
def test_only_what_we_make_is_a_question(given):
    assert is_question(question_input("x"))
    assert not is_question(given)
