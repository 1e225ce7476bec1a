"""Sentences and stems: what the default model quotes and compares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstem.models.extractive.sentences import sentences
from mainstem.models.stemming import stem, stems, word_pieces

MARKDOWN = """# Resuming a stream

A dropped stream is resumed with its last
sequence number. See e.g. the docs, or Fig. 3. It took 3.5 seconds on Dr. Smith's machine.

```python
run.resume(1)
```

- First item. It goes on
  here.
2. Second item!

| a | b |
|---|---|
| 1 | 2 |

> A quoted thought.

Setext heading
==============

Is it so? "Yes." Then J. R. R. Tolkien wrote of the U.S. Army.
"""


def test_only_sentences_are_left() -> None:
    assert sentences(MARKDOWN) == [
        "A dropped stream is resumed with its last sequence number.",
        "See e.g. the docs, or Fig. 3.",
        "It took 3.5 seconds on Dr. Smith's machine.",
        "First item.",
        "It goes on here.",
        "Second item!",
        "A quoted thought.",
        "Is it so?",
        '"Yes."',
        "Then J. R. R. Tolkien wrote of the U.S. Army.",
    ]


def test_code_that_is_cut_open_is_left_out() -> None:
    assert sentences("Text before.\n\n```python\nx = 1. Y = 2.\n") == ["Text before."]


@given(st.text(alphabet="ab. !?\n#-*>`|Cé", max_size=80))
def test_a_sentence_is_word_by_word_what_stood_there(text: str) -> None:
    flat = " ".join(text.split())
    # marks at the head of a line are dropped, so a sentence over two such lines is found piece by piece
    for sentence in sentences(text):
        assert all(word in flat for word in sentence.split())


def test_pieces_are_the_text_again() -> None:
    assert word_pieces("  a b\n c ") == ["  ", "a ", "b\n ", "c "]


@given(st.text())
def test_nothing_is_lost_between_pieces(text: str) -> None:
    assert "".join(word_pieces(text)) == text


@pytest.mark.parametrize(
    "family",
    [
        "index indexed indexes indexing",
        "region regions",
        "query queries",
        "box boxes",
        "Smith Smith's",
        "class classes",
    ],
)
def test_words_of_a_family_have_one_stem(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


def test_stems_are_those_of_content_words() -> None:
    assert stems("What is the capital of France?") == ["capital", "franc"]
