"""Words, numbers and names that are all in the passage, in another relation than it says."""

import pytest

from mainstem.models.support import judge

BRIDGE = (
    "The old bridge over the Lune was opened in 1874 by Clara Venn. It was closed to carts after the flood of 1931. "
    "The harbour office stands beside it and is open from May to October. Tickets are sold by Tomas Reel there."
)


@pytest.mark.parametrize(
    ("question", "right", "wrong"),
    [
        ("When was the old bridge opened?", "The old bridge was opened in 1874.", "The old bridge was opened in 1931."),
        ("When was the old bridge opened?", "1874.", "1931."),
        ("Who opened the old bridge?", "Clara Venn opened the old bridge.", "Tomas Reel opened the old bridge."),
        ("Who opened the old bridge over the Lune?", "Clara Venn", "Tomas Reel"),
        ("Who sells tickets there?", "Tomas Reel sells tickets there.", "Clara Venn sells tickets there."),
        (
            "What was it closed to after the flood?",
            "It was closed to carts.",
            "It was closed after the flood to tickets.",
        ),
    ],
)
def test_an_answer_is_doubtful_where_another_of_its_kind_is_nearer_to_the_question(question, right, wrong):
    assert judge(right, BRIDGE, question) == "supported"
    assert judge(wrong, BRIDGE, question) != "supported"


@pytest.mark.parametrize(
    "sentence",
    [
        "The harbour office is open from May to October.",  # answers something else
        "it was closed to carts after the flood of 1931",  # a piece of the passage
        "The old bridge over the Lune was opened in 1874 and closed to carts in 1931.",
        "The old bridge was opened in 1874, while Tomas Reel sells tickets today.",
    ],
)
def test_true_sentences_beside_the_question_are_supported(sentence):
    assert judge(sentence, BRIDGE, "When was the old bridge opened?") == "supported"


def test_an_answer_in_the_next_sentence_is_near():
    passage = "The Marlow ferry is the oldest in the bay. It was built in 1874. The harbour was dredged in 1931."
    question = "When was the Marlow ferry built?"
    assert judge("The Marlow ferry was built in 1874.", passage, question) == "supported"
    assert judge("The Marlow ferry was built in 1931.", passage, question) == "doubtful"


def test_other_languages_are_not_compared_so():
    passage = (
        "Die alte Brücke wurde 1874 von Clara Venn eröffnet. Nach der Flut von 1931 wurde sie für Karren gesperrt."
    )
    assert judge("Die alte Brücke wurde 1931 eröffnet.", passage, "Wann wurde die alte Brücke eröffnet?") == "supported"
