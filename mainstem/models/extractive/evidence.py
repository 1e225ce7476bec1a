"""How much speaks for an answer: what the passages hold of the question, less what they do not say, in one sum.

The weights are those that `benchmarks/evidence.py` fits: a logistic regression on 2,080 questions of SQuAD 2's dev
split, half of them with their own paragraph gone, and without XQuAD's (`docs/explanation/quality.md`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from mainstem.models.extractive.quotes import MIN_COVERAGE, Quote, min_coverage
from mainstem.models.extractive.unsaid import (
    around,
    best_coverage,
    content,
    is_said,
    lacks_a_name,
    lacks_a_number,
    telling,
)
from mainstem.models.stemming import stem

LEAST = 2.45
"""Evidence below which nothing is quoted as an answer: 4.4 % of the fitted set's answers are lost."""

CERTAIN = 4.0
"""Evidence from which a noun that is not said is taken for another wording."""

WEIGHTS = (5.0, 0.86, -0.49, -1.22)
"""Of the share of the question that is held, of each word held (half of a long question is more than half of a short
one), of each telling word that is not said around the nearest sentence, of a name or number that stands nowhere."""


def evidence(question: str, said: Sequence[Quote], passages: Sequence[Mapping[str, Any]], among: int = 0) -> float:
    """How much speaks for `said`, the nearest first, of the best of `among` passages: up to 9 for five words."""
    return sum(weight * value for weight, value in zip(WEIGHTS, signals(question, said, passages, among), strict=True))


def signals(
    question: str, said: Sequence[Quote], passages: Sequence[Mapping[str, Any]], among: int = 0
) -> tuple[float, float, float, float]:
    """What is weighed, in the order of `WEIGHTS`; what many passages hold by chance is taken off."""
    coverage = best_coverage(passages) - (min_coverage(among) - MIN_COVERAGE)
    held = coverage * len(set(map(stem, content(question))))
    unsaid = sum(not is_said(word, around(said[0])) for word in telling(question))
    return coverage, held, unsaid, float(_is_foreign(question, said, passages))


def _is_foreign(question: str, said: Sequence[Quote], passages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a name or a number of the question stands in no passage that is quoted."""
    quoted = {quote.n for quote in said}
    texts = [
        f"{each.get('text') or ''}\n{each.get('heading') or ''}\n{each.get('document') or ''}"
        for each in passages
        if each.get("n") in quoted
    ]
    return lacks_a_name(question, texts) or lacks_a_number(question, texts)
