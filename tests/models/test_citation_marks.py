"""What in an answer is a mark, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstem.models.citation_marks import marks


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It sails at seven [1]. And at nine [2][3].", ["[1]", "[2]", "[3]"]),
        ("It sails at seven. [1]\n\n[2]", ["[1]", "[2]"]),
        ("(as of 2023) [1], *so it is* [2]; “yes” [12]", ["[1]", "[2]", "[12]"]),
        ("Call `run()` [1].", ["[1]"]),
        ("args[1] is the port, and x[0][1] too", []),
        ("Use `args[1]` and ``a `b[2]` c`` here", []),
        ("```python\nx = [1]\n```\nAfter it [2].", ["[2]"]),
        ("~~~\nx = [1]\n", []),
        ("See [1](https://example.org) or ![2](a.png)", []),
        ("A line.\n[1]: https://example.org", []),
        (r"\[1] is no mark, [12345] neither, [a] neither, [^1] neither", []),
        ("An open ` does not reach over\n\na blank line [1] to this ` one.", ["[1]"]),
    ],
)
def test_what_a_writer_can_have_meant(text, found):
    assert [mark.text for mark in marks(text) if not mark.doubtful] == found


@pytest.mark.parametrize("text", ["It sails at seven[1].", "It sails at seven[1]\n\nYes.", "Seven[1][2]. Yes."])
def test_glued_to_the_last_word_of_a_sentence_it_is_doubtful(text):
    assert next(mark.number for mark in marks(text) if mark.doubtful) == 1


@given(st.text(alphabet="ab`~[]()12 .\n:\\", max_size=60))
def test_a_mark_is_where_it_says(text):
    for mark in marks(text):
        assert text[mark.start : mark.end] == mark.text == f"[{mark.text[1:-1]}]"
