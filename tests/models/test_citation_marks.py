"""What in an answer is a mark, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mainstem.models.citation_marks import marks, unmarked


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
        (r"\[1] is no mark, [12345] neither, [a] neither, [^a] neither", []),
        ("So it is [1, 2]. And so [1-3].", ["[1, 2]", "[1-3]"]),
        ("So it is【1】 and so 【2†source】.", ["【1】", "【2†source】"]),
        ("So it is [^1].\n\n[^1]: A note.", ["[^1]"]),
        ("The list [1, 2, 3] has three numbers, and [9-1] and [1-900] are none.", []),
        ("An open ` does not reach over\n\na blank line [1] to this ` one.", ["[1]"]),
    ],
)
def test_what_a_writer_can_have_meant(text, found):
    assert [mark.text for mark in marks(text) if not mark.doubtful] == found


@pytest.mark.parametrize("text", ["It sails at seven[1].", "It sails at seven[1]\n\nYes.", "Seven[1][2]. Yes."])
def test_glued_to_the_last_word_of_a_sentence_it_is_doubtful(text):
    assert next(mark.numbers for mark in marks(text) if mark.doubtful) == (1,)


@given(st.text(alphabet="ab`~[]()12 .\n:\\^,-【】†", max_size=60))
def test_a_mark_is_where_it_says(text):
    for mark in marks(text):
        assert text[mark.start : mark.end] == mark.text
        assert mark.text[0] + mark.text[-1] in ("[]", "【】")
        assert mark.numbers


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("So [1, 2].", (1, 2)),
        ("So [2-4].", (2, 3, 4)),
        ("So [^1].", (1,)),
        ("So [1; 3–4, 3].", (1, 3, 4)),
        ("【7】", (7,)),
    ],
)
def test_the_numbers_of_a_mark(text, numbers):
    assert [mark.numbers for mark in marks(text)] == [numbers]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It costs 12 euros [7] for adults.", "It costs 12 euros for adults."),
        ("1. Ask 【3†src】.\n2. Wait [^2].", "1. Ask.\n2. Wait."),
        ("Use `args[1]`; the list [1, 2, 3] has three.", "Use `args[1]`; the list [1, 2, 3] has three."),
    ],
)
def test_what_a_source_cites_is_left_out(text, left):
    assert unmarked(text) == left
