"""A run whose process died, gone on with in this one: what was shown of it, and what must be told before it goes on.

The journal and the thread are written apart, and either may be ahead. What a step said that the thread does not hold
is taken back, for it is made again; what the thread holds and was not shown is shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from .events import (
    AnyEvent,
    Event,
    MessageDelta,
    MessageFinished,
    MessageStarted,
    MessageSuperseded,
    NodeFinished,
    NodeStarted,
    ToolArguments,
    ToolFinished,
    ToolStarted,
    Words,
)
from .finish_reasons import RETURNED, is_whole
from .prices import price
from .spill import RecordedRun
from .transcript import Transcript, TranscriptMessage
from .translate.message_fields import field as field_of
from .translate.message_fields import finish_reason_of, shortened, text_of, tool_calls_of
from .translate.state import Bill

WHOLE = 10**9
"""Characters of a call's arguments that are told: all."""

RUN_KEY = "mainstem_run"
"""The key in a checkpoint's metadata that says which run wrote it."""


@dataclass(frozen=True)
class Continuation:
    """A run that is gone on with."""

    run_id: str
    """It stays the same."""
    events: Sequence[AnyEvent]
    """What was written of it."""
    recorded: RecordedRun
    """What its log writes to."""
    tasks: frozenset[str] = frozenset()
    """Ids of the tasks that the thread's last checkpoint waits for: they are run again."""
    messages: Sequence[Any] = field(default_factory=tuple[Any, ...])
    """The messages of the thread."""
    unnamed: frozenset[str] = frozenset()
    """Ids of those of them that are told when the graph goes on, under other ids: no checkpoint has them yet."""

    @property
    def seconds(self) -> float:
        """How old it was when its last event was written."""
        return self.events[-1].at if self.events else 0.0

    @cached_property
    def transcript(self) -> Transcript:
        """What its events say."""
        transcript = Transcript(asides=True)
        for event in self.events:
            transcript.add(event)
        return transcript

    def bills(self) -> list[Bill]:
        """What its finished messages have cost."""
        messages = self.transcript.messages.values()
        ended = [(each.started, each.finished) for each in messages if each.finished and each.finished.usage]
        return [(started.model, started.provider, finished.usage) for started, finished in ended]

    def opening(self) -> Iterator[Event]:
        """What is told first: what is taken back, the rest of what stands, and the end of all that was open."""
        stored = {str(field_of(each, "id")): each for each in self.messages}
        for message in self.transcript.messages.values():
            if not message.superseded:
                yield from self._settled(message, stored.get(message.message_id))
        yield from self._unshown()
        for span in sorted(self.transcript.open.values(), key=lambda span: -len(span.ns or ())):
            if isinstance(span, ToolStarted):
                yield self._tool_ended(span)
        for span in sorted(self.transcript.open.values(), key=lambda span: -len(span.ns or ())):
            if isinstance(span, NodeStarted):
                yield NodeFinished(**_place(span))

    def _settled(self, message: TranscriptMessage, stored: Any) -> Iterator[Event]:
        place, again = _place(message.started), self._is_made_again(message.started)
        if message.finished is None:
            yield from self._rest(message, None if again else stored)
        if again:
            yield MessageSuperseded(message_id=message.message_id, reason="retry", **place)

    def _unshown(self) -> Iterator[Event]:
        """The messages of this run that the thread holds, and of which nothing was written any more."""
        ids = [str(field_of(each, "id")) for each in self.messages]
        asked = question_of(self)
        for message in self.messages[ids.index(asked) + 1 :] if asked in ids else ():
            key = str(field_of(message, "id"))
            if field_of(message, "type") == "ai" and key not in {*self.transcript.messages, *self.unnamed}:
                model = field_of(field_of(message, "response_metadata") or {}, "model_name")
                started = MessageStarted(message_id=key, model=model)
                yield started
                yield from self._rest(TranscriptMessage(started), message, unsaid=RETURNED)

    def _rest(self, message: TranscriptMessage, stored: Any, *, unsaid: str | None = None) -> Iterator[Event]:
        """What the thread holds of a message beyond what was shown of it, and its end, as its model told both.

        `unsaid`: why it ended, where no model told that.
        """
        place, key, at, said = _place(message.started), message.message_id, self.seconds, text_of(stored)
        if rest := said[len(message.text) :]:
            came = {"first_at": at, "last_at": at, "tokens": self._arrived(key) + 1, "words": len(said.split())}
            yield MessageDelta(message_id=key, text=rest, **came, **place)
        for call in tool_calls_of(stored):
            if call["id"] not in message.calls:
                text = shortened(call["args"], WHOLE)
                yield ToolArguments(tool_call_id=call["id"], name=call["name"], text=text, message_id=key, **place)
        reason, usage = finish_reason_of(stored) or unsaid, field_of(stored, "usage_metadata")
        cost = price(message.started.model, message.started.provider, usage)
        yield MessageFinished(
            message_id=key, finish_reason=reason, complete=is_whole(reason), usage=usage, cost=cost, **place
        )

    def _arrived(self, key: str) -> int:
        """How many arrivals of a message were shown, of its last form."""
        tokens = 0
        for event in self.events:
            if isinstance(event, MessageStarted | Words) and event.message_id == key:
                tokens = event.tokens if isinstance(event, Words) else 0
        return tokens

    def _is_made_again(self, started: MessageStarted) -> bool:
        around = {step.partition(":")[2] for step in started.ns or ()}
        return not self.tasks.isdisjoint({started.task_id or "", *around})

    def _tool_ended(self, tool: ToolStarted) -> ToolFinished:
        answers = [each for each in self.messages if field_of(each, "tool_call_id") == tool.tool_call_id]
        status = "stopped" if not answers else "error" if field_of(answers[-1], "status") == "error" else "ok"
        return ToolFinished(tool_call_id=tool.tool_call_id, name=tool.name, status=status, **_place(tool))


def question_of(continuation: Continuation) -> str | None:
    """The id of the message that the run answers."""
    began = continuation.transcript.started
    return began.question_id if began else None


def _place(event: Event) -> dict[str, Any]:
    return {"node": event.node, "task_id": event.task_id, "ns": event.ns}
