"""The laws of the stream, checked on any recorded run: held, broken (where), or not checkable.

report = laws.check(events, messages=state["messages"])
print(report); assert report.ok
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from ..plain import counted
from . import events as e
from .translate.reading import CUT, text_of, tool_calls_of
from .translate.reading import field as of

Verdict = Literal["held", "broken", "not checkable"]


@dataclass(frozen=True)
class Law:
    """One law's verdict on one run."""

    number: int
    name: str
    verdict: Verdict
    where: str = ""
    """What breaks it, or why it cannot be checked."""

    def __str__(self) -> str:
        return f"{self.number:2} {self.name:<32} {self.verdict}" + (f": {self.where}" if self.where else "")


@dataclass(frozen=True)
class Report:
    """The verdicts, law by law."""

    laws: tuple[Law, ...]

    @property
    def ok(self) -> bool:
        """Whether no law is broken."""
        return not self.broken

    @property
    def broken(self) -> tuple[Law, ...]:
        """The broken ones."""
        return tuple(law for law in self.laws if law.verdict == "broken")

    def __str__(self) -> str:
        return "\n".join(str(law) for law in self.laws)


@dataclass(frozen=True)
class Record:
    """A recorded run, with what is known beside its events."""

    events: tuple[e.Event, ...]
    messages: Sequence[Any] | None = None
    replay: Sequence[bytes] | None = None
    secrets: Collection[str] = ()
    answer_nodes: Collection[str] | None = None
    shown: "dict[str, Shown]" = field(default_factory=dict[str, "Shown"])

    @property
    def end(self) -> e.RunFinished | None:
        """The last event, if it is the run's end."""
        return self.events[-1] if self.events and isinstance(self.events[-1], e.RunFinished) else None


@dataclass
class Shown:
    """What the events say of one message, in its last form."""

    started: e.MessageStarted
    text: str = ""
    finished: e.MessageFinished | None = None
    superseded: bool = False


def check(
    events: Iterable[e.Event | Mapping[str, Any] | str | bytes],
    *,
    messages: Sequence[Any] | None = None,
    replay: Iterable[bytes | str] | None = None,
    secrets: Collection[str] = (),
    answer_nodes: Collection[str] | None = None,
) -> Report:
    """Check a recorded run.

    `events`: events, their dicts or their JSON, in order. `messages`: the thread's messages in the checkpoint (laws 3
    and 9). `replay`: the same run's lines, read again (law 10). `secrets`: strings that must not appear (law 8).
    `answer_nodes`: the nodes whose words may be the answer (law 5).
    """
    read = tuple(_event(event) for event in events)
    again = None if replay is None else [line.encode() if isinstance(line, str) else line for line in replay]
    record = Record(read, messages, again, secrets, answer_nodes, _shown(read))
    return Report(tuple(_judge(number, name, law, record) for number, (name, law) in enumerate(_LAWS, 1)))


def _event(event: e.Event | Mapping[str, Any] | str | bytes) -> e.Event:
    if isinstance(event, e.Event):
        return event
    return e.decode(event) if isinstance(event, str | bytes) else e.parse(event)


def _shown(events: Iterable[e.Event]) -> dict[str, Shown]:
    shown: dict[str, Shown] = {}
    for event in events:
        if isinstance(event, e.MessageStarted):
            shown[event.message_id] = Shown(event)
        elif isinstance(event, e.MessageDelta):
            if event.message_id in shown:
                shown[event.message_id].text += event.text
        elif isinstance(event, e.MessageFinished) and event.message_id in shown:
            shown[event.message_id].finished = event
        elif isinstance(event, e.MessageSuperseded) and event.message_id in shown:
            shown[event.message_id].superseded = True
    return shown


class _Unknown(Exception):
    pass


def _judge(number: int, name: str, law: Callable[[Record], str], record: Record) -> Law:
    try:
        where = law(record)
    except _Unknown as reason:
        return Law(number, name, "not checkable", str(reason))
    return Law(number, name, "broken" if where else "held", where)


def _end(record: Record) -> str:
    ends = [event for event in record.events if isinstance(event, e.RunFinished)]
    if len(ends) != 1 or record.end is None:
        return f"{len(ends)} run.finished, and the last event is not one" if record.end is None else f"{len(ends)} ends"
    first = record.events[0].seq
    for expected, event in enumerate(record.events, first):
        if event.seq != expected and not isinstance(event, e.Gap):
            return f"seq {event.seq} where {expected} was due"
    return "" if first == 1 or isinstance(record.events[0], e.Gap) else f"the first seq is {first}"


_STARTS = (e.NodeStarted, e.MessageStarted, e.ToolStarted)
_ENDS = (e.NodeFinished, e.MessageFinished, e.ToolFinished)


def _thing(event: e.Event) -> tuple[str, str]:
    if isinstance(event, e.MessageStarted | e.MessageFinished):
        return "message", event.message_id
    if isinstance(event, e.ToolStarted | e.ToolFinished):
        return "tool", event.tool_call_id
    return "node", event.task_id or "|".join((*(event.ns or ()), event.node or ""))


