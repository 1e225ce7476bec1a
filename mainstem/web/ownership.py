"""Whose threads and runs a request may see and change: those of its user, that began at its router.

What nobody began is an admin's and a reader's, where the router is alone; so is everything where nobody is asked.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import uuid4
from weakref import WeakSet

from mainstem.sessions.session import Session
from mainstem.stores.journal import RunRecord
from mainstem.stores.owners import Owner
from mainstem.stores.users import Role, User
from mainstem.stream.errors import MainstemError, UnknownRun, UnknownThread
from mainstem.stream.run import Run

from .auth.access import not_allowed
from .errors import NotAllowed
from .inclusion import included_at

AnyRun = TypeVar("AnyRun", Run, RunRecord)


class Ownership:
    """What belongs to the routers of one manager, under `name` or its graph's name and where the router is included.

    `user`: tells whose request it is.
    """

    def __init__(self, session: Session, name: str | None, user: Callable[[], User]) -> None:
        self._session = session
        self._user_of_request = user
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
        """Those of the threads that the user may see."""
        owners = await self._owners.of("thread", threads)
        return [thread for thread in threads if self._sees(owners.get(thread))]

    async def of_graph(self, threads: Sequence[str]) -> list[str]:
        """Those of the threads that this graph goes on with, whoever's they are and wherever it is included."""
        owners = await self._owners.of("thread", threads)
        return [thread for thread in threads if self._goes_on_with(owners.get(thread))]

    async def of_runs(self, runs: Sequence[AnyRun]) -> list[AnyRun]:
        """Those of the runs that the user may see: by their threads, or by themselves where they have none."""
        threads = await self._owners.of("thread", {run.thread_id for run in runs if run.thread_id})
        others = await self._owners.of("run", {run.run_id for run in runs if not run.thread_id})
        owners = {**threads, **others}
        return [run for run in runs if self._sees(owners.get(run.thread_id or run.run_id))]

    def check_role(self, role: Role) -> None:
        """Return when the user has the role. Raises `NotAllowed`."""
        if not self.user.may(role):
            raise not_allowed(role)

    async def check_thread(self, thread: str) -> None:
        """Return when the user may see the thread. Raises `UnknownThread`."""
        if not await self.of_threads([thread]):
            raise unknown_thread(thread)

    async def check_own_thread(self, thread: str) -> None:
        """Return when the user may change the thread. Raises `UnknownThread`, `NotAllowed` where it is to be seen."""
        owner = (await self._owners.of("thread", [thread])).get(thread)
        if not self._changes(owner):
            raise self._refusal(thread, owner)

    async def check_own_run(self, run: AnyRun) -> None:
        """Return when the user may stop the run. Raises `UnknownRun`, `NotAllowed` where it is to be seen."""
        if not await self.of_runs([run]):
            raise unknown_run(run.run_id)
        found = await (
            self._owners.of("thread", [run.thread_id]) if run.thread_id else self._owners.of("run", [run.run_id])
        )
        if not self._changes(found.get(run.thread_id or run.run_id)):
            raise _anothers()

    async def check_free(self, thread: str) -> None:
        """Return when a run may begin in `thread`: it is the user's, or new. Raises as `check_own_thread`."""
        owner = (await self._owners.of("thread", [thread])).get(thread)
        if self._changes(owner) or (owner is None and await self._is_new(thread)):
            return
        raise self._refusal(thread, owner)

    async def owner_of(self, thread: str) -> str | None:
        """The user whose thread it is; None: nobody's."""
        owner = (await self._owners.of("thread", [thread])).get(thread)
        return owner.user if owner else None

    async def claim_thread(self, thread: str | None) -> str | None:
        """The thread, a new one where none was named, as the user's own from now on; None where there are none."""
        if not self._session.source.keeps_threads:
            return None
        thread = str(uuid4()) if thread is None else thread
        owner = await self._owners.claim("thread", thread, self._owner)
        if not self._changes(owner):
            raise self._refusal(thread, owner)
        return thread

    async def unlist(self, thread: str) -> None:
        """Let lists leave the thread out."""
        await self._owners.claim("unlisted", thread, self._owner)

    async def claim_resumed(self, thread: str) -> None:
        """Note a thread that is gone on with as the user's where it was nobody's and they may change such."""
        if self._changes(None):
            await self._owners.claim("thread", thread, self._owner)

    async def claim_run(self, run: Run) -> Run:
        """The run, noted as the user's where no thread says so."""
        if run.thread_id is None:
            try:
                await self._owners.claim("run", run.run_id, self._owner)
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

    @property
    def user(self) -> User:
        """Whose request it is."""
        return self._user_of_request()

    @property
    def _owner(self) -> Owner:
        return Owner(self._router, self.user.id or None)

    async def _is_new(self, thread: str) -> bool:
        try:
            await self._session.state(thread)
        except UnknownThread:
            return True
        return False

    def _goes_on_with(self, owner: Owner | None) -> bool:
        if owner is None:
            return self._alone
        if self._name is not None:
            return owner.router == self._name
        return owner.router.startswith(f"{self._session.source.name} at ")

    def _refusal(self, thread: str, owner: Owner | None) -> MainstemError:
        return _anothers() if self._sees(owner) else unknown_thread(thread)

    def _sees(self, owner: Owner | None) -> bool:
        if owner is None:
            return self._alone and self.user.may("read")
        return owner.router == self._router and (self.user.may("read") or owner == self._owner)

    def _changes(self, owner: Owner | None) -> bool:
        if owner is None:
            return self._alone and self.user.may("admin")
        return owner.router == self._router and (self.user.may("admin") or owner == self._owner)


_entered: WeakSet[Ownership] = WeakSet()
"""Those of this process."""


def _anothers() -> NotAllowed:
    return NotAllowed("This is another user's.", hint="You may only look at it, or decide there what waits.")


def unknown_run(run_id: str) -> UnknownRun:
    """The error of a run that is not there, or another's."""
    return UnknownRun(f"There is no run {run_id!r}.")


def unknown_thread(thread: str) -> UnknownThread:
    """The error of a thread that is not there, or another's."""
    return UnknownThread(f"There is no thread {thread!r}.")
