"""Whether a run may begin now, and with which model and context."""

import asyncio
from collections.abc import Mapping
from typing import Any

from mainstem.models import choosable
from mainstem.models.budget import check_budget
from mainstem.models.guard.configured import check_policies
from mainstem.sessions.admission.thread_queue import Policy
from mainstem.sessions.session import Session
from mainstem.stream.errors import ContextError, JournalError, ThreadBusy, ThreadError

from .errors import Closing, ModelRefused
from .limiter import LimitReached
from .ownership import Ownership
from .run_lookup import RunLookup


class RunAdmission:
    """Refuses runs that may not begin. `context`: what runs get that are given none."""

    def __init__(
        self, session: Session, ownership: Ownership, runs: RunLookup, context: Mapping[str, Any] | None
    ) -> None:
        self._session = session
        self._ownership = ownership
        self._runs = runs
        self._default = context
        self.closing = False
        """Whether no run may begin any more."""

    async def check_settings(self) -> None:
        """Return where runs can begin with the settings. Raises `UnknownPrice`, `NotReadyError` for wrong policies."""
        if self._session.bundled:
            await check_budget(self._session.settings)
            await asyncio.to_thread(check_policies, self._session.settings)

    @property
    def models(self) -> list[str]:
        """The models that a caller may choose, the default one first; none where the graph chooses its own."""
        return choosable(self._session.settings) if self._session.bundled else []

    def context(self, model: str | None, context: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        """The context of a run: what was asked for, where that is allowed. Raises `ContextError`, `ModelRefused`."""
        context = self._default if context is None else context
        if self._session.bundled and context:
            if set(context) - {"model", "tools"}:
                raise ContextError("Of this agent's context only the model and tools of one's own may be chosen here.")
            model = model or context.get("model")
        self._session.accept(context)
        return context if model is None else {**(context or {}), **self._chosen(model)}

    def _chosen(self, model: str) -> dict[str, str]:
        if model not in self.models:
            ready = ", ".join(self.models) or "none: this graph chooses its own"
            raise ModelRefused(
                f"The model {model!r} may not be chosen here.",
                hint=f"Models to choose: {ready}. MAINSTEM_SERVE_MODELS adds to them.",
            )
        return {"model": model}

    async def check(self, thread: str | None, policy: Policy = "reject", *, deciding: bool = False) -> None:
        """Return when a run may begin in `thread`, or wait for it.

        `deciding`: one that goes on with what somebody decided there.

        Raises `UnknownThread`, `NotAllowed`, `ThreadBusy`, `ThreadError` where the graph keeps no threads, and as
        `check_room`.
        """
        session = self._session
        if thread is not None:
            if not session.source.keeps_threads:
                raise ThreadError(f"{session.source.name} keeps no threads.", hint="Leave the thread out.")
            await (self._ownership.check_thread(thread) if deciding else self._ownership.check_free(thread))
            if policy == "reject" and await session.stores.threads.leased(thread):
                raise _busy(thread)
        self.check_room(thread, policy)

    def check_room(self, thread: str | None, policy: Policy = "reject") -> None:
        """Return when this process has room for a run in `thread`.

        Raises `Closing`, `LimitReached`, `ThreadBusy`; `JournalError` where the other servers would not hear of it.
        """
        running = self._runs.running
        if self.closing:
            raise Closing("The server is stopping.")
        if len(running) >= self._session.settings.serve_runs:
            raise LimitReached(f"{len(running)} runs go on, and this server allows no more.")
        if self._session.stores.sharing is not None and (why := self._session.journal.broken):
            raise JournalError(
                f"No run can be recorded just now: {why.splitlines()[0]}.", hint="Ask again in a moment."
            )
        if policy == "reject" and thread is not None and any(run.thread_id == thread for run in running):
            raise _busy(thread)


def _busy(thread: str) -> ThreadBusy:
    return ThreadBusy(f"Thread {thread!r} is busy with another run.")