def _pairs(record: Record) -> str:
    running: set[tuple[str, str]] = set()
    for event in record.events:
        if isinstance(event, _STARTS):
            if _thing(event) in running:
                return f"{' '.join(_thing(event))} started twice, at {event.seq}"
            running.add(_thing(event))
        elif isinstance(event, _ENDS):
            if _thing(event) not in running:
                return f"{' '.join(_thing(event))} finished without a start, at {event.seq}"
            running.discard(_thing(event))
        elif isinstance(event, e.Words) and ("message", event.message_id) not in running:
            return f"words of message {event.message_id} outside of it, at {event.seq}"
    return f"{' '.join(min(running))} was never finished" if running else ""


def _checkpoint(record: Record) -> str:
    if record.messages is None:
        raise _Unknown("give messages=")
    stored = {of(message, "id"): message for message in record.messages if of(message, "type") == "ai"}
    common = [key for key, shown in record.shown.items() if key in stored and not shown.superseded]
    if not common:
        raise _Unknown("no shown message is in the checkpoint")
    for key in common:
        if record.shown[key].text != text_of(stored[key]):
            return (
                f"message {key} was shown as {record.shown[key].text[:60]!r}, stored as {text_of(stored[key])[:60]!r}"
            )
    return ""


def _once(record: Record) -> str:
    said: dict[str | None, list[tuple[str, Shown]]] = {}
    for key, shown in record.shown.items():
        if shown.superseded or not shown.text.strip():
            continue
        for other, older in said.setdefault(shown.started.task_id, []):
            if older.text.split() == shown.text.split():
                return f"message {key} repeats {other}"
            cut = older.finished is not None and older.finished.finish_reason is None
            if cut and shown.text.startswith(older.text):
                return f"message {key} replaces {other}, which was not superseded"
        said[shown.started.task_id].append((key, shown))
    return ""


def _only_answer(record: Record) -> str:
    if record.answer_nodes is None:
        raise _Unknown("give answer_nodes=")
    for key, shown in record.shown.items():
        if shown.started.answer is not False and shown.started.node not in record.answer_nodes:
            return f"message {key} of node {shown.started.node} may pass for the answer"
    return ""


def _complete(record: Record) -> str:
    for key, shown in record.shown.items():
        end = shown.finished
        if end is not None and end.complete and (end.finish_reason is None or end.finish_reason in CUT):
            return f"message {key} is called complete with finish_reason {end.finish_reason}"
    counted = [s for s in record.shown.values() if s.started.answer is not False and not s.superseded]
    last = counted[-1].finished if counted else None
    if last is not None and not last.complete and record.end is not None and record.end.status == "done":
        return "the answer is not complete, and the run says done"
    return ""


def _merging(record: Record) -> str:
    seen: dict[str, e.Words] = {}
    clock = 0.0
    for event in record.events:
        if event.at < clock and not isinstance(event, e.Gap):
            return f"time runs backwards at {event.seq}"
        clock = max(clock, event.at)
        if isinstance(event, e.MessageStarted):
            seen.pop(event.message_id, None)
        if not isinstance(event, e.Words):
            continue
        if where := _arrivals(event, seen.get(event.message_id)):
            return where
        seen[event.message_id] = event
    return ""


def _arrivals(event: e.Words, before: e.Words | None) -> str:
    if event.n < 1 or not event.first_at <= event.last_at <= event.at + 1e-6:
        return f"impossible arrivals at {event.seq}"
    if event.tokens != (before.tokens if before else 0) + event.n:
        return f"{event.tokens} tokens at {event.seq}, where {(before.tokens if before else 0) + event.n} arrived"
    if before is not None and (event.first_at < before.last_at or event.words < before.words):
        return f"arrivals out of order at {event.seq}"
    return ""


def _masked(record: Record) -> str:
    if not record.secrets:
        raise _Unknown("give secrets=")
    whole = "".join(e.encode(event).decode() for event in record.events)
    stored = json.dumps([text_of(message) for message in record.messages or ()], ensure_ascii=False)
    texts = [whole, stored, *(shown.text for shown in record.shown.values())]
    for secret in record.secrets:
        if any(secret in text for text in texts):
            return "a secret appears in the clear"
    return ""


def _stop(record: Record) -> str:
    if record.end is None or record.end.status != "stopped":
        raise _Unknown("the run was not stopped")
    if record.messages is None:
        raise _Unknown("give messages=")
    answered = {of(message, "tool_call_id") for message in record.messages}
    for message in record.messages:
        for call in tool_calls_of(message) if of(message, "type") == "ai" else ():
            if call["id"] not in answered:
                return f"call {call['id']} has no ToolMessage"
    return ""


def _replay(record: Record) -> str:
    if record.replay is None:
        raise _Unknown("give replay=")
    live = [e.encode(event) for event in record.events]
    for position, (one, other) in enumerate(zip(live, record.replay, strict=False), 1):
        if one != other.rstrip(b"\n"):
            return f"event {position} differs"
    return "" if len(live) == len(record.replay) else f"{counted(len(record.replay), 'event')} instead of {len(live)}"


def _never_waits(record: Record) -> str:
    raise _Unknown("a record does not show whether the graph waited; the test-suite does")


_LAWS: tuple[tuple[str, Callable[[Record], str]], ...] = (
    ("End", _end),
    ("Pairs", _pairs),
    ("Stream equals checkpoint", _checkpoint),
    ("Once", _once),
    ("Only the answer", _only_answer),
    ("Complete means complete", _complete),
    ("Merging changes nothing", _merging),
    ("Masked is masked", _masked),
    ("Stop means stop", _stop),
    ("Replay equals live", _replay),
    ("The graph never waits", _never_waits),
)
