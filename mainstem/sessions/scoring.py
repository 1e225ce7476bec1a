"""The scores of a session's runs: kept beside each run, as feedback is.

A sentence that was scored before it was shown is not scored again. The others are when the answer is whole, so that no
attempt that was taken back counts, and all citations are known.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from ..models.own_callable import call_own, own_name
from ..models.scoring import MARK, SECONDS, RunScores, Score, ScoredSentence, checked_scores
from ..stream.errors import describe
from ..stream.events import Citation
from ..stream.run import Run
from ..stream.shape import Shaper
from ..stream.transcript import Transcript

log = logging.getLogger("mainstem.scoring")

_MARKS = re.compile(rf"(?:{MARK}\s*)+")

Keep = Callable[..., Awaitable[Any]]
"""`Session.feedback`."""


class Scoring:
    """The scores of a session's runs. `keep`: keeps feedback on a run."""

    def __init__(self, chosen: str | Callable[..., Any] | None, keep: Keep) -> None:
        self._chosen = chosen
        self._keep = keep
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, run: Run, before: RunScores) -> None:
        """Keep the scores of a run once it is over. `before`: what was said before its sentences were shown."""
        if self._chosen is not None:
            run.when_done(lambda: self._begin(run, before))

    def _begin(self, run: Run, before: RunScores) -> None:
        task = asyncio.get_running_loop().create_task(self._score(run, before), name=f"scores of {run.run_id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _score(self, run: Run, before: RunScores) -> None:
        chosen = self._chosen
        assert chosen is not None, "nothing is followed without it"  # noqa: S101
        try:
            for sentence, about in scored_sentences(run.transcript, run.tags):
                said = before.of(sentence)
                if said is None:
                    async with asyncio.timeout(SECONDS):
                        said = checked_scores(await call_own(chosen, sentence, about))
                await self._kept(run, [{"explanation": sentence, **score} for score in said])
            await self._kept(run, before.broken)
        except Exception as error:  # noqa: BLE001 - somebody's callable may raise anything; no run fails for it
            why = f"longer than {SECONDS:g} s" if isinstance(error, TimeoutError) else describe(error).message
            log.warning("The scores of run %s end here: %s failed: %s", run.run_id, own_name(chosen), why)

    async def _kept(self, run: Run, scores: Iterable[Score]) -> None:
        for score in scores:
            await self._keep(run, annotator=own_name(self._chosen or "")[:100], **score)

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
    for piece in _with_marks([*shaper.feed(answer.text), *shaper.rest()]):
        end = begin + len(piece)
        cited = tuple(each for each in told.citations if _within(each, answer.message_id, begin, end))
        if sentence := piece.strip():
            about = ScoredSentence(told.run_id, told.thread_id, tags, answer.text, position, cited, _quoted(cited))
            yield sentence, about
            position += 1
        begin = end


def _with_marks(pieces: Iterable[str]) -> list[str]:
    """The pieces of a text, the marks that one begins with at the end of the one before."""
    found: list[str] = []
    for piece in pieces:
        behind = _MARKS.match(piece) if found else None
        if behind is not None:
            found[-1] += behind[0]
            piece = piece[behind.end() :]
        found += [piece] if piece else []
    return found


def _within(citation: Citation, message_id: str, begin: int, end: int) -> bool:
    at = citation.answer_end
    return citation.message_id == message_id and at is not None and begin < at <= end


def _quoted(cited: Iterable[Citation]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(citation.quote for citation in cited))
