"""LangGraph's saver for SQLite, that waits for a locked file once and says which file it is."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar, cast

from langgraph.checkpoint.base import get_checkpoint_id
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from ...stream.errors import ThreadsUnreachable, describe
from .connection import ThreadsConnection
from .order import sort_behind

T = TypeVar("T")


def storage_error(path: Path, error: Exception) -> ThreadsUnreachable:
    """What people are told of an error of the database at `path`."""
    hint = describe(error).hint or "Move the file away: a new one is begun, without the old threads."
    return ThreadsUnreachable(f"The threads in {path} cannot be used: {error}.", hint=hint)


class Saver(AsyncSqliteSaver):
    """The saver over `connection` to the file at `path`; what goes wrong is raised as `ThreadsUnreachable`.

    It waits `seconds` for a locked file. A run that fails for it still has its end to write: that, and whatever comes
    after it, does not wait a second time, until the file is free again.
    """

    def __init__(self, connection: Any, path: Path, seconds: float) -> None:
        super().__init__(connection)
        self._path = path
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._patient = True
        self._reader: SqliteSaver | None = None

    async def aput(self, *args: Any, **more: Any) -> Any:
        """Store a checkpoint."""
        async with self._told():
            stored = await super().aput(*args, **more)
            await self._wait(True)
            return stored

    async def aput_writes(self, *args: Any, **more: Any) -> None:
        """Store what a task wrote."""
        async with self._told():
            await super().aput_writes(*args, **more)
            await self._wait(True)

    async def aget_tuple(self, config: Any) -> Any:
        """A checkpoint."""
        async with self._told():
            found = await self._read(lambda reader: reader.get_tuple(config))
            if found is not None:
                place: Any = found.config.get("configurable", {})
                namespace = place.get("checkpoint_ns", "")  # who names a checkpoint may leave it out
                behind = {"", namespace}
                if not get_checkpoint_id(config):
                    sort_behind(place["checkpoint_id"])  # it is the latest there
                    behind.discard(namespace)
                await self._keep_after(place["thread_id"], behind)
            return found

    async def _keep_after(self, thread: str, namespaces: set[str]) -> None:
        """Let the next checkpoint sort behind the latest of the thread, and of the subgraph that is read."""
        query = "SELECT MAX(checkpoint_id) FROM checkpoints WHERE thread_id = ? AND checkpoint_ns = ?"
        for each in namespaces:
            async with self.conn.execute(query, (thread, each)) as cursor:
                row = await cursor.fetchone()
            if row and row[0]:
                sort_behind(str(row[0]))

    async def aget_delta_channel_history(self, *, config: Any, channels: Sequence[str]) -> Any:
        """What channels held when they were last stored whole, and what was written to them since."""
        async with self._told():
            return await self._read(lambda reader: reader.get_delta_channel_history(config=config, channels=channels))

    async def _read(self, ask: Callable[[SqliteSaver], T]) -> T:
        """What LangGraph's saver that is not async reads: in the connection's thread, by one way there and back."""

        def asked(there: sqlite3.Connection) -> T:
            reader = self._reader or SqliteSaver(there)
            reader.is_setup, reader.serde = True, self.serde
            self._reader = reader
            return ask(reader)

        await self.setup()
        return await cast("ThreadsConnection", self.conn).do(asked)

    async def alist(self, *args: Any, **more: Any) -> AsyncIterator[Any]:
        """Checkpoints of a thread, newest first."""
        try:
            async for found in super().alist(*args, **more):
                yield found
        except sqlite3.Error as error:
            raise storage_error(self._path, error) from error

    def get_next_version(self, current: str | None, channel: None) -> str:
        """A channel's version after `current`, which sorts behind it as LangGraph's own do.

        Those end in random digits, for stores that keep values by version. SQLite's does not, and every checkpoint
        holds some twenty versions: the digits were a tenth of a thread.
        """
        return f"{int(str(current or 0).partition('.')[0]) + 1:032}"

    @asynccontextmanager
    async def _told(self) -> AsyncGenerator[None]:
        async with self._turn:
            try:
                yield
            except sqlite3.Error as error:
                await self._wait("locked" not in str(error))
                raise storage_error(self._path, error) from error

    async def _wait(self, patient: bool) -> None:
        if patient != self._patient:
            self._patient = patient
            await self.conn.execute(f"PRAGMA busy_timeout = {int(self._seconds * 1000) if patient else 0}")
