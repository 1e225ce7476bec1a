"""What a run is given beside its graph and input."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .continuation import Continuation
from .events import Event
from .run_budget import Accounts, OpenAccounts
from .spill import Recorder

if TYPE_CHECKING:
    from .telemetry.run import TelemetryOptions


MEMORY = 4 * 2**20
"""Bytes of a run's events that are kept in memory when nobody says otherwise."""

Emit = Callable[[Event], None]


@dataclass(frozen=True)
class RunOptions:
    """What a run is given beside its graph and input. `Session` fills in what `watch` leaves at the defaults."""

    config: dict[str, Any]
    """The run's `RunnableConfig`."""
    context: Any = None
    """The graph's run-scoped context."""
    answer_nodes: frozenset[str] | None = None
    """The nodes whose words are the answer."""
    tags: dict[str, str] = field(default_factory=dict[str, str])
    """Whatever costs are told apart by."""
    journal: Recorder | None = None
    """Where the events are kept; None: a temporary file, begun only when memory is full."""
    memory: int = MEMORY
    """Bytes of events kept in memory."""
    around: Callable[[], AbstractAsyncContextManager[Any]] = nullcontext
    """Entered before the graph starts and left after the thread is repaired: a thread's lock."""
    turn: Callable[[], Coroutine[Any, Any, None]] | None = None
    """Awaited before `around` is entered, and again where that raises `ThreadBusy`: a place in a queue."""
    before: Callable[[Emit], Awaitable[None]] | None = None
    """Awaited before the graph starts; what it emits belongs to the run: the indexing."""
    accounts: OpenAccounts = lambda: nullcontext(Accounts())
    """Opens what its budgets have left, while the graph runs."""
    resume: Callable[[Any], Any] | None = None
    """How to start the `Run` that resumes this one; None: the same graph with the same setting."""
    requests: Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]] | None = None
    """What it asks, by interrupt id, as who decides sees it; None: as its stream tells it."""
    request: str | None = None
    """What another process needs to go on with the run, for the journal; None: nobody can."""
    when_lost: Callable[[Callable[[], object]], Callable[[], None]] | None = None
    """Has something called, from another thread, when other processes take this one for dead; returns what takes that
    back."""
    continues: Continuation | None = None
    """The run of a dead process that this one is; None: a new one."""
    question_id: str | None = None
    """The message that the run answers, where its input does not tell it."""
    traceparent: str | None = None
    """The caller's span, as a `traceparent` header has it; None: that of the request that is answered, if any."""
    telemetry: "TelemetryOptions | None" = None
    """What the run is traced with; None: as `MAINSTEM_TELEMETRY` says where there is no session, else with nothing."""

    @property
    def thread_id(self) -> str | None:
        """The thread that the config names."""
        return self.config.get("configurable", {}).get("thread_id")
