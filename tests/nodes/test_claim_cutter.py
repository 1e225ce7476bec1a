"""The claims of an answer told while it is written are those of the finished answer, however it comes in pieces."""

import sys
from collections import Counter
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from nodes.claim_cutter import ClaimCutter
from nodes.claims import claims

SIGNS = st.text(alphabet='aB1. \n[]()`~#|-*_:"【】†^,!ДД。漢', max_size=60)
WORDS = """It sails at seven|On Sundays|see a.md|No. 5|e.g. this|Он плывёт|渡轮|- |12. |1) |# |## A|---|===| |. |.|! |?
。|… |: |, |[1]|[1, 2]|[1-3]|[^1]|【1】|【1†source】|[|]|(|)|[8](a.md)|args[1]|[1]:|\\[|`|``|```|~~~|`a[1]`
~|~~|**|*|_|“|”|"|'|A|B|3|x"""
PIECES = [*WORDS.replace("\n", "|").split("|"), "\n", "\n\n", "\n \n", "```py\n", "| a | b |", "|---|---|"]
SNIPPETS = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


def streamed(text: str, cuts: list[int]):
    """The claims, each with how much had been written when it was given."""
    cutter, given_at = ClaimCutter(), []
    places = sorted({0, len(text), *(cut % (len(text) + 1) for cut in cuts)})
    for begin, end in pairwise(places):
        given_at += [(claim, end) for claim in cutter.add(text[begin:end])]
    return given_at + [(claim, None) for claim in cutter.finish()]


@given(SIGNS | SNIPPETS, st.lists(st.integers(0, 400), max_size=12))
@example("It sails. [2] It stops.\n\n[1] On.", [1])
@example("`a\n```\nb` \n```", [3])
@example("It sails.\n## A [1]\nIt stops. [2]\n\n# B 【1】\n\n- x [1]", [12, 14, 18, 30])
def test_however_an_answer_is_cut_its_claims_are_the_same(text, cuts):
    assert [claim for claim, _ in streamed(text, cuts)] == claims(text)


@given(SIGNS | SNIPPETS)
@example("! ```. [1]. ---```py\n? Sails. It")
@example("# A\n\n---12. **On Sundays[1-3]**Он плывёт")
def test_looked_at_behind_each_letter_too(text):
    cutter, given = ClaimCutter(), []
    for letter in text:
        given += cutter.add(letter) + cutter._settled()
    assert given + cutter.finish() == claims(text)


def test_a_claim_is_given_as_soon_as_the_next_sentence_begins():
    text = (
        "The ferry sails at seven. [1] On Sundays it sails at nine [2]. The fare is low.\n\n- It is paid aboard [1].\n"
    )
    given = [
        (text[claim.start : claim.end], text[claim.end : end]) for claim, end in streamed(text, list(range(99))) if end
    ]
    assert [said for said, _ in given] == [
        "The ferry sails at seven. [1]",
        "On Sundays it sails at nine [2].",
        "The fare is low.",
    ]
    assert max(len(behind) for _, behind in given) <= 9


def test_pieces_within_a_sentence_cost_one_call_each():
    cutter, calls = ClaimCutter(), Counter()
    pieces = [f"word{number} " for number in range(200)]
    cutter.add("It begins. ")
    sys.setprofile(lambda frame, event, _: calls.update([frame.f_code.co_name] if event == "call" else []))
    try:
        for piece in pieces:
            cutter.add(piece)
    finally:
        sys.setprofile(None)
    assert calls["add"] == len(pieces)
    assert calls.total() < 2 * len(pieces)


def test_what_is_settled_is_not_cut_again():
    """A look costs what two sentences cost, however long the paragraph is, and whatever code stands in it."""
    cutter = ClaimCutter()
    for _ in range(50):
        cutter.add("~7~ is when the ferry sails, by `sail()` [1]. ")
        cutter.add("On Sundays it sails")
        cutter.add(" at nine [2]. ")
        cutter.add("Then it is so. ")
    assert len(cutter.text) - cutter._begin < 200


def test_what_is_settled_in_paragraphs_is_not_cut_again():
    cutter = ClaimCutter()
    for _ in range(50):
        cutter.add("The ferry sails at seven [1]. On Sundays it sails at nine [2].\n\n")
        cutter.add("Then")
        cutter.add(" it is so.\n\n")
    assert len(cutter.text) - cutter._begin < 200
