"""Runs of processes that died, gone on with here; and what other processes ask of the runs of this one.

A run writes down what it was asked. Whoever takes it over looks at the thread: where the run has written there, the
graph goes on from the last checkpoint; else it is given once more what it was asked.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

from ..stores.sharing import Command, Orphan
from ..stream.continuation import RUN_KEY, Continuation
from ..stream.errors import JournalError, ThreadError
from ..stream.events import AnyEvent, RunFinished, decode
from ..stream.repair import messages_of
from ..stream.run import Run
from ..stream.translate.message_fields import field
from ..stream.translate.model_words import model_messages_written
from .admission.recorded_request import RecordedRequest

if TYPE_CHECKING:
    from langgraph.types import StateSnapshot

    from .session import Session

log = logging.getLogger("mainstem.sessions")

T = TypeVar("T")

RETRY_SECONDS = 1.0
"""How long after a failure it is tried again to go on with a run."""


def obeying(session: "Session") -> Callable[[Sequence[Command]], None]:
    """What does, from another thread, what other processes ask of the runs of `session`."""
    loop = asyncio.get_running_loop()

    def obey(commands: Sequence[Command]) -> None:
        for command in commands:
            with suppress(RuntimeError):  # the loop is closed: its runs are over
                loop.call_soon_threadsafe(session.obey, command)

    return obey


class Takeover:
    """What `session` does for the processes that share its stores. `hold` is called with each run that goes on here."""

    def __init__(self, session: "Session", hold: Callable[[Run], Any]) -> None:
        self._session = session
        self._hold = hold
        self._loop = asyncio.get_running_loop()
        self._working: set[asyncio.Task[None]] = set()

    def begin(self) -> None:
        """Take over and obey from now on, where the stores are shared."""
        sharing = self._session.stores.sharing
        if sharing is not None and self._session.source.keeps_threads:
            sharing.serve(self._session.source.name, self._adopt, obeying(self._session))

    def end(self) -> None:
        """Take over nothing more: what this process would go on with, it would stop."""
        sharing = self._session.stores.sharing
        if sharing is not None:
            sharing.adopt_no_more()

    async def hand_over(self, runs: Sequence[Run]) -> None:
        """Stop those of the runs that nobody can go on with; let other processes go on with the rest at once."""
        if (sharing := self._session.stores.sharing) is not None:
            await asyncio.gather(*(run.stop() for run in runs if not run.can_move))
            for run in runs:  # what was added to them is in this process alone
                self._session.ask_unread(run, self._hold)
            await sharing.hand_over()

    def _adopt(self, orphans: Sequence[Orphan]) -> None:
        for orphan in orphans:
            self._soon(self._start, orphan)

    def _start(self, orphan: Orphan) -> None:
        task = asyncio.ensure_future(self._go_on_in_time(orphan))
        self._working.add(task)
        task.add_done_callback(self._working.discard)

    def _soon(self, call: Callable[[T], object], what: T) -> None:
        with suppress(RuntimeError):  # the loop is closed: this process ends, and another one takes over what it has
            self._loop.call_soon_threadsafe(call, what)

    async def _go_on_in_time(self, orphan: Orphan) -> None:
        """Go on with a run as soon as its thread and its events can be read: nobody else will while this one lives."""
        while True:
            try:
                return await self._go_on(orphan)
            except (JournalError, ThreadError) as error:
                if not self._session.is_open:
                    return None
                log.warning("Run %s cannot be gone on with yet: %s", orphan.run_id, error)
                await asyncio.sleep(RETRY_SECONDS)

    async def _go_on(self, orphan: Orphan) -> None:
        events = await _events(orphan)
        if events and isinstance(end := events[-1], RunFinished):
            orphan.recorded.finish(end.status, end.seconds)  # its process died between the two
            return
        log.warning("Run %s goes on here: its process is gone.", orphan.run_id)
        request = RecordedRequest.read(orphan.request)
        snapshot = await self._session.latest(orphan.thread_id)
        written_by: dict[str, Any] = snapshot.metadata or {}
        wrote = written_by.get(RUN_KEY) == orphan.run_id
        place = None if wrote else request.checkpoint_id
        if place is not None:
            snapshot = await self._session.state(orphan.thread_id, place)
        messages = messages_of(snapshot.values)[1]
        before = Continuation(
            orphan.run_id,
            events,
            orphan.recorded,
            frozenset(task.id for task in snapshot.tasks if task.result is None),
            messages,
            await self._unnamed(snapshot, messages),
        )
        self._hold(self._session.go_on(orphan, None if wrote else request.input, request, before, place))

    async def _unnamed(self, snapshot: "StateSnapshot", messages: Sequence[Any]) -> frozenset[str]:
        """The ids of those of `messages` that have one in this snapshot only: tasks wrote them that no checkpoint has.

        They are told when the graph goes on, under the ids that they are given then.
        """
        results: list[Any] = [task.result for task in snapshot.tasks if isinstance(task.result, Mapping)]
        if not results:
            return frozenset()
        kept = await self._session.source.state(snapshot.config)  # named by its id, a checkpoint is shown by itself
        written = [one for result in results for value in result.values() for one in model_messages_written(value)]
        return _ids(messages) - _ids(messages_of(kept.values)[1]) - _ids(written)


def _ids(messages: Sequence[Any]) -> frozenset[str]:
    return frozenset(str(field(message, "id")) for message in messages)


async def _events(orphan: Orphan) -> list[AnyEvent]:
    found: list[AnyEvent] = []
    while rows := await orphan.recorded.read(len(found) + 1, 1000):
        found += [decode(data) for _, data in rows]
    return found
