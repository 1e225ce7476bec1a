"""From a run's events to the rows of a screen. No clock and no output: a terminal or a notebook draws them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from ..stream import events
from ..stream.events import Event
from .rows import Aside, Call, Question, Remark, Row, Speech, Step, Withdrawn, Work

TAIL = 400
"""Characters kept of what is shown by its end only."""


@dataclass
class View:
    """The state of a screen. Feed it by `add`; rows are replaced, never changed, but for the words of a `Speech`."""

    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    """By key, in the order in which they are to be shown."""
    started: events.RunStarted | None = None
    finished: events.RunFinished | None = None
    first_words_at: float | None = None
    """When the first words of an answer arrived, in seconds of the run."""
    changes: int = 0
    """How many events were taken: what was drawn at this number is up to date."""
    _open: dict[Any, str] = field(default_factory=dict[Any, str])
    _aside: set[str] = field(default_factory=set[str])
    _withdrawn: set[str] = field(default_factory=set[str])
    _citations: dict[Any, events.Citation] = field(default_factory=dict[Any, events.Citation])
    _cut: dict[str, events.NodeFinished] = field(default_factory=dict[str, events.NodeFinished])
    """Steps that ended without a word of what they wrote, by row: cut short if the run ends with them."""

    def add(self, event: Event) -> None:
        """Take the next event; kinds that a screen does not show pass by."""
        self.changes += 1
        if self._cut and not isinstance(event, _CLOSING):
            self._end_cut(stopped=False)
        take = self._take.get(type(event))
        if take is not None:
            take(self, event)

    @property
    def answer(self) -> Speech | None:
        """The row of the answer so far: the last words; a message that makes no tool calls goes first."""
        spoken = [row for row in self.rows.values() if isinstance(row, Speech) and row.pieces]
        last_words = [row for row in spoken if not row.calls]
        return (last_words or spoken or [None])[-1]

    @property
    def citations(self) -> list[events.Citation]:
        """The resolved marks of words that still count, each once, in the order in which they came."""
        return [found for found in self._citations.values() if found.message_id not in self._withdrawn]

    # the run

    def _run_started(self, event: events.RunStarted) -> None:
        self.started = event

    def _run_finished(self, event: events.RunFinished) -> None:
        self.finished = event
        stopped = event.status in ("stopped", "failed")
        self._end_cut(stopped)
        for row in list(self.rows.values()):
            if isinstance(row, Call) and row.state == "writing":
                del self.rows[row.key]
            elif isinstance(row, Step | Work) and not row.ended:
                self.rows[row.key] = replace(row, ended=True, stopped=stopped)
            elif isinstance(row, Aside):
                self.rows[row.key] = replace(row, ended=True)

    def _end_cut(self, stopped: bool) -> None:
        for key, event in self._cut.items():
            if isinstance(row := self.rows.get(key), Step):
                self.rows[key] = replace(row, ended=True, stopped=stopped, seconds=event.seconds)
        self._cut.clear()

    def _notice(self, event: events.Notice) -> None:
        key = f"notice {event.seq}"
        self.rows[key] = Remark(key, 0, event.at, event)

    def _interrupt(self, event: events.Interrupt) -> None:
        key = f"interrupt {event.interrupt_id}"
        self.rows[key] = Question(key, 0, event.at, event)

    def _citation(self, event: events.Citation) -> None:
        where = (event.message_id, event.marker, event.document, event.locator.start)
        self._citations.setdefault(where, event)

    # steps

    def _node_started(self, event: events.NodeStarted) -> None:
        self._put(_node(event), Step(f"node {event.seq}", len(event.ns or ()), event.at, event.node or ""))

    def _node_finished(self, event: events.NodeFinished) -> None:
        row = self._row(_node(event))
        if isinstance(row, Step) and event.wrote is None and event.error is None:
            self._cut[row.key] = event
        elif isinstance(row, Step):
            self.rows[row.key] = replace(row, ended=True, seconds=event.seconds, error=event.error)

    def _progress(self, event: events.Progress) -> None:
        row = self._row(("call", event.tool_call_id)) or self._row(_node(event))
        if isinstance(row, Step | Call):
            if not row.final:
                self.rows[row.key] = replace(row, progress=event)
            return
        ended = event.total is not None and event.done >= event.total
        if row is None or row.final:
            row = Work(f"work {event.seq}", 0, event.at, event)
        self._put(_node(event), Work(row.key, 0, row.at, event, ended))

    # tool calls

    def _tool_arguments(self, event: events.ToolArguments) -> None:
        place = ("call", event.tool_call_id)
        row = self._row(place)
        if not isinstance(row, Call):
            row = Call(f"call {event.seq}", self._below(event), event.at, event.name)
        if row.state == "writing":
            self._put(place, replace(row, text=(row.text + event.text)[-TAIL:]))
        said = self._row(("words", event.message_id))
        if isinstance(said, Speech) and not said.calls:
            self.rows[said.key] = replace(said, calls=True)

    def _tool_started(self, event: events.ToolStarted) -> None:
        place = ("call", event.tool_call_id)
        written = self._row(place)
        if isinstance(written, Call) and written.state == "writing":
            del self.rows[written.key]  # it goes on at its new place, below the node that runs it
        row = Call(f"call {event.seq}", self._below(event), event.at, event.name, "running", args=event.args)
        self._put(place, row)

    def _tool_output(self, event: events.ToolOutput) -> None:
        row = self._row(("call", event.tool_call_id))
        if isinstance(row, Call) and row.state == "running":
            self.rows[row.key] = replace(row, text=(row.text + event.text)[-TAIL:])

    def _tool_finished(self, event: events.ToolFinished) -> None:
        row = self._row(("call", event.tool_call_id))
        if isinstance(row, Call):
            end = {"seconds": event.seconds, "summary": event.summary, "artifact": event.artifact}
            self.rows[row.key] = replace(row, state=event.status, **end)

    # words

    def _message_started(self, event: events.MessageStarted) -> None:
        if event.answer is False:
            self._aside.add(event.message_id)
            return
        self._withdrawn.discard(event.message_id)
        row = Speech(f"words {event.seq}", 0, event.at, event.message_id, event.attempt, event.model or "")
        self._put(("words", event.message_id), row)

    def _message_delta(self, event: events.MessageDelta) -> None:
        row = self._row(("words", event.message_id))
        if isinstance(row, Speech):
            if not row.pieces:
                self._first_words(event)
            row.pieces.append(event.text)
        elif event.message_id in self._aside:
            self._murmur(event, "words")

    def _first_words(self, event: events.MessageDelta) -> None:
        if self.first_words_at is None:
            self.first_words_at = event.first_at
        self._end_aside("reasoning", event.message_id)

    def _message_reasoning(self, event: events.MessageReasoning) -> None:
        self._murmur(event, "reasoning")

    def _murmur(self, event: events.Words, kind: Any) -> None:
        place = (f"{kind} aside", event.message_id)
        row = self._row(place)
        if not isinstance(row, Aside):
            row = Aside(f"{kind} {event.seq}", self._below(event), event.at, kind)
        self._put(place, replace(row, tail=(row.tail + event.text)[-TAIL:]))

    def _message_finished(self, event: events.MessageFinished) -> None:
        self._end_aside("words", event.message_id)
        self._end_aside("reasoning", event.message_id)
        row = self._row(("words", event.message_id))
        if isinstance(row, Speech):
            self.rows[row.key] = replace(row, finished=event)

    def _end_aside(self, kind: str, message_id: str) -> None:
        row = self._row((f"{kind} aside", message_id))
        if isinstance(row, Aside):
            self.rows[row.key] = replace(row, ended=True)

    def _message_superseded(self, event: events.MessageSuperseded) -> None:
        row = self._row(("words", event.message_id))
        if isinstance(row, Speech):
            del self.rows[row.key]
            self._withdrawn.add(event.message_id)
            if row.pieces:
                key = f"withdrawn {event.seq}"
                self.rows[key] = Withdrawn(key, 0, event.at, row.key, event.reason)

    # places: where the row of a node, a call or a message is

    def _row(self, place: Any) -> Row | None:
        return self.rows.get(self._open.get(place, ""))

    def _put(self, place: Any, row: Row) -> None:
        self._open[place] = row.key
        self.rows[row.key] = row

    def _below(self, event: Event) -> int:
        step = self._row(_node(event))
        return step.depth + 1 if step else max(1, len(event.ns or ()))

    _take: ClassVar[Mapping[type[Event], Callable[[Any, Any], None]]] = {
        events.RunStarted: _run_started,
        events.RunFinished: _run_finished,
        events.Notice: _notice,
        events.Interrupt: _interrupt,
        events.Citation: _citation,
        events.NodeStarted: _node_started,
        events.NodeFinished: _node_finished,
        events.Progress: _progress,
        events.ToolArguments: _tool_arguments,
        events.ToolStarted: _tool_started,
        events.ToolOutput: _tool_output,
        events.ToolFinished: _tool_finished,
        events.MessageStarted: _message_started,
        events.MessageDelta: _message_delta,
        events.MessageReasoning: _message_reasoning,
        events.MessageFinished: _message_finished,
        events.MessageSuperseded: _message_superseded,
    }


_CLOSING = (events.NodeFinished, events.MessageFinished, events.ToolFinished, events.RunFinished)


def _node(event: Event) -> Any:
    return "node", event.task_id or (event.ns, event.node)
