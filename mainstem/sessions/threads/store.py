"""What a session does with the threads that it keeps: list, find, name, branch, export and delete them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ...models.guard.configured import amasked
from ...settings import Settings
from ...stores.journal import Journal
from ...stores.opening import Stores
from ...stream.errors import DamagedThread, UnknownThread
from ...stream.sources import Source
from ..approvals.waiting import WaitingApproval, held_by, waiting_in, with_words
from .branches import Branch, branches
from .checkpoints import check_there, checkpoint_before, place
from .export import ExportFormat, exported
from .info import ThreadInfo, thread_info, unfinished
from .listing import SERVED, Among, ThreadListing
from .messages import ThreadMessage, thread_messages
from .state import state_at


class ThreadStore(ABC):
    """The threads of a session."""

    settings: Settings
    stores: Stores
    journal: Journal

    @property
    @abstractmethod
    def source(self) -> Source:
        """The graph whose threads these are."""

    async def state(self, thread: str, checkpoint_id: str | None = None) -> Any:
        """The thread's latest `StateSnapshot`, or that of a checkpoint. Raises `UnknownThread`, `ThreadError`."""
        snapshot = await self.latest(thread)
        if not snapshot.values and not unfinished(snapshot):
            raise UnknownThread(f"There is no thread {thread!r}.")
        if checkpoint_id is None:
            return snapshot
        config = {"configurable": place(thread, checkpoint_id)}
        snapshot = await state_at(self.source, config)
        check_there(snapshot, config)
        return snapshot

    async def latest(self, thread: str) -> Any:
        """The same, also of a thread that is not there yet. Raises `UnknownThread` where no threads are kept."""
        if not self.source.keeps_threads:
            raise UnknownThread(f"{self.source.name} keeps no threads.", hint="Only a graph does.")
        return await state_at(self.source, {"configurable": {"thread_id": thread}})

    async def fork(self, thread: str, message_id: str, checkpoint_id: str | None = None) -> str:
        """Where the thread was before a message: a `checkpoint_id` for `ask` or `start`.

        The run that is given it begins a branch, which shares every earlier checkpoint with the one that it leaves, and
        is the thread from then on. Nothing is written here. `checkpoint_id`: the end of the branch that holds the
        message; None: of the latest. Raises `UnknownThread`; `ThreadError` when that branch does not hold the message:
        it was folded into the summary, or is on another branch.
        """
        return await checkpoint_before(self.source, await self.state(thread, checkpoint_id), message_id)

    async def branches(self, thread: str) -> list[list[Branch]]:
        """Where the thread branches: for each place the questions that were asked there, oldest first.

        `state`, `fork` and `ask` take the end of a branch as `checkpoint_id`. The thread itself is always the branch
        that was asked last. Raises `UnknownThread`.
        """
        await self.state(thread)
        return await branches(self.source, thread)

    async def is_end(self, thread: str, checkpoint_id: str) -> bool:
        """Whether a branch of the thread ends at a checkpoint: what waited elsewhere was decided.

        Raises `UnknownThread`.
        """
        latest = (await self.state(thread)).config["configurable"]["checkpoint_id"]
        ends = [each.checkpoint_id for place in await self.branches(thread) for each in place]
        return checkpoint_id in (latest, *ends)

    async def threads(
        self, limit: int = 50, *, among: Among | None = None, after: str | None = None, search: str = ""
    ) -> list[ThreadInfo]:
        """The latest threads, newest first; `among` says which ids of those it is given are to be listed.

        `after`: those behind this thread in the list, which is the next page. `search`: only those in whose title or
        messages, on any branch, each of these words stands. Raises `UnknownThread` for an `after` that is not listed.
        """
        return await self._list.listed(limit, among, after, search)

    async def approvals(self, limit: int = 50, *, among: Among | None = None) -> list[WaitingApproval]:
        """What waits for a person, in the latest threads first, with the question and the answer that led there.

        The latest 1,000 threads are looked through. Decide by `resume(thread_id, {interrupt_id: decisions})`.
        """
        latest = await self._list.listed(SERVED, among, None, "")
        return (await waiting_in(latest, self.state, self.stores.reviews))[:limit]

    async def with_words(self, requests: Mapping[str, Any]) -> dict[str, Any]:
        """Requests by interrupt id as who decides sees them: with the words that a policy holds back."""
        held = await held_by(requests, self.stores.reviews)
        return {key: with_words(request, held.get(key)) for key, request in requests.items()}

    async def find(self, begins: str) -> str:
        """The id of the thread that is called so, or of the only one whose id begins so. Raises `UnknownThread`."""
        return await self._list.find(begins)

    async def describe(self, thread: str, snapshot: Any = None) -> ThreadInfo:
        """The thread as a list shows it; `snapshot`: its state, if you have it. Raises as `state`."""
        return await self._list.named(thread_info(thread, snapshot or await self.state(thread)))

    async def messages(self, thread: str, checkpoint_id: str | None = None) -> list[ThreadMessage]:
        """The thread's messages, each with its citations; `checkpoint_id`: at the end of another branch.

        Raises `UnknownThread`, `DamagedThread`, `ThreadError`.
        """
        values = (await self.state(thread, checkpoint_id)).values
        await self.journal.flush()  # what the last run cited may be on its way
        return await thread_messages(self.journal, thread, values)

    async def rename(self, thread: str, title: str) -> str:
        """Give a thread a title; returns it, masked, in one line of at most 80 characters. An empty one takes it away.

        Raises `UnknownThread`, `ThreadError`.
        """
        await self.state(thread)
        return await self._list.rename(thread, await amasked(title, self.settings))

    async def delete(self, thread: str) -> None:
        """Forget a thread and what was recorded of it, for good.

        Raises `UnknownThread`, `ThreadBusy` while a run has it, `ThreadError`.
        """
        with suppress(DamagedThread):
            await self.state(thread)
        await self._list.delete(thread)

    async def export(self, thread: str, form: ExportFormat = "markdown", checkpoint_id: str | None = None) -> str:
        """The thread as the text of a file, "markdown" with its citations or "json".

        `checkpoint_id`: the end of the branch that is wanted; None: of the latest. Raises `UnknownThread`,
        `ThreadError`.
        """
        about = await self.describe(thread, await self.state(thread, checkpoint_id))
        return exported(about, await self.messages(thread, checkpoint_id), form)

    @property
    def _list(self) -> ThreadListing:
        return ThreadListing(self.source, self.stores, self.latest)
