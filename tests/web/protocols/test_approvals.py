"""What other protocols' clients may say to an approval, and what is refused before it reaches a thread."""

import pytest
from ag_ui.core import ResumeEntry

from mainstem.web.problems import Problem
from mainstem.web.protocols.agui.request import resumed
from mainstem.web.protocols.aisdk.request import UIMessage, approvals
from tests.web import graphs
from tests.web.served import HI, door, followed, problem, started


def answered(*answers):
    parts = [
        {"type": "dynamic-tool", "state": "approval-responded", "approval": {"id": key, "approved": approved}}
        for key, approved in answers
    ]
    return approvals(UIMessage(role="assistant", parts=parts))


def test_true_approves_and_false_rejects():
    found = answered(("i:1", False), ("i:0", True))
    assert found == {"i": {"decisions": [{"type": "approve"}, {"type": "reject"}]}}


@pytest.mark.parametrize("approved", ["false", "true", 1, 0, None, [], {}])
def test_nothing_else_approves_or_rejects(approved):
    with pytest.raises(Problem, match="no answer"):
        answered(("i:0", approved))


@pytest.mark.parametrize(
    "answers",
    [[("i:1", True)], [("i:0", True), ("i:2", True)], [("i:0", False), ("i:0", True)], [("i:x", True)], [("7", True)]],
)
def test_a_position_that_is_not_there_or_twice_is_refused(answers):
    with pytest.raises(Problem):
        answered(*answers)


def test_an_interrupt_is_answered_once_by_an_agui_client():
    entry = ResumeEntry(interrupt_id="i", status="resolved", payload={"decisions": []})
    with pytest.raises(Problem, match="twice"):
        resumed("t", [entry, entry])


THEIRS = {
    "/ag-ui": {"threadId": "t", "runId": "r", "messages": [{"id": "m", "role": "user", "content": "Well?"}]},
    "/ai-sdk": {"id": "t", "messages": [{"id": "m", "role": "user", "parts": [{"type": "text", "text": "Well?"}]}]},
}


@pytest.mark.parametrize("address", THEIRS)
async def test_a_question_is_refused_while_a_decision_waits(address):
    async with door(graphs.asking) as (client, manager):
        run_id, _ = await started(client, {**HI, "thread": "t"})
        await followed(client, run_id)
        waits = (await client.get("/threads/t")).json()["interrupts"]
        refused = problem(await client.post(address, json=THEIRS[address]), 409)
        assert refused["interrupts"] == waits == (await client.get("/threads/t")).json()["interrupts"]
        assert len(await manager.runs.records(None, 10)) == 1
