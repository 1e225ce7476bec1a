"""Decisions that nobody made in time: what waited for them is rejected when that is due, and its thread goes on."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any, cast

from mainstem.sessions.approvals import ApprovalRequest, reject, seconds_left
from mainstem.sessions.approvals.waiting import waiting_in
from mainstem.sessions.session import Session
from mainstem.sessions.threads.listing import SERVED
from mainstem.stream.errors import MainstemError, ThreadBusy
from mainstem.stream.run import Run

from .document_scope import DocumentScope
from .limiter import LimitReached
from .ownership import Ownership
from .run_admission import RunAdmission

log = logging.getLogger("mainstem.approvals")

LOOKS_EVERY = 3600.0
"""Seconds between two looks through all threads, for what other processes have left."""

MARGIN = 1.0
"""Seconds after which it is surely due: who is asked looks at a clock of its own."""

BUSY_SECONDS = 60.0
"""Seconds until the next try, where there was no room."""

NOBODY_IN_TIME = "expiry"
"""Who decided, as the journal has it."""


class Expiry:
    """Watches over what waits in the threads of one manager, while decisions there have a time limit.

    `hold` is called with each run that goes on because nobody decided.
    """

    def __init__(
        self,
        session: Session,
        ownership: Ownership,
        documents: DocumentScope,
        admission: RunAdmission,
        hold: Callable[[Run], Run],
    ) -> None:
        self._session = session
        self._ownership = ownership
        self._documents = documents
        self._admission = admission
        self._hold = hold
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks = set[asyncio.Task[None]]()

    def begin(self) -> None:
        """Look for what waits already, and for what other processes leave."""
        if self._session.settings.approval_hours is not None and self._session.source.keeps_threads:
            self._do(self._look())

    def follow(self, run: Run) -> None:
        """Watch over what a run asks when it ends; one that nobody asked for is not followed by another such."""
        if run.tags.get("decided_by") != NOBODY_IN_TIME:
            run.when_done(lambda: self._noted(run))

    async def close(self) -> None:
        """Reject nothing more."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _look(self) -> None:
        while True:
            try:
                for waiting in await self._session.approvals(limit=SERVED, among=self._ownership.of_graph):
                    self._watch(waiting.thread_id, waiting.expires_at)
            except MainstemError as error:
                log.warning("What waits for a decision cannot be looked for: %s", error)
            await asyncio.sleep(LOOKS_EVERY)

    def _noted(self, run: Run) -> None:
        for asked in run.transcript.interrupts:
            request: Any = asked.request
            if run.thread_id and isinstance(request, Mapping):
                self._watch(run.thread_id, cast("Mapping[str, Any]", request).get("expires_at"))

    def _watch(self, thread: str, until: Any) -> None:
        try:
            seconds = seconds_left(datetime.fromisoformat(str(until))) if until else None
        except (ValueError, TypeError):
            return  # a foreign graph's word
        if seconds is not None and not self._admission.closing:
            self._set(thread, seconds)

    def _set(self, thread: str, seconds: float) -> None:
        if known := self._timers.pop(thread, None):
            known.cancel()
        due = max(0.0, seconds) + MARGIN
        self._timers[thread] = asyncio.get_running_loop().call_later(due, self._begin, thread)

    def _begin(self, thread: str) -> None:
        self._timers.pop(thread, None)
        self._do(self._expire(thread))

    async def _expire(self, thread: str) -> None:
        """Reject what waits in a thread, if all of it does for too long."""
        try:
            waiting = await waiting_in(
                [await self._session.describe(thread)], self._session.state, self._session.stores.reviews
            )
            if not waiting or not all(each.expires_at for each in waiting):
                return
            if not all(each.expired for each in waiting):
                self._watch(thread, max(str(each.expires_at) for each in waiting))  # the clock was set
                return
            await self._go_on(thread, {each.interrupt_id: _rejected(each.request) for each in waiting})
        except (LimitReached, ThreadBusy):
            self._set(thread, BUSY_SECONDS)
        except MainstemError as error:
            log.warning("Nobody decided in time in thread %s, and it cannot go on: %s", thread, error)

    async def _go_on(self, thread: str, decisions: dict[str, Any]) -> None:
        owner = await self._ownership.owner_of(thread) or ""
        await self._session.check(thread, decisions, named=True)
        self._admission.check_room(thread)
        log.info("Nobody decided in time in thread %s: what waited there is rejected.", thread)
        tags = {"decided_by": NOBODY_IN_TIME, **({"user": owner} if owner else {})}
        context, docs = self._admission.context(None, None), await self._documents.of_user(owner)
        self._hold(self._session.resume(thread, decisions, tags=tags, context=context, named=True, docs=docs))


def _rejected(request: Any) -> Any:
    asked = ApprovalRequest.parse(request)
    return asked.same_for_all(reject()) if asked else {"decisions": [reject()]}
