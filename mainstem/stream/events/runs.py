"""A run as a whole: that it began, asks a person, was read too late, and how it ended."""

from typing import Any, Literal

from langchain_core.messages.ai import UsageMetadata
from pydantic import Field

from ..finish_reasons import Cut
from .event import Error, Event

Status = Literal["done", "truncated", "interrupted", "stopped", "halted", "failed"]
"""How a run ended."""

HaltReason = Literal["policy", "budget", "steps", "supervisor"]
"""Why a halted run was halted."""


class RunStarted(Event):
    """The run exists."""

    type: Literal["run.started"] = "run.started"
    thread_id: str | None = None
    """The thread whose checkpoints it writes; absent without a checkpointer."""
    graph: str = ""
    """Name of the graph."""
    tags: dict[str, str] = Field(default_factory=dict)
    """Whatever the caller wants costs told apart by: team, user, agent."""
    started_at: str = ""
    """Wall clock at the start, ISO 8601 in UTC."""
    trace_id: str | None = None
    """Id of the run's trace, where it is traced or its caller is; 32 hexadecimal digits."""
    traceparent: str | None = None
    """The caller's span, as it came in a `traceparent` header."""
    question_id: str | None = None
    """The message that it answers, the last one of its input; absent where that has no id yet, and on a resume."""


class Interrupt(Event):
    """A person must decide before the run goes on."""

    nullable = frozenset({"request"})

    type: Literal["interrupt"] = "interrupt"
    interrupt_id: str
    """What to answer to, in `resume({interrupt_id: decision})`."""
    request: Any = None
    """What is asked: LangChain's `HITLRequest`, or whatever the graph sent."""


class Gap(Event):
    """On replay: the events before this one are gone."""

    type: Literal["gap"] = "gap"
    from_seq: int
    """First missing event."""
    to_seq: int
    """Last missing event."""


_NOT_RUN = frozenset(
    {
        *("ThreadBusy", "LeaseLost", "DecisionPending", "UnknownThread", "DamagedThread", "WrongThreadId"),
        *("WrongInput", "WrongDecision", "ContextError"),
    }
)
"""Errors of runs that were refused or moved."""


class RunFinished(Event):
    """The end, exactly once and last."""

    nullable = frozenset({"cost"})

    type: Literal["run.finished"] = "run.finished"
    status: Status
    """How it ended."""
    reason: HaltReason | None = None
    """Why it was halted."""
    cut: Cut | None = None
    """How the answer was cut: at a `length` limit, `filtered`, `refused`, `paused`, by a fault (`failed`), by some
    `other` finish reason, or the provider never said that it is whole (`unsaid`). Of a truncated run only."""
    finish_reason: str | None = None
    """The provider's word for it; absent where it gave none. Of a truncated run only."""
    error: Error | None = None
    """Why it failed."""
    usage: UsageMetadata | None = None
    """Tokens of all model calls that told them, those that are not shown included."""
    cost: float | None = None
    """US dollars of all model calls; null when one of them is unknown."""
    seconds: float = 0.0
    """Seconds from start to end."""

    @property
    def broken(self) -> bool:
        """Whether it failed, or a fault cut its answer: a stop, a halt, a question and a length limit are no faults."""
        return self.status == "failed" or (self.status == "truncated" and self.cut in ("failed", "unsaid"))

    @property
    def not_run(self) -> bool:
        """Whether its thread or its input kept it from running, or another process has it: no fault of its model."""
        return self.error is not None and self.error.type in _NOT_RUN
