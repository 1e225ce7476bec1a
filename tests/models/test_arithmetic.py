"""Which questions are sums, and which only look like it."""

import pytest

from mainstem.models.extractive.arithmetic import expression


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("what is 12*(3+4)?", "12*(3+4)"),
        ("Calculate 2^10", "2**10"),
        ("15% of 80", "15/100*80"),
        ("What's 15 percent of 1,200.50?", "15/100*1200.50"),
        ("How much is 3 times 4 plus 1?", "3 * 4 + 1"),
        ("what is 10 divided by 4", "10 / 4"),
        ("What is the square root of 16?", "sqrt(16)"),
        ("5 squared minus 3 cubed", "5 **2 - 3 **3"),
        ("3 x 4 =", "3*4"),
        ("100 × 2 ÷ 5", "100 * 2 / 5"),
        ("9**9**9", "9**9**9"),
        ("-5 + 3", "-5 + 3"),
        ("max(3, 4) + 1", "max(3, 4) + 1"),
    ],
)
def test_a_sum(question: str, meant: str) -> None:
    assert expression(question) == meant


@pytest.mark.parametrize(
    "question",
    [
        "What is 1984?",
        "Who won in 2020?",
        "What is the average age in table 3?",
        "How many rows are there?",
        "what is x + 1?",
        "What was net revenue in 2023 minus costs?",
        "import os",
        "",
        "?",
    ],
)
def test_no_sum(question: str) -> None:
    assert expression(question) is None
