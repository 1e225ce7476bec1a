"""From a run's events to what came of it."""

from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages.ai import UsageMetadata

from .events import (
    Citation,
    Error,
    Event,
    HaltReason,
    Interrupt,
    MessageDelta,
    MessageStarted,
    MessageSuperseded,
    RunFinished,
    RunStarted,
    Status,
    ToolArguments,
)
from .finish_reasons import Cut


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


@dataclass
class Transcript:
    """Takes events one by one and holds what matters of them; also for replays, and for anyone's view."""

    run_id: str = ""
    thread_id: str | None = None
    answers: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    models: dict[str, str] = field(default_factory=dict[str, str])
    withdrawn: set[str] = field(default_factory=set[str])
    calling: set[str] = field(default_factory=set[str])
    citations: list[Citation] = field(default_factory=list[Citation])
    interrupts: list[Interrupt] = field(default_factory=list[Interrupt])
    finished: RunFinished | None = None

    def add(self, event: Event) -> None:
        """Take the next event."""
        match event:
            case MessageDelta():
                if event.message_id in self.answers:
                    self.answers[event.message_id].append(event.text)
            case MessageStarted():
                self._started(event)
            case ToolArguments():
                self.calling.add(event.message_id or "")
            case MessageSuperseded():
                self.answers.pop(event.message_id, None)
                self.withdrawn.add(event.message_id)
            case Citation():
                self.citations.append(event)
            case Interrupt():
                self.interrupts.append(event)
            case RunStarted():
                self.run_id, self.thread_id = event.run_id, event.thread_id
            case RunFinished():
                self.finished = event
            case _:
                pass

    def _started(self, event: MessageStarted) -> None:
        if event.answer is not False:
            self.answers.pop(event.message_id, None)
            self.withdrawn.discard(event.message_id)
            self.answers[event.message_id] = []
            self.models[event.message_id] = event.model or ""

    @property
    def text(self) -> str:
        """The answer so far: the last message with words; one that makes no tool calls goes first."""
        return "".join(self.answers.get(self._answer, ()))

    @property
    def model(self) -> str:
        """Name of the model that wrote the answer."""
        return self.models.get(self._answer, "")

    @property
    def _answer(self) -> str:
        spoken = [key for key, pieces in self.answers.items() if pieces]
        final = [key for key in spoken if key not in self.calling]
        return (final or spoken or [""])[-1]

    @property
    def standing(self) -> tuple[Citation, ...]:
        """The citations of messages that were not taken back."""
        return tuple(citation for citation in self.citations if citation.message_id not in self.withdrawn)

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
            citations=self.standing,
            interrupts=tuple(self.interrupts),
            **extra,
        )
