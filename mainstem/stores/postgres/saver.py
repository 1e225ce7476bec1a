"""LangGraph's saver for PostgreSQL, fenced: what a run writes counts while its instance holds the thread."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import Any

from langgraph.checkpoint.base import get_checkpoint_id
from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver
from psycopg.errors import DivisionByZero
from psycopg.rows import dict_row

from ...stream.errors import ThreadError
from ..threads.order import sort_behind
from .database import ERRORS
from .fencing import fence, lost
from .one_statement import Query, Written, parts

_LATEST_ID = "SELECT MAX(checkpoint_id) AS id FROM checkpoints WHERE thread_id = %s AND checkpoint_ns = ANY(%s)"


class Saver(AsyncPostgresSaver):
    """The saver over a pool; what goes wrong is raised as `ThreadError`. Each write is one transaction."""

    place = ""
    """What people are told of where it is."""

    async def aget_tuple(self, config: Any) -> Any:
        """A checkpoint."""
        async with self._told():
            found = await super().aget_tuple(config)
        if found is not None:
            where: Any = found.config.get("configurable", {})
            if where["checkpoint_ns"] or get_checkpoint_id(config):
                await self._keep_after(where)
            else:
                sort_behind(where["checkpoint_id"])  # it is the thread's latest
        return found

    async def _keep_after(self, where: Any) -> None:
        """Let the next checkpoint sort behind the latest of the thread, and of the subgraph that is read."""
        namespaces = list({"", where["checkpoint_ns"]})
        async with self._told(), self._cursor() as cursor:
            await cursor.execute(_LATEST_ID, (where["thread_id"], namespaces))
            row = await cursor.fetchone()
        if row and row["id"]:
            sort_behind(str(row["id"]))

    async def aput(self, *args: Any, **more: Any) -> Any:
        """Store a checkpoint."""
        async with self._told():
            return await super().aput(*args, **more)

    async def aput_writes(self, *args: Any, **more: Any) -> None:
        """Store what a task wrote."""
        async with self._told():
            await super().aput_writes(*args, **more)

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete all of a thread."""
        async with self._told():
            await super().adelete_thread(thread_id)

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

    @asynccontextmanager
    async def _told(self) -> AsyncGenerator[None]:
        try:
            yield
        except ERRORS as error:
            hint = "See whether the database of MAINSTEM_DATABASE_URL can be reached."
            raise ThreadError(f"The threads in {self.place} cannot be used: {error}.", hint=hint) from error
