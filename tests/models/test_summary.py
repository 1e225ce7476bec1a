"""The summary that quotes: covering, not repeating, word by word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstem.models.extractive.summary import MAX_WORDS, MAX_WORDS_ABOUT, summary
from mainstem.models.stemming import stems, words


def passage(n: int, text: str, heading: str = "", document: str = "a.md") -> dict[str, object]:
    return {"n": n, "document": document, "heading": heading, "text": text}


SECTIONS = {
    "Leave": "Everyone has twenty-five days of paid leave a year. Ask your lead two weeks ahead.",
    "Pay": "Wages are paid on the last working day of the month. Overtime is paid double.",
    "Boats": "Each boat is hauled out once a year. Its hull is scraped and painted in red.",
}
HANDBOOK = [
    passage(1, "# Handbook\n\nThis handbook tells everyone at the yard how the work is done.", "Handbook"),
    *(passage(n, f"## {name}\n\n{text}", f"Handbook > {name}") for n, (name, text) in enumerate(SECTIONS.items(), 2)),
]


def test_each_main_section_has_its_sentence_in_their_order():
    found = [quote.n for quote in summary(HANDBOOK)]
    assert set(found) >= {2, 3, 4}
    assert found == sorted(found)


def test_each_document_of_a_folder_has_its_sentence():
    longest = "Wages are paid on the last working day of the month, and overtime is paid double. " * 2
    folder = [passage(1, longest, "", "pay.md"), passage(2, SECTIONS["Boats"], "", "boats.md")]
    folder += [passage(3, SECTIONS["Leave"], "", "leave.md")]
    assert {quote.n for quote in summary(folder)} == {1, 2, 3}


def test_what_was_said_is_not_said_again():
    same = "The ferry sails from the north harbour every morning at seven."
    other = "A ticket costs twelve crowns for every grown passenger."
    found = summary([passage(1, same), passage(2, same.replace("every", "each")), passage(3, other)])
    assert sorted(quote.n for quote in found) in ([1, 3], [2, 3])


def test_a_focus_leaves_out_what_is_about_something_else():
    found = summary(HANDBOOK, "paid leave")
    assert found
    assert all({"leave", "paid"} & set(quote.text.lower().split()) or quote.n == 2 for quote in found)
    assert 4 not in {quote.n for quote in found}


@pytest.mark.parametrize("focus", ["the treaty of Utrecht", "quantum chromodynamics"])
def test_about_what_is_not_there_nothing_is_said(focus):
    assert summary(HANDBOOK, focus) == []


def test_a_sentence_with_a_mark_of_its_own_is_left_out():
    found = summary(
        [passage(1, "Smith found that the tide rises twice a day [3]. The tide rises with the moon overhead.")]
    )
    assert [quote.text for quote in found] == ["The tide rises with the moon overhead."]


def test_short_notes_are_better_than_nothing():
    assert summary([passage(1, "- Paint the hull\n- Sharpen the saw")])


def test_nothing_to_say():
    assert summary([]) == []
    assert summary([passage(1, "```\ncode = 1\n```")]) == []


WORDS = st.sampled_from(
    ["boat", "hull", "red", "paint", "harbour", "keeper", "tower", "lamp", "seven", "a", "the", "of"]
)
SENTENCE = st.lists(WORDS, min_size=1, max_size=60).map(lambda said: " ".join(said).capitalize() + ".")
TEXT = st.lists(SENTENCE, min_size=1, max_size=8).map(" ".join)


@given(
    st.lists(st.tuples(st.sampled_from(["A", "A > B", "A > C", ""]), TEXT), max_size=8),
    st.sampled_from(["", "red hull", "tower"]),
)
def test_it_quotes_what_stands_there_once_and_briefly(given_texts, focus):
    passages = [passage(n, text, heading) for n, (heading, text) in enumerate(given_texts, 1)]
    found = summary(passages, focus)
    assert sum(len(words(quote.text)) for quote in found) <= (MAX_WORDS_ABOUT if focus else MAX_WORDS)
    for quote in found:
        assert quote.text in " ".join(str(passages[quote.n - 1]["text"]).split())
    said = [frozenset(stems(quote.text)) for quote in found]
    assert all(one != other for at, one in enumerate(said) for other in said[:at])
    assert [quote.n for quote in found] == sorted(quote.n for quote in found)
