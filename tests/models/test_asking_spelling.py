"""Misspelt words by which something is asked of a table."""

import pytest

from mainstem.models.extractive.spelling import respelled


@pytest.mark.parametrize(
    ("word", "right"),
    [("averge", "average"), ("Hihgest", "highest"), ("totaal", "total"), ("cheepest", "cheapest"), ("whcih", "which")],
)
def test_one_slip_is_forgiven(word: str, right: str):
    assert respelled([word]) == {word.lower(): right}


@pytest.mark.parametrize("word", ["average", "avrge", "beverage", "mena", "harbour", "tolat", ""])
def test_other_words_are_left(word: str):
    assert respelled([word]) == {}
