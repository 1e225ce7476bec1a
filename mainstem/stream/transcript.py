"""The one fold of a run's events: what is open, the messages, which words are the answer, and what came of it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from langchain_core.messages.ai import UsageMetadata

from .answer import answer_of, may_answer
from .events import (
    Citation,
    Error,
    Event,
    HaltReason,
    Interrupt,
    MessageDelta,
    MessageFinished,
    MessageStarted,
    MessageSuperseded,
    NodeFinished,
    NodeStarted,
    RunFinished,
    RunStarted,
    Status,
    ToolArguments,
    ToolFinished,
    ToolStarted,
)
from .finish_reasons import Cut
from .spans import SpanEnd, SpanKey, SpanStart, span_of


@dataclass(frozen=True)
class Result:
    """What came of a run."""

    run_id: str
    """The run."""
    thread_id: str | None
    """Its thread; None without a checkpointer."""
    status: Status
    """How it ended."""
    text: str
    """The answer's words: the last message that is (or may be) the answer, as far as it came."""
    model: str = ""
    """Name of the model that wrote them; empty when it is not known."""
    reason: HaltReason | None = None
    """Why it was halted."""
    cut: Cut | None = None
    """How the answer of a truncated run was cut."""
    finish_reason: str | None = None
    """The provider's word for that, where it gave one."""
    error: Error | None = None
    """Why it failed."""
    citations: tuple[Citation, ...] = ()
    """The answer's marks, resolved."""
    interrupts: tuple[Interrupt, ...] = ()
    """What a person must decide; answer with `resume({interrupt_id: decision})`."""
    usage: UsageMetadata | None = None
    """Tokens of all model calls that told them."""
    cost: float | None = None
    """US dollars; None when unknown."""
    seconds: float = 0.0
    """From start to end."""


@dataclass(slots=True, eq=False)
class TranscriptMessage:
    """What the events say of one message, in one of its forms: an id that is started again has another."""

    started: MessageStarted
    inside_tool: bool = False
    """Whether it began in a graph that a running tool call had started."""
    pieces: list[str] = field(default_factory=list[str])
    """Its words so far; one string when it has ended."""
    calls: list[str] = field(default_factory=list[str])
    """Ids of the tool calls that it makes."""
    finished: MessageFinished | None = None
    superseded: bool = False

    @property
    def message_id(self) -> str:
        """Its id."""
        return self.started.message_id

    @property
    def answer(self) -> bool | None:
        """Whether its words are the answer; None when the graph did not say."""
        return self.started.answer

    @property
    def model(self) -> str:
        """Name of the model that speaks; empty when it is not known."""
        return self.started.model or ""

    @property
    def attempt(self) -> int:
        """1 for the first try of its turn, then 2, 3 …"""
        return self.started.attempt

    @property
    def text(self) -> str:
        """All its words so far."""
        return "".join(self.pieces)


