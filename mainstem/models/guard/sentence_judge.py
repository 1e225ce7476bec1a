"""Which policy a finished sentence of an answer breaks: by its judge, by how sure the model was, by its scores."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, ToolMessage
from langchain_core.runnables.config import ensure_config

from mainstem.models.citation_marks import marks
from mainstem.models.errors import ModelError
from mainstem.models.own_callable import call_own_here, own_name
from mainstem.models.retrieved import parsed, unlabelled
from mainstem.models.scoring import SECONDS, Score, ScoredSentence, checked_scores, run_scores
from mainstem.policy import Policy
from mainstem.stream import log_context
from mainstem.stream.errors import describe

from .confidence import Confidence
from .policies import Policies, broken_by

Scorer = str | Callable[..., Any]
"""The callable, or its name as `module:function`."""


class ScoreFailed(ModelError):
    """A sentence could not be scored that a policy asks about: it is not shown."""


class SentenceScores:
    """Has the sentences of one answer to `messages` scored before they are shown."""

    def __init__(self, scorer: Scorer, messages: Sequence[BaseMessage]) -> None:
        self._scorer = scorer
        self._passages, self._results = _found(messages)
        self._said: dict[str, list[Score]] = {}
        self._answer = ""
        self._loop = _running_loop()

    def of(self, sentence: str, confidence: float | None = None) -> list[Score]:
        """What is said of a sentence; each is asked about once. Raises `ScoreFailed`."""
        if not (written := sentence.strip()):
            return []
        if written not in self._said:
            self._said[written] = self._asked(written, confidence)
        return self._said[written]

    def shown(self, sentence: str, scores: list[Score], *, broken: bool) -> None:
        """Note what was said of a sentence, for the run."""
        run_scores().add(sentence, scores, shown=not broken)
        self._answer += "" if broken else sentence

    def _asked(self, sentence: str, confidence: float | None) -> list[Score]:
        cited = [number for mark in marks(sentence) for number in mark.numbers if number in self._passages]
        config = ensure_config()
        about = ScoredSentence(
            run_id=log_context.run_id.get(),
            thread_id=(config.get("configurable") or {}).get("thread_id"),
            tags=run_scores().tags,
            answer=self._answer,
            position=len(self._said),
            sources=(*(self._passages[number] for number in dict.fromkeys(cited)), *self._results),
            confidence=confidence,
        )
        try:
            return checked_scores(call_own_here(self._scorer, sentence, about, loop=self._loop, seconds=SECONDS))
        except Exception as error:
            why = f"longer than {SECONDS:g} s" if isinstance(error, TimeoutError) else describe(error).message
            raise ScoreFailed(
                f"A sentence could not be scored, and so is not shown: {own_name(self._scorer)} failed: {why}"
            ) from error


class SentenceJudge:
    """Judges the sentences of one answer."""

    def __init__(
        self, policies: Policies, confidence: Confidence | None = None, scores: SentenceScores | None = None
    ) -> None:
        self._judged = policies.judged
        self._confidence = confidence
        self._scores = scores

    def broken(self, sentence: str) -> Policy | None:
        """The first policy that a sentence breaks. Raises `ScoreFailed`."""
        sure = self._confidence.of(sentence) if self._confidence else None
        if self._scores is None:
            return broken_by(sentence, self._judged, sure)
        scores = self._scores.of(sentence, sure)
        broken = broken_by(sentence, self._judged, sure, scores)
        self._scores.shown(sentence, scores, broken=broken is not None)
        return broken


def _found(messages: Sequence[BaseMessage]) -> tuple[dict[int, str], list[str]]:
    """The passages before the question, by number, and what tools have returned since."""
    results: list[str] = []
    for message in reversed(messages):
        if isinstance(message, ToolMessage):
            results.insert(0, unlabelled("tool_result", message.text))
        elif isinstance(message, HumanMessage):
            found = parsed(message.text).found or {}
            return {int(passage["n"]): str(passage["text"]) for passage in found.get("passages", [])}, results
    return {}, results


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
