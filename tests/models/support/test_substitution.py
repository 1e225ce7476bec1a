"""Quotations with one thing in the place of another of the same passage."""

import pytest

from mainstem.models.support import judge

LINE = (
    "The night line between Holm and Varde was planned by Ida Brask and opened in 1921 with nine carriages. "
    "In 1954 Rolf Tange bought it for 40,000 crowns. Its signal boxes were painted by pupils."
)


@pytest.mark.parametrize(
    "wrong",
    [
        "The night line between Holm and Varde was planned by Ida Brask and opened in 1954 with nine carriages.",
        "The night line between Holm and Varde was planned by Rolf Tange and opened in 1921 with nine carriages.",
        "The night line between Holm and Varde was planned by Ida Brask and opened in 1921 with nine signal boxes.",
    ],
)
def test_one_thing_in_the_place_of_another_is_doubtful(wrong):
    assert judge(wrong, LINE) == "doubtful"


@pytest.mark.parametrize(
    "true",
    [
        "The night line between Holm and Varde was planned by Ida Brask and opened in 1921.",
        "In 1954 Rolf Tange bought the night line for 40,000 crowns.",  # for `it`
        "The night line between Varde and Holm was planned by Ida Brask and opened in 1921 with nine carriages.",
        "The night line between Holm and Varde was designed by Ida Brask and opened in 1921 with nine carriages.",
    ],
)
def test_what_is_shortened_reordered_or_said_in_other_words_is_supported(true):
    assert judge(true, LINE) == "supported"


def test_what_the_question_calls_so_may_be_called_so():
    said = "In 1954 Rolf Tange bought it for 40,000 pupils."
    assert judge(said, LINE) == "doubtful"
    assert judge(said, LINE, "What did the pupils get?") == "supported"


@pytest.mark.parametrize(
    ("true", "passage"),
    [
        (
            "The keeper winds the clock in the tower every evening.",
            "The line has a keeper. This old man winds the clock in the tower every evening.",
        ),
        ("The line joins Skive, Varde, Ebel and Holm.", "The line joins Holm, Varde, Ebel and Skive."),
    ],
)
def test_a_word_for_another_and_a_list_in_another_order_replace_nothing(true, passage):
    assert judge(true, passage) == "supported"
