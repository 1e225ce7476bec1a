"""Scores of finished sentences, by a callable of the user's own.

    def score(sentence: str, about: ScoredSentence) -> Mapping | list[Mapping] | None: ...

Where a policy has a least score, it is called before the sentence is shown; else when the answer is whole.
"""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from math import isfinite
from typing import Any, cast

from mainstem.stream.events import Citation

SECONDS = 10.0
"""How long a score of one sentence may take."""

FIELDS = frozenset({"name", "score", "label", "explanation"})
"""What a score may say."""

MARK = r"(?:\[[^\[\]\n]{1,20}\]|【[^】\n]{1,20}】)"
"""A pattern of what may be a citation's mark: one behind a sentence belongs to it."""

Score = Mapping[str, Any]


@dataclass(frozen=True)
class ScoredSentence:
    """Where a sentence stands that is scored."""

    run_id: str
    thread_id: str | None
    tags: Mapping[str, str]
    answer: str
    """The whole answer; of one that is being written, what of it was shown."""
    position: int
    """Which of its sentences it is, from 0."""
    citations: tuple[Citation, ...] = ()
    """What the sentence cites, with the cited words and the verdict on them; empty while the answer is written."""
    sources: tuple[str, ...] = ()
    """The words that it may rest on: those that it cites; while the answer is written the whole passages, and what
    tools have returned since the question."""
    confidence: float | None = None
    """How sure the model was of it, while the answer is written: the geometric mean of its tokens' probabilities."""


class RunScores:
    """What was said of a run's sentences before they were shown. `tags`: the run's."""

    def __init__(self, tags: Mapping[str, str]) -> None:
        self.tags = tags
        self.broken: list[Score] = []
        """Of those that were not shown: nothing that tells their words."""
        self._of: dict[str, list[Score]] = {}

    def add(self, sentence: str, scores: list[Score], *, shown: bool) -> None:
        """Note what was said of a sentence."""
        if shown:
            self._of[sentence.strip()] = scores
        else:
            self.broken += [{key: value for key, value in score.items() if key != "explanation"} for score in scores]

    def of(self, sentence: str) -> list[Score] | None:
        """What was said of a sentence that was shown; None: nobody was asked."""
        return self._of.get(sentence.strip())


_of_the_run: ContextVar[RunScores | None] = ContextVar("mainstem_run_scores", default=None)


@contextmanager
def noted_in(scores: RunScores) -> Generator[None]:
    """What begins inside notes its scores there."""
    token = _of_the_run.set(scores)
    try:
        yield
    finally:
        _of_the_run.reset(token)


def run_scores() -> RunScores:
    """Those of the run that this code is part of; outside of a session, some that nobody keeps."""
    return _of_the_run.get() or RunScores({})


def checked_scores(said: Any) -> list[Score]:
    """What a scorer answered, as scores. Raises `TypeError` for anything else."""
    several = cast("list[Any]", said if isinstance(said, list | tuple) else [] if said is None else [said])
    for score in several:
        if not isinstance(score, Mapping) or not {"name"} <= set(cast("Any", score)) <= FIELDS:
            raise TypeError(f'it answered {score!r:.80}, and not such as {{"name": "sentiment", "score": 0.5}}')
        value: Any = cast("Score", score).get("score")
        if value is not None and not (isinstance(value, int | float) and isfinite(value)):
            raise TypeError(f"{value!r:.80} is no score: give a finite number")
    return several
