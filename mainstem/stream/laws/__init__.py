"""The laws of the stream, checked on any recorded run: held, broken (where), or not checkable.

report = laws.check(events, messages=state["messages"])
print(report); assert report.ok
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

from . import conversation, order, stopping, written
from .record import EventLike, Record, Undecidable, line, message_versions, parse_events

__all__ = ["Law", "Report", "Verdict", "check"]

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

    def _repr_mimebundle_(self, *args: Any, **kwargs: Any) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": f"<pre>{escape(str(self))}</pre>"}


def check(
    events: Iterable[EventLike],
    *,
    messages: Sequence[Any] | None = None,
    before: Sequence[Any] | None = None,
    replay: Iterable[bytes | str] | None = None,
    secrets: Collection[str] = (),
    answer_nodes: Collection[str] | None = None,
    message_nodes: Collection[str] | None = None,
    messages_key: str = "messages",
) -> Report:
    """Check a recorded run.

    `events`: events, their dicts or their JSON, in order. `messages`: the thread's messages in the checkpoint after the
    run (laws 3, 6, 8 and 9). `before`: the thread's messages before it, with its input; default: whatever stands before
    the first message that the run showed (law 3). `replay`: the same run's lines, read again (law 10). `secrets`:
    strings that must not appear (law 8). `answer_nodes`: the nodes whose words may be the answer (law 5).
    `message_nodes`: the nodes that write the thread's messages; default: those that were seen to (laws 3 and 9).
    `messages_key`: the state key that `messages` was read from.

    Raises pydantic's `ValidationError` where something of `events` is no event.
    """
    seen, lines = parse_events(events)
    again = None if replay is None else [line(each) for each in replay]
    record = Record(
        seen, lines, messages, before, again, secrets, answer_nodes, message_nodes, messages_key, message_versions(seen)
    )
    return Report(tuple(_judge(number, name, law, record) for number, (name, law) in enumerate(_LAWS, 1)))


def _judge(number: int, name: str, law: Callable[[Record], str], record: Record) -> Law:
    try:
        where = law(record)
    except Undecidable as reason:
        return Law(number, name, "not checkable", str(reason))
    return Law(number, name, "broken" if where else "held", where)


_LAWS: tuple[tuple[str, Callable[[Record], str]], ...] = (
    ("End", order.end),
    ("Pairs", order.pairs),
    ("Stream equals checkpoint", conversation.checkpoint),
    ("Once", conversation.once),
    ("Only the answer", conversation.only_answer),
    ("Complete means complete", conversation.complete),
    ("Merging changes nothing", order.merging),
    ("Masked is masked", written.masked),
    ("Stop means stop", stopping.stop),
    ("Replay equals live", written.replay),
    ("The graph never waits", written.never_waits),
)
