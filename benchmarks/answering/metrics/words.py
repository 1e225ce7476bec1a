"""How much the words of two texts share: exact match, F1, ROUGE."""

import itertools
from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from benchmarks.answering.grading import words
from benchmarks.answering.shown import said

T = TypeVar("T")


def exact(text: str, gold: str) -> float:
    """1 where both are the same words."""
    return float(words(said(text)) == words(gold))


def f1(text: str, gold: str) -> float:
    """The balance of precision and recall of the words."""
    return _shared(words(said(text)), words(gold))


def rouge(text: str, gold: str) -> tuple[float, float, float]:
    """ROUGE-1, ROUGE-2 and ROUGE-L (of the whole text), as F1 of lower-case words without stemming."""
    one, other = words(said(text)), words(gold)
    return (
        _shared(one, other),
        _shared(list(itertools.pairwise(one)), list(itertools.pairwise(other))),
        _balance(_longest(one, other), len(one), len(other)),
    )


def _shared(one: Sequence[T], other: Sequence[T]) -> float:
    return _balance(sum((Counter(one) & Counter(other)).values()), len(one), len(other))


def _balance(shared: int, one: int, other: int) -> float:
    return 2 * shared / (one + other) if shared else 0.0


def _longest(one: Sequence[T], other: Sequence[T]) -> int:
    """Length of the longest common subsequence."""
    row = [0] * (len(other) + 1)
    for word in one:
        before = 0
        for at, another in enumerate(other, 1):
            before, row[at] = row[at], before + 1 if word == another else max(row[at], row[at - 1])
    return row[-1]
