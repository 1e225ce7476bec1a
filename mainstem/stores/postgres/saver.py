"""LangGraph's saver for PostgreSQL, fenced: what a run writes counts while its instance holds the thread.

A database that is started again cuts all connections off. What is asked of it is asked once more then: each write is
one transaction, and the same however often it is done.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Any, TypeVar

from langgraph.checkpoint.base import get_checkpoint_id
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg.errors import DivisionByZero
from psycopg.rows import dict_row

from ...stream.errors import ThreadsUnreachable
from ..threads.order import sort_behind
from .database import AWAY_ERRORS, CONNECT_SECONDS, ERRORS, unusable
from .fencing import fence, lost
from .one_statement import Query, Written, parts

AWAY_SECONDS = 60.0
"""How long a run waits for a database that is away; anybody else waits as long as for a connection."""

RETRY_SECONDS = 0.1

T = TypeVar("T")

_LATEST_ID = "SELECT MAX(checkpoint_id) AS id FROM checkpoints WHERE thread_id = %s AND checkpoint_ns = ANY(%s)"


class Saver(AsyncPostgresSaver):
    """The saver over a pool; what goes wrong is raised as `ThreadsUnreachable`. Each write is one transaction."""

    place = ""
    """What people are told of where it is."""

    async def aget_tuple(self, config: Any) -> Any:
        """A checkpoint."""
        found = await self._again(partial(super().aget_tuple, config))
        if found is not None:
            where: Any = found.config.get("configurable", {})
            if where["checkpoint_ns"] or get_checkpoint_id(config):
                await self._again(partial(self._keep_after, where))
            else:
                sort_behind(where["checkpoint_id"])  # it is the thread's latest
        return found

    async def _keep_after(self, where: Any) -> None:
        """Let the next checkpoint sort behind the latest of the thread, and of the subgraph that is read."""
        namespaces = list({"", where["checkpoint_ns"]})
        async with self._cursor() as cursor:
            await cursor.execute(_LATEST_ID, (where["thread_id"], namespaces))
            row = await cursor.fetchone()
        if row and row["id"]:
            sort_behind(str(row["id"]))

    async def aput(self, *args: Any, **more: Any) -> Any:
        """Store a checkpoint."""
        return await self._again(partial(super().aput, *args, **more))

    async def aput_writes(self, *args: Any, **more: Any) -> None:
        """Store what a task wrote."""
        await self._again(partial(super().aput_writes, *args, **more))

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete all of a thread."""
        await self._again(partial(super().adelete_thread, thread_id))

    async def alist(self, *args: Any, **more: Any) -> AsyncIterator[Any]:
        """Checkpoints of a thread, newest first."""
        async with self._told():
            async for found in super().alist(*args, **more):
                yield found

    @asynccontextmanager
    async def _cursor(self, *, pipeline: bool = False) -> AsyncGenerator[Any]:
        """A cursor on a connection of its own; `pipeline`: for what is written, which is one fenced transaction."""
        if pipeline:
            written = Written()
            yield written
            await self._write(parts(written.queries, fence.get()))
            return
        pool: Any = self.conn
        async with pool.connection() as connection, connection.cursor(binary=True, row_factory=dict_row) as cursor:
            yield cursor

    async def _write(self, queries: Sequence[Query]) -> None:
        pool: Any = self.conn
        try:
            async with pool.connection() as connection, connection.transaction() if queries[1:] else nullcontext():
                for query, values in queries:
                    await connection.execute(query, values)
        except DivisionByZero as error:
            raise lost() from error

    async def _again(self, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` gives; done again for as long as the database may be away. Raises `ThreadsUnreachable`."""
        loop = asyncio.get_running_loop()
        until = loop.time() + (CONNECT_SECONDS if fence.get() is None else AWAY_SECONDS)
        async with self._told():
            while True:
                try:
                    return await work()
                except AWAY_ERRORS:
                    if loop.time() >= until:
                        raise
                await asyncio.sleep(RETRY_SECONDS)

    @asynccontextmanager
    async def _told(self) -> AsyncGenerator[None]:
        try:
            yield
        except ERRORS as error:
            raise unusable(ThreadsUnreachable, f"The threads in {self.place}", error) from error
