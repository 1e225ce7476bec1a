"""What an answer claims, where it says so, and which marks cite for it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstem.models.citation_marks import marks
from nodes.claims import claims


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It sails [1]. It stops. [2]", [("It sails [1].", ["[1]"]), ("It stops. [2]", ["[2]"])]),
        ("It sails [1] and stops [2][3].", [("It sails [1]", ["[1]"]), ("and stops [2][3].", ["[2]", "[3]"])]),
        ("It sails.\n\n[1]", [("It sails.\n\n[1]", ["[1]"])]),
        ("It, says [1], sails.", [("It, says [1], sails.", ["[1]"])]),
        ("# Head\n\n- one [1]\n- two", [("one [1]", ["[1]"]), ("two", [])]),
        ("# Head [1]\n\nOne two [2].", [("Head [1]", ["[1]"]), ("One two [2].", ["[2]"])]),
        ("One.\n## Head [1]\nTwo.", [("One.", []), ("Head [1]", ["[1]"]), ("Two.", [])]),
        ("See\n\n```\nx = [1]\n```\n", [("See", [])]),
        ("", []),
    ],
)
def test_a_mark_belongs_to_the_words_before_it(text, said):
    assert [(text[one.start : one.end], [mark.text for mark in one.marks]) for one in claims(text)] == said


@pytest.mark.parametrize(
    "text",
    [
        "Is the ferry red and fast?",
        "The prices are these:",
        "I could not find the ferry's colour.",
        "Yes.",
        "(Taken “fery” for “ferry”, “timtable” for “timetable”.)",
    ],
)
def test_what_claims_nothing(text):
    assert not any(claim.claims for claim in claims(text))


@given(st.text(alphabet="ab. \n[]12|#-*`", max_size=80))
def test_a_claim_is_where_it_says_and_no_mark_counts_twice(text):
    said = claims(text)
    found = [mark for claim in said for mark in claim.marks]
    assert len(set(found)) == len(found)
    assert not said or set(found) == set(marks(text))
    for before, after in pairwise(said):
        assert 0 <= before.start <= before.end <= after.start <= len(text)
