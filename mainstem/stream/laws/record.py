"""What the laws look at: the events of a run, what they say of each message, and what is known beside them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from .. import events as e
from ..finish_reasons import RETURNED
from ..transcript import Transcript, TranscriptMessage
from ..translate.message_fields import field as of
from ..translate.message_fields import text_of

EventLike = e.Event | Mapping[str, Any] | str | bytes
"""An event, its dict, or its JSON."""


class Undecidable(Exception):
    """The record does not show whether a law held; the text says why, and what to give."""


@dataclass(frozen=True)
class Record:
    """A recorded run, with what is known beside its events."""

    events: tuple[e.Event, ...]
    lines: tuple[bytes, ...] = ()
    """The events' JSON: as it was given, or as it would be written."""
    messages: Sequence[Any] | None = None
    before: Sequence[Any] | None = None
    replay: Sequence[bytes] | None = None
    secrets: Collection[str] = ()
    answer_nodes: Collection[str] | None = None
    message_nodes: Collection[str] | None = None
    messages_key: str = "messages"
    versions: tuple[TranscriptMessage, ...] = ()
    """Each message that was told whole, in order, with its earlier forms."""

    @property
    def end(self) -> e.RunFinished | None:
        """The last event, if it is the run's end."""
        return self.events[-1] if self.events and isinstance(self.events[-1], e.RunFinished) else None

    @property
    def status(self) -> str:
        """How the run ended; empty where it is not told."""
        return self.end.status if self.end else ""

    @property
    def shown(self) -> dict[str, TranscriptMessage]:
        """Each message in its last form, by id."""
        return {form.message_id: form for form in self.versions}

    @property
    def stored(self) -> dict[str, Any]:
        """The messages in the checkpoint that are a model's, or were shown as one's, by id; without one, by place."""
        shown = self.shown
        known = ((stored_key(one, at), one) for at, one in enumerate(self.messages or ()))
        return {key: one for key, one in known if is_ai(one) or key in shown}

    @property
    def tells_all(self) -> bool:
        """Whether all that was written is told: no events are missing, and each step at the top says what it wrote.

        A run that goes on from an interrupt has steps that say nothing: an earlier run told what they wrote.
        """
        steps = [one for one in self.events if isinstance(one, e.NodeFinished) and not one.ns]
        gaps = any(isinstance(event, e.Gap) for event in self.events)
        return not gaps and all(one.wrote is not None or one.error is not None for one in steps)

    def wrote(self, task: str | None) -> tuple[str, ...] | None:
        """The state keys that a task wrote; None where it did not return, or nobody told."""
        ends = [one for one in self.events if isinstance(one, e.NodeFinished) and one.task_id == task]
        return ends[-1].wrote if ends and task is not None else None

    def writes_messages(self, node: str | None) -> bool | None:
        """Whether a node of the outermost graph writes the thread's messages; None where nothing tells."""
        if self.message_nodes is not None:
            return node in self.message_nodes
        ends = [one for one in self.events if isinstance(one, e.NodeFinished) and one.node == node and not one.ns]
        written = [one.wrote for one in ends if one.wrote is not None and one.error is None]
        return any(self.messages_key in keys for keys in written) if written else None


def parse_events(events: Iterable[EventLike]) -> tuple[tuple[e.Event, ...], tuple[bytes, ...]]:
    """The events, and the bytes that they are or would be."""
    seen: list[e.Event] = []
    lines: list[bytes] = []
    for given in events:
        event = _event(given)
        seen.append(event)
        lines.append(line(given) if isinstance(given, str | bytes) else e.encode(event))
    return tuple(seen), tuple(lines)


def line(given: str | bytes) -> bytes:
    """One event's JSON, without its line break."""
    return (given.encode() if isinstance(given, str) else given).rstrip(b"\r\n")


def _event(given: EventLike) -> e.Event:
    if isinstance(given, e.Event):
        return given
    return e.decode(given) if isinstance(given, str | bytes) else e.parse(given)


def message_versions(events: Sequence[e.Event]) -> tuple[TranscriptMessage, ...]:
    """The messages that begin and end in `events`; those that reach into a gap are left out."""
    known = max((at for at, event in enumerate(events, 1) if isinstance(event, e.Gap)), default=0)
    transcript, forms = Transcript(asides=True), list[TranscriptMessage]()
    for event in events[known:]:
        transcript.add(event)
        if isinstance(event, e.MessageStarted):
            forms.append(transcript.messages[event.message_id])
    return tuple(forms)


def is_returned(shown: TranscriptMessage) -> bool:
    """Whether a node made it whole, and no model streamed it."""
    return shown.finished is not None and shown.finished.finish_reason == RETURNED


def outermost_node(shown: TranscriptMessage) -> tuple[str | None, str | None]:
    """The node of the outermost graph that it comes from, and that node's task."""
    if not shown.started.ns:
        return shown.started.node, shown.started.task_id
    node, _, task = shown.started.ns[0].partition(":")
    return node, task or None


def is_ai(message: Any) -> bool:
    """Whether a stored message is a model's."""
    return of(message, "type") in ("ai", "AIMessageChunk") or of(message, "role") in ("ai", "assistant")


def stored_key(message: Any, place: int) -> str:
    """Its id; some states keep messages as they were returned, without one."""
    return str(of(message, "id") or f"#{place}")


def cut_short(text: str) -> str:
    """So much of a text as fits into a verdict."""
    return repr(text if len(text) <= 60 else f"{text[:60]}…")


def stored_since(record: Record) -> dict[str, Any]:
    """The models' messages that this run stored, as far as that can be known.

    With `before`, those that are not in it; else those that stand behind the first that the run showed.
    """
    stored = record.stored
    if record.before is not None:
        ids = {of(one, "id") for one in record.before}
        texts = {text_of(one) for one in record.before if is_ai(one) and not of(one, "id")}
        return {key: one for key, one in stored.items() if key not in ids and text_of(one) not in texts}
    first = next((at for at, key in enumerate(stored) if key in record.shown), len(stored))
    return dict(list(stored.items())[first:])


def metadata_of(message: Any) -> Mapping[str, Any]:
    """What is stored of how a message ended."""
    return cast("Mapping[str, Any]", of(message, "response_metadata") or {})
