"""A client's limits of an answer, `max_tokens` and `stop`, held over any model: events in, events out. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mainstem.stream.answer import may_answer
from mainstem.stream.events import Event, MessageDelta, MessageFinished, MessageReasoning, MessageStarted

Reached = Literal["length", "stop"]
"""Which limit was reached: that of `max_tokens`, or a word of `stop`."""


@dataclass(frozen=True)
class AnswerLimits:
    """What a client allows."""

    max_tokens: int | None = None
    """Pieces of a model that are shown, its reasoning included; most send one token each."""
    stop: Sequence[str] = ()
    """Words before which the answer ends."""


class LimitedAnswer:
    """One run's events, without the words that the client has not asked for."""

    def __init__(self, limits: AnswerLimits) -> None:
        self._limits = limits
        self._tokens = 0
        self._asides: set[str] = set()
        self._held: dict[str, str] = {}
        """The end of each message's words that may be the beginning of a stop word."""
        self.reached: Reached | None = None

    def of(self, event: Event) -> Iterator[Event]:
        """The event, as far as it is within the limits."""
        if isinstance(event, MessageStarted) and not may_answer(event):
            self._asides.add(event.message_id)
        if isinstance(event, MessageDelta | MessageReasoning) and event.message_id not in self._asides:
            yield from self._words(event)
            return
        if isinstance(event, MessageFinished) and (rest := self._held.pop(event.message_id, "")):
            yield MessageDelta(message_id=event.message_id, text=rest, seq=event.seq, run_id=event.run_id)
        yield event

    def _words(self, event: MessageDelta | MessageReasoning) -> Iterator[Event]:
        if self.reached:
            return
        text = self._within_tokens(event)
        if isinstance(event, MessageDelta) and self._limits.stop:
            text = self._before_stop(self._held.pop(event.message_id, "") + text, event.message_id)
        if text:
            yield event.model_copy(update={"text": text})

    def _within_tokens(self, event: MessageDelta | MessageReasoning) -> str:
        allowed = self._limits.max_tokens
        left = event.n if allowed is None else allowed - self._tokens
        self._tokens += event.n
        if left >= event.n:
            return event.text
        self.reached = "length"
        return event.text[: len(event.text) * left // event.n]

    def _before_stop(self, text: str, message_id: str) -> str:
        found = [at for word in self._limits.stop if (at := text.find(word)) >= 0]
        if found:
            self.reached = "stop"
            return text[: min(found)]
        if self.reached:
            return text
        keep = max((_overlap(text, word) for word in self._limits.stop), default=0)
        self._held[message_id] = text[len(text) - keep :]
        return text[: len(text) - keep]


def _overlap(text: str, word: str) -> int:
    """How many characters at the end of `text` are the beginning of `word`."""
    longest = min(len(text), len(word) - 1)
    return next((size for size in range(longest, 0, -1) if text.endswith(word[:size])), 0)
