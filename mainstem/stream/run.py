"""One run of one graph, watched: the graph in a task of its own, its events in a log, any number of readers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from langgraph.types import Command

from .errors import SourceError
from .events import AnyEvent, Event, decode
from .plot import plot
from .run_events import RunEvents
from .run_execution import RunExecution
from .run_options import RunOptions
from .shape import By, shaped
from .sources import Source
from .transcript import Result, Transcript

if TYPE_CHECKING:
    from altair import VConcatChart


T = TypeVar("T")


class Run:
    """A run that is under way or over. Iterate it for its events; leaving that iteration early stops the run.

    `events()` gives further readers, at any time, from any position; they come and go without touching the run.
    """

    def __init__(self, source: Source, given: Any, options: RunOptions) -> None:
        self.run_id = options.continues.run_id if options.continues else uuid4().hex
        self.thread_id = options.thread_id
        self._source = source
        self._options = options
        self._events = RunEvents(self.run_id, source.name, options)
        self._execution = RunExecution(self._events, source, given, options)
        self.question_id = self._execution.question_id
        self.inbox = self._execution.inbox
        live = self._execution.live(self.run_id)
        self._life = asyncio.get_running_loop().create_task(live, name=f"run {self.run_id}")

    async def __aiter__(self) -> AsyncIterator[AnyEvent]:
        """The events from the first on. Leaving before the end stops the run."""
        try:
            async for event in self.events():
                yield event
        finally:
            if not self._events.over:
                self.request_stop()

    def events(self, from_seq: int = 1) -> AsyncIterator[AnyEvent]:
        """The events from `from_seq` on, past and to come."""
        return self._events.read(from_seq, _decoded)

    def lines(self, from_seq: int = 1) -> AsyncIterator[bytes]:
        """The same as JSON, encoded once for all readers; no line break at the end."""
        return self._events.read(from_seq, iter)

    def batches(self, from_seq: int = 1) -> AsyncIterator[list[bytes]]:
        """The same, as many lines at a time as are there."""
        return self._events.read(from_seq, lambda batch: (batch,))

    def shaped(
        self, by: By = "word", *, interval: float | None = None, max_chars: int | None = None, from_seq: int = 1
    ) -> AsyncIterator[Event]:
        """The events with their text cut anew, in unnumbered pieces: by token, word, sentence or interval.

        `interval`, in seconds: with `by="interval"` how long text is gathered (default 0.1); else the least time
        between two pieces, for a typing effect (default none). `max_chars` bounds a piece.
        A grapheme is split only where another event came in the middle of it.
        """
        return shaped(self.events(from_seq), by, interval=interval, max_chars=max_chars)

    def plot(self) -> "VConcatChart":
        """Tokens over time, the gaps between them and a timeline of the steps, as an Altair chart.

        Of a run that goes on, what there is so far. For a notebook: of a run that is larger than its memory, it waits
        for the disk. Raises `MissingExtra` where Altair is not installed.
        """
        return plot(map(decode, self._events.log.past()))

    def __repr__(self) -> str:
        thread = f" of thread {self.thread_id}" if self.thread_id else ""
        return f"<Run {self.run_id}{thread}: {self._events.result().status if self.finished else 'going on'}>"

    @property
    def transcript(self) -> Transcript:
        """What its events say so far."""
        return self._events.transcript

    @property
    def last_seq(self) -> int:
        """The number of its last event so far."""
        return self._events.log.last

    # what it was given

    @property
    def tags(self) -> Mapping[str, str]:
        """Whatever costs are told apart by."""
        return self._options.tags

    @property
    def context(self) -> Any:
        """The graph's run-scoped context; None: its defaults."""
        return self._options.context

    async def result(self) -> Result:
        """Wait for the end, and return what came of it. Never raises for what went wrong in the run."""
        await asyncio.shield(self._life)
        return self._events.result()

    async def stop(self) -> Result:
        """Stop the graph, keep what there is, and return it. Harmless when the run is stopping or over."""
        self.request_stop()
        return await self.result()

    def request_stop(self) -> None:
        """Begin to stop the graph; returns at once. The readers get `run.finished` when it has stopped."""
        self._execution.request_stop()

    def halt(self, text: str = "", *, rule: str = "") -> None:
        """End the run as `halted` (reason: supervisor), as `request_stop` does; `text` tells people why."""
        self._execution.halt(text or "A supervisor halted the run.", rule)

    def when_done(self, call: Callable[[], None]) -> None:
        """Call `call` when the run is over."""
        self._life.add_done_callback(lambda _: call())

    @property
    def can_move(self) -> bool:
        """Whether another process can go on with it, for it knows what was asked and where the thread is kept."""
        return self._options.request is not None

    @property
    def finished(self) -> bool:
        """Whether the run is over."""
        return self._events.over

    async def requests(self) -> dict[str, Any]:
        """What it asks of a person, by interrupt id, when it is over: with the words that a policy holds back.

        Its events do not tell those; they are for who decides.
        """
        asked = {each.interrupt_id: each.request for each in (await self.result()).interrupts}
        return asked if self._options.requests is None else await self._options.requests(asked)

    def resume(self, decisions: Any = None) -> "Run":
        """The run that goes on from this one's interrupts.

        `decisions` is `{interrupt_id: decision}`, or the decision itself when there is one interrupt; None goes on from
        the last checkpoint. Raises `SourceError` while this run goes on, or when it has no thread.
        """
        if not self.finished:
            raise SourceError("The run is still going on.", hint="Await run.result() first.")
        if self.thread_id is None:
            raise SourceError("A run without a thread cannot be resumed.", hint="Give the graph a checkpointer.")
        if self._options.resume is not None:
            return self._options.resume(decisions)
        return Run(self._source, resuming(decisions), self._options)


_decoded: Callable[[list[bytes]], Iterator[AnyEvent]] = partial(map, decode)


def resuming(decisions: Any) -> Command[Any] | None:
    """The input that resumes a thread: with decisions, or just from its last checkpoint."""
    return None if decisions is None else Command(resume=decisions)
