"""One call of a chat model with all its attempts: what becomes a `chat` span and its measurements."""

from collections.abc import Iterator
from typing import Any

from ..events import MessageFinished, MessageStarted, MessageSuperseded
from ..events.messages import Words
from ..finish_reasons import RETURNED
from . import names
from .distribution import Distribution
from .records import Attributes, Measurement, SpanEvent, Value, measured


class ChatCall:
    """A model's turn in a task: its first attempt, and those that were made in its place."""

    def __init__(self, started: MessageStarted) -> None:
        self.key = f"chat:{started.seq}"
        self.started = started
        self.began = started.at
        """When it began, in seconds of the run; set back to the request once that is known."""
        self.ended: float | None = None
        self.finished: MessageFinished | None = None
        self.events: list[SpanEvent] = []
        self.usage: dict[str, int] = {}
        self.cost: float | None = None
        self.chunks = 0
        self._first_attempt = True
        self._begin()

    def _begin(self) -> None:
        self.gaps = Distribution(names.TIME_PER_OUTPUT_CHUNK.bounds)
        self.first_at: float | None = None
        self._last_at = 0.0
        self.pieces: list[str] = []

    def again(self, started: MessageStarted) -> None:
        """Another attempt takes its place."""
        self._first_attempt = False
        self.started, self.finished, self.ended = started, None, None
        self._begin()

    def arrived(self, words: Words) -> None:
        """Some of its words came."""
        first, last, n = words.first_at, words.last_at, words.n
        if self.first_at is None:
            self.first_at = first
        else:
            self.gaps.add(first - self._last_at)
        if n > 1:
            self.gaps.add((last - first) / (n - 1), n - 1)
        self._last_at = last
        self.chunks += n

    def finish(self, event: MessageFinished) -> Iterator[Measurement]:
        """An attempt is over; yields what was measured of it."""
        self.finished, self.ended = event, event.at
        if not self.from_model:
            return
        if self._first_attempt and self.first_at is not None and event.ttft is not None:
            self.began = min(self.began, max(0.0, self.first_at - event.ttft))
        for name, count in token_counts(event.usage):
            self.usage[name] = self.usage.get(name, 0) + count
        if event.cost is not None:
            self.cost = (self.cost or 0.0) + event.cost
        yield from self._measured(event)

    def _measured(self, event: MessageFinished) -> Iterator[Measurement]:
        labels = self.labels
        if event.ttft is not None and self.gaps.count:
            yield measured(names.TIME_TO_FIRST_CHUNK, event.ttft, **labels)
        if self.gaps.count:
            yield measured(names.TIME_PER_OUTPUT_CHUNK, self.gaps, **labels)
        for kind, count in (("input", names.INPUT_TOKENS), ("output", names.OUTPUT_TOKENS)):
            tokens = dict(token_counts(event.usage)).get(count)
            if tokens is not None:
                yield measured(names.TOKEN_USAGE, tokens, **labels, **{names.TOKEN_TYPE: kind})
        if event.cost:
            yield measured(names.COST_TOTAL, event.cost, **labels)
        if not event.complete:
            yield measured(names.INCOMPLETE, 1.0, **labels)

    def superseded(self, event: MessageSuperseded, wall: float) -> None:
        """What it said no longer counts."""
        told: dict[str, Value] = {names.SUPERSEDED_REASON: event.reason, names.ATTEMPT: self.started.attempt}
        self.events.append(SpanEvent(names.SUPERSEDED_EVENT, wall, told))

    def tell_attempt(self, wall: float) -> None:
        """Note which attempt this is, and of which model."""
        told: dict[str, Value] = {names.ATTEMPT: self.started.attempt}
        if self.started.model:
            told[names.REQUEST_MODEL] = self.started.model
        self.events.append(SpanEvent(names.ATTEMPT_EVENT, wall, told))

    @property
    def from_model(self) -> bool:
        """Whether a model said it; a node may have returned it whole."""
        return self.finished is None or self.finished.finish_reason != RETURNED

    @property
    def complete(self) -> bool:
        """Whether its last attempt was whole."""
        return self.finished is not None and self.finished.complete

    @property
    def labels(self) -> dict[str, Any]:
        """What its measurements are told apart by."""
        said = {names.PROVIDER: self.started.provider, names.REQUEST_MODEL: self.started.model}
        return {names.OPERATION: names.CHAT} | {key: value for key, value in said.items() if value}

    @property
    def attributes(self) -> Attributes:
        """Those of its span, beside those of the run."""
        end, started = self.finished, self.started
        said: dict[str, Value | None] = {
            names.PROVIDER: started.provider,
            names.REQUEST_MODEL: started.model,
            names.RESPONSE_MODEL: started.model,
            names.REQUEST_STREAM: True if self.chunks > 1 else None,
            names.FINISH_REASONS: (end.finish_reason,) if end and end.finish_reason else None,
            names.FIRST_CHUNK: end.ttft if end and self.chunks > 1 else None,
            names.COST: self.cost,
            names.NODE: started.node,
            names.MESSAGE: started.message_id,
            names.ANSWER: started.answer,
            names.COMPLETE: self.complete,
            names.ATTEMPTS: started.attempt,
            names.STALLS: end.stalls if end and end.stalls else None,
            **self.usage,
        }
        return {key: value for key, value in said.items() if value is not None}


def token_counts(usage: Any) -> Iterator[tuple[str, int]]:
    """What a `UsageMetadata` counts, by the attributes' names."""
    if not usage:
        return
    into: dict[str, Any] = usage.get("input_token_details") or {}
    out: dict[str, Any] = usage.get("output_token_details") or {}
    found: dict[str, Any] = {
        names.INPUT_TOKENS: usage.get("input_tokens"),
        names.OUTPUT_TOKENS: usage.get("output_tokens"),
        names.CACHE_READ: into.get("cache_read"),
        names.CACHE_CREATION: into.get("cache_creation"),
        names.REASONING_TOKENS: out.get("reasoning"),
    }
    yield from ((name, count) for name, count in found.items() if isinstance(count, int))
