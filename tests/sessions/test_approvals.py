"""Decisions that fit what a thread asks, and those that do not."""

import json

import pytest
from langgraph.types import Interrupt

from mainstem.sessions.approvals import (
    DECISION_KINDS,
    ApprovalRequest,
    PendingCall,
    WrongDecision,
    check_decisions,
    requests_of,
    summary,
)

APPROVE, REJECT = {"type": "approve"}, {"type": "reject", "message": "no"}
EDIT = {"type": "edit", "edited_action": {"name": "save_note", "args": {"title": "y"}}}


def asks(*names, kinds=("approve", "edit", "reject")):
    return {
        "action_requests": [{"name": name, "args": {}} for name in names],
        "review_configs": [{"action_name": name, "allowed_decisions": list(kinds)} for name in set(names)],
    }


ONE, TWO = {"i": asks("save_note")}, {"i": asks("save_note"), "j": asks("a", "b")}


@pytest.mark.parametrize(
    ("given", "questions"),
    [
        ({"decisions": [APPROVE]}, ONE),
        ({"i": {"decisions": [EDIT]}}, ONE),
        ({"i": {"decisions": [REJECT]}, "j": {"decisions": [APPROVE, REJECT]}}, TWO),
        ({"j": {"decisions": [APPROVE, APPROVE]}}, TWO),
        ("anything", {"i": {"question": "which?"}}),
        ({"a": 1}, {"i": "which?"}),
    ],
)
def test_what_fits_passes_as_it_is(given, questions):
    assert check_decisions(given, questions) is given


@pytest.mark.parametrize(
    ("given", "questions", "said"),
    [
        ("yes", ONE, "no list of decisions"),
        (APPROVE, ONE, "no list of decisions"),
        ({"decisions": []}, ONE, "1 call to decide on"),
        ({"decisions": [APPROVE]}, {"i": asks("a", "b")}, "2 calls to decide on, and 1 decision came"),
        ({"decisions": [APPROVE, APPROVE]}, ONE, "1 call to decide on, and 2 decisions came"),
        (
            {"i": {"decisions": [REJECT, APPROVE, APPROVE]}},
            {"i": asks("a", "b")},
            "2 calls to decide on, and 3 decisions",
        ),
        ({"decisions": [{"type": "dance"}]}, ONE, "its type may be approve, edit, reject"),
        ({"decisions": ["approve"]}, ONE, '"approve" is no decision here'),
        ({"decisions": [EDIT]}, {"i": asks("a", kinds=["approve"])}, "its type may be approve"),
        ({"decisions": [{"type": "edit", "edited_action": {"name": "x"}}]}, ONE, "edited_action"),
        ({"x": {"decisions": [APPROVE]}}, ONE, "waits for no x"),
        ({"i": {"decisions": [APPROVE]}, "x": {"decisions": []}}, TWO, "waits for no x"),
        ({"decisions": [APPROVE]}, TWO, "waits for no decisions"),
        ("yes", TWO, "There are 2 interrupts"),
    ],
)
def test_what_does_not_fit_is_refused(given, questions, said):
    with pytest.raises(WrongDecision, match=said) as refused:
        check_decisions(given, questions)
    assert refused.value.hint


def test_a_request_is_read_as_it_was_written_also_as_json():
    request = ApprovalRequest(
        (
            PendingCall("save", {"title": "x"}, "Saves a note.", ("approve", "reject")),
            PendingCall("send", {}, "Sends it."),
            PendingCall("save", {"title": "y"}, "Saves a note.", ("approve", "reject")),
        )
    )
    assert ApprovalRequest.parse(request.as_json()) == request
    assert ApprovalRequest.parse(json.loads(json.dumps(request.as_json()))) == request
    assert [review["action_name"] for review in request.as_json()["review_configs"]] == ["save", "send"]


def test_what_a_request_leaves_open_may_be_decided_in_any_way():
    request = {"action_requests": [{"name": "a", "args": None}], "review_configs": "none"}
    assert ApprovalRequest.parse(request) == ApprovalRequest((PendingCall("a"),))
    assert ApprovalRequest((PendingCall("a"),)).calls[0].allowed == DECISION_KINDS


@pytest.mark.parametrize(
    "actions",
    [[], "save", None, ["save"], [{"name": "a"}, "b"], [{"args": {}}], [{"name": 7}], [{"name": "a", "args": 1}]],
)
def test_a_request_with_anything_else_than_calls_is_its_authors_own(actions):
    request = {"action_requests": actions}
    assert ApprovalRequest.parse(request) is None
    assert "action_requests" in summary(request)  # nothing of it is hidden
    assert check_decisions("anything", {"i": request}) == "anything"


def test_interrupts_are_read_from_objects_and_from_a_servers_dicts():
    theirs = [{"id": "i", "value": "which?"}]
    ours = [Interrupt(value="which?", id="i")]
    assert requests_of(theirs) == requests_of(ours) == {"i": "which?"}
    assert requests_of(None) == {}


@pytest.mark.parametrize(
    ("answer", "approved"),
    [
        ({"decisions": [APPROVE]}, True),
        ({"decisions": [{"type": "approve", "message": ""}]}, True),
        ({"decisions": [REJECT]}, False),
        ({"decisions": [APPROVE, APPROVE]}, False),
        ({"decisions": []}, False),
        ({"decisions": "approve"}, False),
        (True, False),
        (None, False),
    ],
)
def test_only_an_approval_of_each_call_approves(answer, approved):
    assert ApprovalRequest((PendingCall("a"),)).is_approved_by(answer) is approved


def test_a_pending_call_is_read_in_one_safe_line():
    call = PendingCall("save\x1b[2J", {"title": "a\nb"})
    assert str(call) == 'save[2J(title="a\\nb")'
    assert summary(ApprovalRequest((call, PendingCall("send"))).as_json()) == f"{call}, send()"
