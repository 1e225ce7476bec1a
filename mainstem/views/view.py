"""From a run's events to the rows of a screen. No clock and no output: a terminal or a notebook draws them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from ..stream import events
from ..stream.answer import may_answer
from ..stream.events import Event
from ..stream.spans import node_key
from ..stream.transcript import Transcript
from .rows import AnswerRow, InterruptRow, NodeRow, NoticeRow, ProgressRow, Row, SideTextRow, SupersededRow, ToolCallRow

TAIL = 400
"""Characters kept of what is shown by its end only."""


@dataclass
class View:
    """The state of a screen. Feed it by `add`; rows are replaced, never changed, but for an `AnswerRow`'s words."""

    rows: dict[str, Row] = field(default_factory=dict[str, Row])
    """By key, in the order in which they are to be shown."""
    transcript: Transcript = field(default_factory=Transcript)
    """What the run has said so far."""
    first_words_at: float | None = None
    """When the first words of an answer arrived, in seconds of the run."""
    changes: int = 0
    """How many events were taken: what was drawn at this number is up to date."""
    _open: dict[Any, str] = field(default_factory=dict[Any, str])
    _cut: dict[str, events.NodeFinished] = field(default_factory=dict[str, events.NodeFinished])
    """Steps that ended without a word of what they wrote, by row: cut short if the run ends with them."""

    def add(self, event: Event) -> None:
        """Take the next event; kinds that a screen does not show pass by."""
        self.changes += 1
        self.transcript.add(event)
        if self._cut and not isinstance(event, _CLOSING):
            self._end_cut(stopped=False)
        take = self._take.get(type(event))
        if take is not None:
            take(self, event)

    @property
    def started(self) -> events.RunStarted | None:
        """The run's first event."""
        return self.transcript.started

    @property
    def finished(self) -> events.RunFinished | None:
        """The run's last event; None while it goes on."""
        return self.transcript.finished

    @property
    def answer(self) -> AnswerRow | None:
        """The row of the answer so far."""
        message = self.transcript.answer
        row = self._row(("words", message.message_id)) if message else None
        return row if isinstance(row, AnswerRow) else None

    @property
    def citations(self) -> tuple[events.Citation, ...]:
        """The resolved marks of words that still count, each once, in the order in which they came."""
        return self.transcript.sources

    @property
    def texts(self) -> dict[str, str]:
        """What each cited message says, by its id."""
        messages = self.transcript.messages
        return {one.message_id: messages[one.message_id].text for one in self.citations if one.message_id in messages}

    # the run

    def _run_finished(self, event: events.RunFinished) -> None:
        stopped = event.status in ("stopped", "failed")
        self._end_cut(stopped)
        for row in list(self.rows.values()):
            if isinstance(row, ToolCallRow) and row.state == "writing":
                del self.rows[row.key]
            elif isinstance(row, NodeRow | ProgressRow) and not row.ended:
                self.rows[row.key] = replace(row, ended=True, stopped=stopped)
            elif isinstance(row, SideTextRow):
                self.rows[row.key] = replace(row, ended=True)

    def _end_cut(self, stopped: bool) -> None:
        for key, event in self._cut.items():
            if isinstance(row := self.rows.get(key), NodeRow):
                self.rows[key] = replace(row, ended=True, stopped=stopped, seconds=event.seconds)
        self._cut.clear()

    def _notice(self, event: events.Notice) -> None:
        key = f"notice {event.seq}"
        self.rows[key] = NoticeRow(key, 0, event.at, event)
        step = self._row(_node(event))
        if event.kind == "ungrounded" and isinstance(step, NodeRow):
            self.rows[step.key] = replace(step, doubted=True)

    def _interrupt(self, event: events.Interrupt) -> None:
        key = f"interrupt {event.interrupt_id}"
        self.rows[key] = InterruptRow(key, 0, event.at, event)

    # steps

    def _node_started(self, event: events.NodeStarted) -> None:
        self._put(_node(event), NodeRow(f"node {event.seq}", len(event.ns or ()), event.at, event.node or ""))

    def _node_finished(self, event: events.NodeFinished) -> None:
        row = self._row(_node(event))
        if isinstance(row, NodeRow) and event.wrote is None and event.error is None:
            self._cut[row.key] = event
        elif isinstance(row, NodeRow):
            self.rows[row.key] = replace(row, ended=True, seconds=event.seconds, error=event.error)

    def _progress(self, event: events.Progress) -> None:
        row = self._row(("call", event.tool_call_id)) or self._row(_node(event))
        if isinstance(row, NodeRow | ToolCallRow):
            if not row.final:
                self.rows[row.key] = replace(row, progress=event)
            return
        ended = event.total is not None and event.done >= event.total
        if row is None or row.final:
            row = ProgressRow(f"work {event.seq}", 0, event.at, event)
        self._put(_node(event), ProgressRow(row.key, 0, row.at, event, ended))

    # tool calls

    def _tool_arguments(self, event: events.ToolArguments) -> None:
        place = ("call", event.tool_call_id)
        row = self._row(place)
        if not isinstance(row, ToolCallRow):
            row = ToolCallRow(f"call {event.seq}", self._below(event), event.at, event.name)
        if row.state == "writing":
            self._put(place, replace(row, text=(row.text + event.text)[-TAIL:]))

    def _tool_started(self, event: events.ToolStarted) -> None:
        place = ("call", event.tool_call_id)
        written = self._row(place)
        if isinstance(written, ToolCallRow) and written.state == "writing":
            del self.rows[written.key]  # it goes on at its new place, below the node that runs it
        row = ToolCallRow(f"call {event.seq}", self._below(event), event.at, event.name, "running", args=event.args)
        self._put(place, row)

    def _tool_output(self, event: events.ToolOutput) -> None:
        row = self._row(("call", event.tool_call_id))
        if isinstance(row, ToolCallRow) and row.state == "running":
            self.rows[row.key] = replace(row, text=(row.text + event.text)[-TAIL:])

    def _tool_finished(self, event: events.ToolFinished) -> None:
        row = self._row(("call", event.tool_call_id))
        if isinstance(row, ToolCallRow):
            end = {"seconds": event.seconds, "summary": event.summary, "artifact": event.artifact}
            self.rows[row.key] = replace(row, state=event.status, **end)

    # words

    def _message_started(self, event: events.MessageStarted) -> None:
        message = self.transcript.messages[event.message_id]
        if may_answer(message):
            self._put(("words", event.message_id), AnswerRow(f"words {event.seq}", 0, event.at, message))

    def _message_delta(self, event: events.MessageDelta) -> None:
        message = self.transcript.messages.get(event.message_id)
        if message is None or len(message.pieces) > 1:
            return  # its row shows them already
        if not may_answer(message):
            self._murmur(event, "words")
        elif not message.superseded:
            self._first_words(event)

    def _first_words(self, event: events.MessageDelta) -> None:
        if self.first_words_at is None:
            self.first_words_at = event.first_at
        self._end_aside("reasoning", event.message_id)

    def _message_reasoning(self, event: events.MessageReasoning) -> None:
        self._murmur(event, "reasoning")

    def _murmur(self, event: events.Words, kind: Any) -> None:
        place = (f"{kind} aside", event.message_id)
        row = self._row(place)
        if not isinstance(row, SideTextRow):
            row = SideTextRow(f"{kind} {event.seq}", self._below(event), event.at, kind)
        self._put(place, replace(row, tail=(row.tail + event.text)[-TAIL:]))

    def _message_finished(self, event: events.MessageFinished) -> None:
        self._end_aside("words", event.message_id)
        self._end_aside("reasoning", event.message_id)

    def _end_aside(self, kind: str, message_id: str) -> None:
        row = self._row((f"{kind} aside", message_id))
        if isinstance(row, SideTextRow):
            self.rows[row.key] = replace(row, ended=True)

    def _message_superseded(self, event: events.MessageSuperseded) -> None:
        row = self._row(("words", event.message_id))
        if isinstance(row, AnswerRow):
            del self.rows[row.key]
            if row.message.pieces:
                key = f"withdrawn {event.seq}"
                self.rows[key] = SupersededRow(key, 0, event.at, event.reason)

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
        events.RunFinished: _run_finished,
        events.Notice: _notice,
        events.Interrupt: _interrupt,
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
    return "node", node_key(event)
