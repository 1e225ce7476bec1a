"""A run told from outside, in any thread: its events are numbered at once, kept in memory, and read in any loop."""

import asyncio
import time
from collections import deque
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

from langgraph.errors import GraphBubbleUp

from ..errors import describe
from ..events import AnyEvent, Event, RunStarted, decode, encode
from ..transcript import Transcript
from ..translate import RunState
from ..translate.outcome import RunEnding, outcome, run_finished

Waiter = tuple[asyncio.AbstractEventLoop, "asyncio.Future[None]"]


class CallbackRecorder:
    """Numbers the events of one run and keeps them; readers may wait for them in any event loop."""

    def __init__(self, answer_nodes: Collection[str] | None, tags: Mapping[str, str] | None) -> None:
        self.run_id = uuid4().hex
        self.events: list[AnyEvent] = []
        self.finished = False
        self.state = RunState(answer_nodes=None if answer_nodes is None else frozenset(answer_nodes))
        self.transcript = Transcript()
        self._tags = dict(tags or {})
        self._began = time.monotonic()
        self._waiters: deque[Waiter] = deque()

    def clock(self) -> float:
        """Seconds since the run began."""
        return round(time.monotonic() - self._began, 6)

    def start(self, graph: str) -> None:
        """The run begins; `graph` is what it is called."""
        self._began = self.state.began = time.monotonic()
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self.put(RunStarted(graph=graph, tags=self._tags, started_at=at))

    def put(self, *events: Event) -> None:
        """Number and keep the next events of the run."""
        for event in events:
            about = {"seq": len(self.events) + 1, "run_id": self.run_id}
            # What a reader of the wire would get: later changes to what was called back do not reach it.
            told = decode(encode(event.model_copy(update=about)))
            self.transcript.add(told)
            self.events.append(told)
        self._wake()

    def finish(self, error: BaseException | None) -> None:
        """The run ended, with what was raised."""
        self.put(*self.state.close(self.clock()))
        self.put(run_finished(self.state, self._ending(error), self.clock()))
        self.finished = True
        self._wake()

    def _ending(self, error: BaseException | None) -> RunEnding:
        if error is None or isinstance(error, GraphBubbleUp):
            return outcome(self.state)
        return ("failed", None, describe(error)) if isinstance(error, Exception) else ("stopped", None, None)

    async def more(self, known: int) -> None:
        """Return when there are more than `known` events, or there will be none."""
        loop = asyncio.get_running_loop()
        waiter = loop.create_future()
        self._waiters.append((loop, waiter))
        if len(self.events) > known or self.finished:
            return
        await waiter

    def _wake(self) -> None:
        while self._waiters:
            loop, waiter = self._waiters.popleft()
            with suppress(RuntimeError):  # that loop is closed: nobody reads there any more
                loop.call_soon_threadsafe(_arrive, waiter)


def _arrive(waiter: "asyncio.Future[None]") -> None:
    if not waiter.done():
        waiter.set_result(None)
