"""Sessions and runs for code without an event loop."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from ..settings import Settings
from ..stream.errors import MainstemError
from ..stream.events import AnyEvent
from ..stream.run import Run
from ..stream.transcript import Result
from .session import Session
from .threads import ThreadInfo

T = TypeVar("T")


class SyncRun:
    """A `Run` for code without an event loop: the same names, plain iteration."""

    def __init__(self, run: Run, call: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self.run_id = run.run_id
        self.thread_id = run.thread_id
        self._run = run
        self._call = call

    def __iter__(self) -> Iterator[AnyEvent]:
        """The events from the first on. Leaving before the end stops the run."""
        return _iterated(aiter(self._run), self._call)

    def result(self) -> Result:
        """Wait for the end, and return what came of it."""
        return self._call(self._run.result())

    def stop(self) -> Result:
        """Stop the graph, keep what there is, and return it."""
        return self._call(self._run.stop())

    def resume(self, decisions: Any = None) -> "SyncRun":
        """The run that goes on from this one's interrupts."""

        async def again() -> Run:
            return self._run.resume(decisions)

        return SyncRun(self._call(again()), self._call)


class SyncSession:
    """`Session` for scripts: the same names without `await`. It runs an event loop in a thread of its own."""

    def __init__(self, settings: Settings | None = None, *, graph: Any = None) -> None:
        self._session = Session(settings, graph=graph)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mainstem-session", daemon=True)

    def __enter__(self) -> Self:
        """Load the graph and open the threads."""
        self._thread.start()
        try:
            self._call(self._session.__aenter__())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop what still runs, and write what is left to write."""
        try:
            self._call(self._session.__aexit__(kind, error, trace))
        finally:
            self._end()

    def _call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        if not self._thread.is_alive():
            coroutine.close()
            raise MainstemError("The session is not open.", hint="Use it as: with SyncSession() as session: …")
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def ask(self, question: str, *, thread: str | None = None, tags: Mapping[str, str] | None = None) -> SyncRun:
        """Ask a question, in a new thread or in `thread`."""
        return self._started(lambda: self._session.ask(question, thread=thread, tags=tags))

    def start(
        self,
        given: Any,
        *,
        thread: str | None = None,
        tags: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        context: Any = None,
    ) -> SyncRun:
        """Run the graph on any input."""
        return self._started(
            lambda: self._session.start(given, thread=thread, tags=tags, config=config, context=context)
        )

    def resume(
        self,
        thread: str,
        decisions: Any = None,
        *,
        tags: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        context: Any = None,
    ) -> SyncRun:
        """Go on with a thread."""
        return self._started(lambda: self._session.resume(thread, decisions, tags=tags, config=config, context=context))

    def replay(self, run_id: str, from_seq: int = 1) -> Iterator[AnyEvent]:
        """A run's events from `from_seq` on, while it goes on or after it ended."""
        return _iterated(self._session.replay(run_id, from_seq), self._call)

    def state(self, thread: str) -> Any:
        """The thread's latest `StateSnapshot`. Raises `UnknownThread`."""
        return self._call(self._session.state(thread))

    def threads(self, limit: int = 50) -> list[ThreadInfo]:
        """The latest threads, newest first."""
        return self._call(self._session.threads(limit))

    def _started(self, start: Callable[[], Run]) -> SyncRun:
        async def begin() -> Run:
            return start()

        return SyncRun(self._call(begin()), self._call)


def _iterated(events: AsyncIterator[AnyEvent], call: Callable[[Coroutine[Any, Any, Any]], Any]) -> Iterator[AnyEvent]:
    try:
        while (event := call(_next(events))) is not None:
            yield event
    finally:
        call(_close(events))


async def _next(events: AsyncIterator[AnyEvent]) -> AnyEvent | None:
    return await anext(events, None)


async def _close(events: AsyncIterator[AnyEvent]) -> None:
    await cast("Any", events).aclose()
