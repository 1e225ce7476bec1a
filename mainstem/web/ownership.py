"""Which threads and runs a router may show: those that began there, and what nobody began where it is alone."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import uuid4
from weakref import WeakSet

from mainstem.sessions.session import Session
from mainstem.stores.journal import RunRecord
from mainstem.stream.errors import MainstemError, UnknownRun, UnknownThread
from mainstem.stream.run import Run

from .inclusion import included_at

AnyRun = TypeVar("AnyRun", Run, RunRecord)


class Ownership:
    """What belongs to the routers of one manager, under `name` or its graph's name and where the router is included."""

    def __init__(self, session: Session, name: str | None) -> None:
        self._session = session
        self._home = session.settings.home.absolute()
        self._owners = session.stores.owners
        self._name = name
        self.enter()

    def enter(self) -> None:
        """Be one of those that share the home in this process."""
        _entered.add(self)

    def leave(self) -> None:
        """Be none of them any more."""
        _entered.discard(self)

    async def of_threads(self, threads: Sequence[str]) -> list[str]:
        """Those of the threads that are this manager's."""
        owners = await self._owners.of("thread", threads)
        return [thread for thread in threads if self._serves(owners.get(thread))]

    async def of_runs(self, runs: Sequence[AnyRun]) -> list[AnyRun]:
        """Those of the runs that are this manager's: by their threads, or by themselves where they have none."""
        threads = await self._owners.of("thread", {run.thread_id for run in runs if run.thread_id})
        others = await self._owners.of("run", {run.run_id for run in runs if not run.thread_id})
        owners = {**threads, **others}
        return [run for run in runs if self._serves(owners.get(run.thread_id or run.run_id))]

    async def check_thread(self, thread: str) -> None:
        """Return when the thread is this manager's. Raises `UnknownThread`."""
        if not await self.of_threads([thread]):
            raise unknown_thread(thread)

    async def check_free(self, thread: str) -> None:
        """Return when a run may begin in `thread`: it is this manager's, or new. Raises `UnknownThread`."""
        owner = (await self._owners.of("thread", [thread])).get(thread)
        if self._serves(owner):
            return
        if owner is None:
            try:
                await self._session.state(thread)
            except UnknownThread:
                return
        raise unknown_thread(thread)

    async def claim_thread(self, thread: str | None) -> str | None:
        """The thread, a new one where none was named, as this manager's own from now on; None where there are none."""
        if not self._session.source.keeps_threads:
            return None
        thread = str(uuid4()) if thread is None else thread
        if await self._owners.claim("thread", thread, self._router) != self._router:
            raise unknown_thread(thread)
        return thread

    async def claim_run(self, run: Run) -> Run:
        """The run, noted as this manager's where no thread says so."""
        if run.thread_id is None:
            try:
                await self._owners.claim("run", run.run_id, self._router)
            except MainstemError:
                run.request_stop()  # nobody could follow it
                raise
        return run

    @property
    def _router(self) -> str:
        return self._name or f"{self._session.source.name} at {included_at.get() or '/'}"

    @property
    def _alone(self) -> bool:
        return sum(each._home == self._home for each in _entered) <= 1

    def _serves(self, owner: str | None) -> bool:
        return self._alone if owner is None else owner == self._router


_entered: WeakSet[Ownership] = WeakSet()
"""Those of this process."""


def unknown_run(run_id: str) -> UnknownRun:
    """The error of a run that is not there, or another's."""
    return UnknownRun(f"There is no run {run_id!r}.")


def unknown_thread(thread: str) -> UnknownThread:
    """The error of a thread that is not there, or another's."""
    return UnknownThread(f"There is no thread {thread!r}.")
