"""Sessions and runs for code without an event loop."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from types import TracebackType
from typing import Any, Self, cast

from anyio.from_thread import BlockingPortal, start_blocking_portal

from ..settings import Settings
from ..stores.journal import Feedback
from ..stream.errors import MainstemError
from ..stream.events import AnyEvent
from ..stream.run import Run
from ..stream.transcript import Result
from .admission.thread_queue import Policy
from .approvals.waiting import WaitingApproval
from .session import Session
from .threads.branches import Branch
from .threads.export import ExportFormat
from .threads.info import ThreadInfo

Call = Callable[..., Any]
"""Calls a function with arguments in the session's event loop, awaits what it returns, and returns that. Blocks."""


class SyncRun:
    """A `Run` for code without an event loop: the same names, plain iteration."""

    def __init__(self, run: Run, call: Call) -> None:
        self.run_id = run.run_id
        self.thread_id = run.thread_id
        self._run = run
        self._call = call

    def __iter__(self) -> Iterator[AnyEvent]:
        """The events from the first on. Leaving before the end stops the run."""
        return _iterated(aiter(self._run), self._call)

    def result(self) -> Result:
        """Wait for the end, and return what came of it."""
        return self._call(self._run.result)

    def stop(self) -> Result:
        """Stop the graph, keep what there is, and return it."""
        return self._call(self._run.stop)

    def halt(self, text: str = "") -> None:
        """End the run as `halted` (reason: supervisor); `text` tells people why."""
        self._call(self._run.halt, text)

    def resume(self, decisions: Any = None) -> "SyncRun":
        """The run that goes on from this one's interrupts."""
        return SyncRun(self._call(self._run.resume, decisions), self._call)


class SyncSession:
    """`Session` for scripts: the same names without `await`. It runs an event loop in a thread of its own."""

    def __init__(self, settings: Settings | None = None, *, graph: Any = None) -> None:
        self._session = Session(settings, graph=graph)
        self._portal: BlockingPortal | None = None
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        """Load the graph and open the threads."""
        with ExitStack() as opening:
            self._portal = opening.enter_context(start_blocking_portal())
            opening.callback(self._forget)
            opening.enter_context(self._portal.wrap_async_context_manager(self._session))
            self._opened = opening.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop what still runs, and write what is left to write."""
        self._opened.__exit__(kind, error, trace)

    def _forget(self) -> None:
        self._portal = None

    def _call(self, work: Call, *args: Any) -> Any:
        if self._portal is None:
            raise MainstemError("The session is not open.", hint="Use it as: with SyncSession() as session: …")
        return self._portal.call(work, *args)

    def ask(
        self,
        question: str,
        *,
        thread: str | None = None,
        tags: Mapping[str, str] | None = None,
        context: Any = None,
        checkpoint_id: str | None = None,
        policy: Policy = "reject",
    ) -> SyncRun:
        """Ask a question, in a new thread or in `thread`; there, from a checkpoint that `fork` tells, or its end.

        `policy`: "queue" lets it wait while another run has the thread, "reject" ends it as failed.
        """
        options: dict[str, Any] = {"thread": thread, "tags": tags, "context": context}
        return self._started(lambda: self._session.ask(question, **options, checkpoint_id=checkpoint_id, policy=policy))

    def start(
        self,
        given: Any,
        *,
        thread: str | None = None,
        tags: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        context: Any = None,
        checkpoint_id: str | None = None,
        policy: Policy = "reject",
    ) -> SyncRun:
        """Run the graph on any input; `checkpoint_id` and `policy` as in `ask`."""
        options: dict[str, Any] = {"thread": thread, "tags": tags, "config": config, "context": context}
        return self._started(lambda: self._session.start(given, **options, checkpoint_id=checkpoint_id, policy=policy))

    def steer(self, thread: str, text: str) -> SyncRun:
        """Add a message to the run that goes on in a thread here; returns that run. Raises `ThreadError`."""
        return self._started(lambda: self._session.steer(thread, text))

    def resume(
        self,
        thread: str,
        decisions: Any = None,
        *,
        tags: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        context: Any = None,
        checkpoint_id: str | None = None,
    ) -> SyncRun:
        """Go on with a thread; `checkpoint_id`: with what waits at the end of another branch."""
        options: dict[str, Any] = {"tags": tags, "config": config, "context": context, "checkpoint_id": checkpoint_id}
        return self._started(lambda: self._session.resume(thread, decisions, **options))

    def replay(self, run_id: str, from_seq: int = 1) -> Iterator[AnyEvent]:
        """A run's events from `from_seq` on, while it goes on or after it ended."""
        return _iterated(self._session.replay(run_id, from_seq), self._call)

    def feedback(self, run: SyncRun | str, **said: Any) -> Feedback:
        """Keep what somebody says of a run: `name`, and `score`, `label`, `explanation`, `annotator`."""
        run_id = run if isinstance(run, str) else run.run_id
        return self._call(partial(self._session.feedback, run_id, **said))

    def fork(self, thread: str, message_id: str, checkpoint_id: str | None = None) -> str:
        """Where the thread was before a message: a `checkpoint_id` for `ask`. Raises `ThreadError`."""
        return self._call(self._session.fork, thread, message_id, checkpoint_id)

    def branches(self, thread: str) -> list[list[Branch]]:
        """Where the thread branches: the questions that were asked at each place. Raises `UnknownThread`."""
        return self._call(self._session.branches, thread)

    def state(self, thread: str, checkpoint_id: str | None = None) -> Any:
        """The thread's latest `StateSnapshot`, or that of a checkpoint. Raises `UnknownThread`, `ThreadError`."""
        return self._call(self._session.state, thread, checkpoint_id)

    def threads(self, limit: int = 50, *, after: str | None = None, search: str = "") -> list[ThreadInfo]:
        """The latest threads, newest first; those behind `after`, and those that hold the words of `search`."""
        return self._call(partial(self._session.threads, limit, after=after, search=search))

    def approvals(self, limit: int = 50) -> list[WaitingApproval]:
        """What waits for a person, with the question and the answer that led there; `resume` takes the decision."""
        return self._call(self._session.approvals, limit)

    def rename(self, thread: str, title: str) -> str:
        """Give a thread a title; returns it. An empty one takes it away. Raises `UnknownThread`, `ThreadError`."""
        return self._call(self._session.rename, thread, title)

    def delete(self, thread: str) -> None:
        """Forget a thread and what was recorded of it. Raises `UnknownThread`, `ThreadBusy`, `ThreadError`."""
        self._call(self._session.delete, thread)

    def export(self, thread: str, form: ExportFormat = "markdown", checkpoint_id: str | None = None) -> str:
        """The thread, or a branch of it by its end, as the text of a file, "markdown" or "json".

        Raises `UnknownThread`, `ThreadError`.
        """
        return self._call(self._session.export, thread, form, checkpoint_id)

    def _started(self, start: Callable[[], Run]) -> SyncRun:
        return SyncRun(self._call(start), self._call)


def _iterated(events: AsyncIterator[AnyEvent], call: Call) -> Iterator[AnyEvent]:
    try:
        while (event := call(_next, events)) is not None:
            yield event
    finally:
        call(cast("Any", events).aclose)


async def _next(events: AsyncIterator[AnyEvent]) -> AnyEvent | None:
    return await anext(events, None)
