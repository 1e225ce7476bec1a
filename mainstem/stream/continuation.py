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
    ToolFinished,
    ToolStarted,
)
from .spill import RecordedRun
from .transcript import Transcript, TranscriptMessage
from .translate.message_fields import field as field_of
from .translate.message_fields import text_of
from .translate.state import Bill

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
        for span in sorted(self.transcript.open.values(), key=lambda span: -len(span.ns or ())):
            if isinstance(span, ToolStarted):
                yield self._tool_ended(span)
        for span in sorted(self.transcript.open.values(), key=lambda span: -len(span.ns or ())):
            if isinstance(span, NodeStarted):
                yield NodeFinished(**_place(span))

    def _settled(self, message: TranscriptMessage, stored: Any) -> Iterator[Event]:
        place, key = _place(message.started), message.message_id
        again = self._is_made_again(message.started)
        rest = "" if stored is None else text_of(stored)[len(message.text) :]
        if message.finished is None and rest and not again:
            at = self.seconds
            yield MessageDelta(message_id=key, text=rest, first_at=at, last_at=at, **place)
        if message.finished is None:
            yield MessageFinished(message_id=key, complete=not again and stored is not None, **place)
        if again:
            yield MessageSuperseded(message_id=key, reason="retry", **place)

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
