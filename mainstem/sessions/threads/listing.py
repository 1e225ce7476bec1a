"""The threads of a session: listed, searched, renamed, deleted."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from ...stores.opening import Stores
from ...stream.errors import DamagedThread, ThreadError, UnknownThread, describe
from ...stream.repair import messages_of
from ...stream.sources import Source
from ...stream.translate.message_fields import text_of
from ...text import one_line
from .branches import said_elsewhere
from .info import TITLE_CHARS, ThreadInfo, served, thread_info, unreadable_thread

log = logging.getLogger("mainstem.sessions")

Among = Callable[[Sequence[str]], Awaitable[list[str]]]
"""Which of these threads are meant."""

Read = Callable[[str], Awaitable[Any]]
"""Reads a thread's latest `StateSnapshot`. Raises `DamagedThread`."""

SERVED = 1000
"""Threads of a server that are looked through at most."""


class ThreadListing:
    """The threads that `source` keeps, under the titles of `stores`."""

    def __init__(self, source: Source, stores: Stores, read: Read) -> None:
        self._source = source
        self._stores = stores
        self._read = read

    async def listed(self, limit: int, among: Among | None, after: str | None, search: str) -> list[ThreadInfo]:
        """The latest threads, newest first; see `Session.threads`."""
        words, found = search.casefold().split(), list[ThreadInfo]()
        async for thread, text in self._described(limit, among, after, bool(words)):
            if _holds(text, words) or (words and _holds(f"{text}\n{await self._elsewhere(thread)}", words)):
                found.append(thread)
            if len(found) == limit:
                break
        return found

    async def find(self, begins: str) -> str:
        """The thread of that id, or the only one whose id begins so. Raises `UnknownThread`."""
        graph = self._source.graph
        if hasattr(graph, "assistant_id"):
            ids = [each.thread_id for each in await served(graph, SERVED)]
        else:
            ids = await self._stores.threads.latest(getattr(graph, "checkpointer", None))
        found = [thread for thread in ids if begins and thread.startswith(begins)]
        if begins in found:
            return begins
        if len(found) != 1:
            raise UnknownThread(f"{'Several threads begin with' if found else 'There is no thread'} {begins!r}.")
        return found[0]

    async def named(self, thread: ThreadInfo) -> ThreadInfo:
        """The thread under the title that a person gave it."""
        title = (await self._stores.thread_titles.of([thread.thread_id])).get(thread.thread_id)
        return thread if title is None else replace(thread, title=title)

    async def rename(self, thread: str, title: str) -> str:
        """Give a thread a title, in one line; returns it. An empty one takes it away. Raises `ThreadError`."""
        title = one_line(title)[:TITLE_CHARS]
        await self._stores.thread_titles.set(thread, title or None)
        return title

    async def delete(self, thread: str) -> None:
        """Forget a thread: its checkpoints, its runs and its title. Raises `ThreadBusy`, `ThreadError`."""
        async with self._stores.threads.lease(thread):
            graph = self._source.graph
            if hasattr(graph, "assistant_id"):
                await graph.client.threads.delete(thread)
            else:
                await _deleted(graph.checkpointer, thread)
            await self._stores.journal.forget(thread)
            await self._stores.thread_titles.set(thread, None)
            await self._stores.reviews.forget(thread)

    async def _described(
        self, limit: int, among: Among | None, after: str | None, whole: bool
    ) -> AsyncIterator[tuple[ThreadInfo, str]]:
        """Threads and what is searched in them; `whole`: also those that `limit` would leave out."""
        graph = self._source.graph
        if hasattr(graph, "assistant_id"):
            everything = await served(graph, SERVED if whole or after else limit)
            ids = await self._meant([each.thread_id for each in everything], among, after)
            told = {each.thread_id: each for each in everything}
            for thread in ids:
                named = await self.named(told[thread])
                yield named, named.title
            return
        ids = await self._stores.threads.latest(getattr(graph, "checkpointer", None))
        for thread in await self._meant(ids, among, after):
            yield await self._read_out(thread)

    async def _meant(self, threads: list[str], among: Among | None, after: str | None) -> list[str]:
        unlisted = await self._stores.owners.of("unlisted", threads)
        listed = [thread for thread in threads if thread not in unlisted]
        own = listed if among is None else await among(listed)
        if after is None:
            return own
        if after not in own:
            raise UnknownThread(f"There is no thread {after!r}.", hint="List from the beginning.")
        return own[own.index(after) + 1 :]

    async def _read_out(self, thread: str) -> tuple[ThreadInfo, str]:
        try:
            snapshot = await self._read(thread)
        except DamagedThread:
            return unreadable_thread(thread), ""
        named = await self.named(thread_info(thread, snapshot))
        return named, "\n".join([named.title, *map(text_of, messages_of(snapshot.values)[1])])

    async def _elsewhere(self, thread: ThreadInfo) -> str:
        """What a search looks through where the latest branch does not hold all of its words."""
        try:
            return "" if thread.damaged else await said_elsewhere(self._source, thread.thread_id)
        except Exception as error:  # noqa: BLE001 - whatever is damaged there, the other threads are listed
            log.warning("Thread %s cannot be searched: %s", thread.thread_id, describe(error).message)
            return ""


def _holds(text: str, words: Sequence[str]) -> bool:
    said = text.casefold()
    return all(word in said for word in words)


async def _deleted(saver: Any, thread: str) -> None:
    if saver in (None, False) or not hasattr(saver, "adelete_thread"):
        raise ThreadError("This graph keeps no threads that could be deleted.")
    await saver.adelete_thread(thread)
