"""What leaves the live thread, and what stays of it."""

from mainstem import Session

from ..fixtures import call
from ..graph.watched import watched


async def test_old_turns_are_folded_and_stay_in_the_history(scripted):
    turns = [[{"text": f"Answer {n}: " + "words " * 300}] for n in range(6)]
    async with Session(scripted(*turns, window_tokens=1000)) as session:
        for number in range(6):
            _, result, messages = await watched(session, session.ask(f"Question {number}?", thread="t"), "t")
            assert result.status == "done"
        state = await session.state("t")
        assert len(messages) < 6
        assert "Asked: Question 0?" in state.values["summary"]
        assert state.values["turns"] == 6
        history = [
            snapshot async for snapshot in session.source.graph.aget_state_history({"configurable": {"thread_id": "t"}})
        ]
    seen = {message.text for snapshot in history for message in snapshot.values.get("messages", ())}
    assert {f"Question {number}?" for number in range(6)} <= seen


async def test_overlong_tool_results_are_cut_within_a_turn(scripted, docs):
    (docs / "long.txt").write_text("The harbour. " * 3000)
    turns = (
        [call("read_document", {"document": "long.txt", "start": n * 100}, f"c{n}") for n in range(4)],
        [{"text": "Done."}],
    )
    async with Session(scripted(*turns, window_tokens=1500)) as session:
        _, result, messages = await watched(session, session.ask("Read it", thread="t"), "t")
    assert result.status == "done"
    assert sum(len(message.text) for message in messages) < 1500 * 5
