"""What leaves the live thread, and what stays of it."""

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from mainstem import Session
from mainstem.settings import use
from mainstem.stream.steering import Inbox, inbox_of_run
from nodes.client_calls import CLIENT_CALLS
from nodes.compact import needs_compacting

from ..fixtures import call
from ..graph.watched import watched

ASKED = HumanMessage("When does it sail?", id="q")
CALL = {"name": "calculate", "args": {}, "id": "c", "type": "tool_call"}
CLIENTS = {CLIENT_CALLS: ["c"]}


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


@pytest.mark.parametrize(
    ("messages", "needed"),
    [
        ([ASKED], False),
        ([ASKED, AIMessage("At seven.", id="a"), HumanMessage("And on Sundays?", id="p")], False),
        ([HumanMessage("words " * 3000, id="q")], True),
        ([ASKED, AIMessage("", id="a", tool_calls=[CALL]), HumanMessage("And on Sundays?", id="p")], True),
        ([ASKED, AIMessage("", id="a", tool_calls=[CALL], response_metadata=CLIENTS)], True),
    ],
)
def test_what_fits_and_is_in_order_is_not_compacted(scripted, messages, needed):
    with use(scripted(window_tokens=500)):
        assert needs_compacting(messages) is needed


async def test_what_a_person_added_is_compacted_and_the_graph_counts_as_one_that_reads_it(scripted):
    inbox = Inbox()
    inbox_of_run.set(inbox)
    with use(scripted()):
        assert not needs_compacting([ASKED])
        assert inbox.is_read
        inbox.add("On Sundays, I mean.")
        assert needs_compacting([ASKED])
