"""Decisions that fit what a thread asks, and those that do not."""

import pytest

from mainstem.sessions.approvals import WrongDecision, checked

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
    assert checked(given, questions) is given


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
        checked(given, questions)
    assert refused.value.hint