@dataclass
class Transcript:
    """Takes events one by one and holds what matters of them; also for replays, and for anyone's view.

    `asides`: whether the words of messages that are not the answer are kept, too.
    """

    asides: bool = False
    started: RunStarted | None = None
    finished: RunFinished | None = None
    open: dict[SpanKey, SpanStart] = field(default_factory=dict[SpanKey, SpanStart])
    """What began and has not ended, by what it is, in the order in which it began."""
    messages: dict[str, TranscriptMessage] = field(default_factory=dict[str, TranscriptMessage])
    """Every message by id, each in its last form, in the order in which they began."""
    interrupts: list[Interrupt] = field(default_factory=list[Interrupt])
    """What a person must decide."""
    _cited: list[Citation] = field(default_factory=list[Citation])
    _withdrawn: set[str] = field(default_factory=set[str])
    _growing: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """The pieces of the messages whose words are kept, by id."""

    @classmethod
    def of(cls, events: Iterable[Event]) -> Self:
        """The transcript of these events."""
        transcript = cls()
        for event in events:
            transcript.add(event)
        return transcript

    def add(self, event: Event) -> None:
        """Take the next event."""
        if type(event) is MessageDelta:  # most events are: they cost no second call
            pieces = self._growing.get(event.message_id)
            if pieces is not None:
                pieces.append(event.text)
            return
        take = self._take.get(type(event))
        if take is not None:
            take(self, event)

    # the run

    def _run_started(self, event: RunStarted) -> None:
        self.started = event

    def _run_finished(self, event: RunFinished) -> None:
        self.finished = event

    def _citation(self, event: Citation) -> None:
        self._cited.append(event)

    def _interrupt(self, event: Interrupt) -> None:
        self.interrupts.append(event)

    # what is open

    def _begin(self, event: SpanStart) -> None:
        self.open[span_of(event)] = event

    def _end(self, event: SpanEnd) -> None:
        self.open.pop(span_of(event), None)

    # messages

    def _message_started(self, event: MessageStarted) -> None:
        self._begin(event)
        key = event.message_id
        self.messages.pop(key, None)
        message = self.messages[key] = TranscriptMessage(event, self._is_inside_tool(event))
        self._withdrawn.discard(key)
        self._growing.pop(key, None)
        if self.asides or may_answer(event):
            self._growing[key] = message.pieces

    def _is_inside_tool(self, event: MessageStarted) -> bool:
        around = {step.partition(":")[2] for step in event.ns or ()} - {""}
        return any(isinstance(one, ToolStarted) and one.task_id in around for one in self.open.values())

    def _tool_arguments(self, event: ToolArguments) -> None:
        message = self.messages.get(event.message_id or "")
        if message is not None and event.tool_call_id not in message.calls:
            message.calls.append(event.tool_call_id)

    def _message_finished(self, event: MessageFinished) -> None:
        self._end(event)
        message = self.messages.get(event.message_id)
        if message is not None:
            message.finished = event
            message.pieces[:] = [message.text] if message.pieces else []

    def _message_superseded(self, event: MessageSuperseded) -> None:
        self._withdrawn.add(event.message_id)
        self._growing.pop(event.message_id, None)
        message = self.messages.get(event.message_id)
        if message is not None:
            message.superseded = True

    _take: ClassVar[Mapping[type[Event], Callable[[Any, Any], None]]] = {
        RunStarted: _run_started,
        RunFinished: _run_finished,
        NodeStarted: _begin,
        NodeFinished: _end,
        MessageStarted: _message_started,
        MessageFinished: _message_finished,
        MessageSuperseded: _message_superseded,
        ToolArguments: _tool_arguments,
        ToolStarted: _begin,
        ToolFinished: _end,
        Citation: _citation,
        Interrupt: _interrupt,
    }

    # what it says

    @property
    def run_id(self) -> str:
        """The run; empty before its first event."""
        return self.started.run_id if self.started else ""

    @property
    def thread_id(self) -> str | None:
        """Its thread; None without a checkpointer."""
        return self.started.thread_id if self.started else None

    @property
    def answer(self) -> TranscriptMessage | None:
        """The message that is the answer so far."""
        return answer_of(self.messages.values())

    @property
    def text(self) -> str:
        """The words of the answer so far."""
        return self.answer.text if self.answer else ""

    @property
    def model(self) -> str:
        """Name of the model that wrote the answer."""
        return self.answer.model if self.answer else ""

    @property
    def citations(self) -> tuple[Citation, ...]:
        """The citations that stand: those of messages that were not taken back."""
        return tuple(found for found in self._cited if found.message_id not in self._withdrawn)

    @property
    def sources(self) -> tuple[Citation, ...]:
        """The citations that stand, without those that name the same passage by the same mark again.

        One that does not support its words stands for itself: they are to be told.
        """
        places: dict[Any, Citation] = {}
        for found in self.citations:
            doubted = found.verdict in ("doubtful", "unsupported") and found.answer_start
            places.setdefault((found.message_id, found.marker, found.document, found.locator.start, doubted), found)
        return tuple(places.values())

    def is_aside(self, message_id: str) -> bool:
        """Whether these are the words of a message that is not the answer."""
        message = self.messages.get(message_id)
        return message is not None and not may_answer(message)

    def result(self) -> Result:
        """What came of it. Raises `ValueError` while the run has not ended."""
        end = self.finished
        if end is None:
            raise ValueError("the run has not ended: take its events up to run.finished first")
        extra: dict[str, Any] = {"usage": end.usage, "cost": end.cost, "seconds": end.seconds}
        extra |= {"cut": end.cut, "finish_reason": end.finish_reason}
        return Result(
            run_id=self.run_id,
            thread_id=self.thread_id,
            status=end.status,
            text=self.text,
            model=self.model,
            reason=end.reason,
            error=end.error,
            citations=self.citations,
            interrupts=tuple(self.interrupts),
            **extra,
        )
