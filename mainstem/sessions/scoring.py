"""Scores of finished sentences, by a callable of the user's own: kept beside the run, as feedback is.

    def score(sentence: str, about: ScoredSentence) -> Mapping | list[Mapping] | None: ...

It is called once the answer is whole, so that no attempt that was taken back counts, and all citations are known.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from ..models.own_callable import call_own, own_name
from ..stream.errors import describe
from ..stream.events import Citation
from ..stream.run import Run
from ..stream.shape import Shaper
from ..stream.transcript import Transcript

log = logging.getLogger("mainstem.scoring")

SECONDS = 10.0
"""How long a score of one sentence may take, and how long a session that is left waits for what is being scored."""

FIELDS = frozenset({"name", "score", "label", "explanation"})
"""What a score may say."""

Keep = Callable[..., Awaitable[Any]]
"""`Session.feedback`."""


@dataclass(frozen=True)
class ScoredSentence:
    """Where a sentence stands that is scored."""

    run_id: str
    thread_id: str | None
    tags: Mapping[str, str]
    answer: str
    """The whole answer."""
    position: int
    """Which of its sentences it is, from 0."""
    citations: tuple[Citation, ...] = ()
    """What the sentence cites, with the cited words and the verdict on them."""


class Scoring:
    """The scores of a session's runs. `keep`: keeps feedback on a run."""

    def __init__(self, chosen: str | Callable[..., Any] | None, keep: Keep) -> None:
        self._chosen = chosen
        self._keep = keep
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, run: Run) -> None:
        """Score the answer of a run once it is there."""
        if self._chosen is not None:
            run.when_done(lambda: self._begin(run))

    def _begin(self, run: Run) -> None:
        task = asyncio.get_running_loop().create_task(self._score(run), name=f"scores of {run.run_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _score(self, run: Run) -> None:
        chosen = self._chosen
        assert chosen is not None, "nothing is followed without it"  # noqa: S101
        try:
            for sentence, about in scored_sentences(run.transcript, run.tags):
                async with asyncio.timeout(SECONDS):
                    said = await call_own(chosen, sentence, about)
                for score in _scores(said):
                    told = {"explanation": sentence, **score}
                    await self._keep(run, annotator=own_name(chosen)[:100], **told)
        except Exception as error:  # noqa: BLE001 - somebody's callable may raise anything; no run fails for it
            why = f"longer than {SECONDS:g} s" if isinstance(error, TimeoutError) else describe(error).message
            log.warning("The scores of run %s end here: %s failed: %s", run.run_id, own_name(chosen), why)

    async def close(self) -> None:
        """Wait a little for what is being scored."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=SECONDS)
            for task in late:
                task.cancel()


def scored_sentences(told: Transcript, tags: Mapping[str, str]) -> Iterable[tuple[str, ScoredSentence]]:
    """The sentences of an answer, each with where it stands."""
    answer = told.answer
    if answer is None or not answer.text:
        return
    shaper, begin, position = Shaper("sentence", None), 0, 0
    for piece in [*shaper.feed(answer.text), *shaper.rest()]:
        end = begin + len(piece)
        cited = tuple(each for each in told.citations if _within(each, answer.message_id, begin, end))
        if sentence := piece.strip():
            yield (
                sentence,
                ScoredSentence(told.run_id, told.thread_id, tags, answer.text, position, cited),
            )
            position += 1
        begin = end


def _within(citation: Citation, message_id: str, begin: int, end: int) -> bool:
    at = citation.answer_end
    return citation.message_id == message_id and at is not None and begin < at <= end


def _scores(said: Any) -> list[Mapping[str, Any]]:
    """What a scorer answered, as scores. Raises `TypeError` for anything else."""
    several = cast("list[Any]", said if isinstance(said, list | tuple) else [] if said is None else [said])
    for score in several:
        if not isinstance(score, Mapping) or not {"name"} <= set(cast("Any", score)) <= FIELDS:
            raise TypeError(f'it answered {score!r:.80}, and not such as {{"name": "sentiment", "score": 0.5}}')
    return several
