"""Threads in PostgreSQL: LangGraph's checkpoints, and leases that name an instance."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from psycopg_pool import AsyncConnectionPool

from ...stream import log_context
from ...stream.errors import ThreadBusy, ThreadsUnreachable
from . import rules
from .database import ERRORS, GIVE_UP_SECONDS, Pool, unusable
from .fencing import fence, lost
from .instances import Instance
from .orphans import recover
from .saver import Saver
from .watch import Watch

MAX_CONNECTIONS = 8
"""Connections of a session for its threads' checkpoints."""

_MAKING = 7_306_084_164
"""The advisory lock of whoever makes LangGraph's tables."""

# From thread to thread along the key, and of each its last row: grouping would read every checkpoint there is.
_LATEST = """
WITH RECURSIVE found(id) AS (
    SELECT MIN(thread_id) FROM checkpoints
    UNION ALL
    SELECT (SELECT MIN(thread_id) FROM checkpoints WHERE thread_id > id) FROM found WHERE id IS NOT NULL
), latest(id, checkpoint) AS (
    SELECT id, (SELECT MAX(checkpoint_id) FROM checkpoints WHERE thread_id = id AND checkpoint_ns = '') FROM found
)
SELECT id FROM latest WHERE checkpoint IS NOT NULL ORDER BY checkpoint DESC LIMIT %s
"""


MAKING_SECONDS = 0.1
"""How often it is looked whether somebody still makes LangGraph's tables."""


async def _has_lock(connection: Any) -> bool:
    tried = await connection.execute("SELECT pg_try_advisory_lock(%s)", (_MAKING,))
    return bool((await tried.fetchone())[0])


class PostgresThreads:
    """The threads in the database of `pool`, for the runs of one instance."""

    def __init__(self, pool: Pool, instance: Instance, watch: Watch) -> None:
        self._pool = pool
        self._instance = instance
        self._watch = watch

    @asynccontextmanager
    async def saver(self) -> AsyncGenerator[Any]:
        """The saver, to be used within; its tables are made where there are none."""
        await self._told(self._prepare)
        options = {"autocommit": True, "prepare_threshold": 0}
        pool = AsyncConnectionPool(
            self._pool.conninfo,
            kwargs=options,
            min_size=0,
            max_size=MAX_CONNECTIONS,
            open=False,
            reconnect_timeout=GIVE_UP_SECONDS,
            timeout=GIVE_UP_SECONDS + 1,  # who has waited so long asks again, and lets it begin again
        )
        async with pool:
            saver = Saver(pool)  # type: ignore[arg-type]  # its cursors make the rows that it wants
            saver.place = self._pool.place
            await self._setup(saver)
            yield saver

    def _prepare(self) -> None:
        with self._pool.transaction():
            pass

    async def _setup(self, saver: Saver) -> None:
        try:
            async with saver.conn.connection() as connection:  # type: ignore[union-attr]  # a pool is what it was made with
                # waiting in the database would keep it from making an index beside what runs there
                while not await _has_lock(connection):  # noqa: ASYNC110 - another process tells of it nowhere
                    await asyncio.sleep(MAKING_SECONDS)
                try:
                    await saver.setup()
                finally:
                    await connection.execute("SELECT pg_advisory_unlock(%s)", (_MAKING,))
        except ERRORS as error:
            raise self._unusable(error) from error

    async def latest(self, saver: Any, limit: int | None = None) -> list[str]:
        """The ids of the threads in `saver`, newest first; none where it keeps them elsewhere."""
        return await self._told(lambda: self._latest(limit)) if isinstance(saver, Saver) else []

    def _latest(self, limit: int | None) -> list[str]:
        with self._pool.connection() as connection:
            return [row[0] for row in connection.execute(_LATEST, (limit,)).fetchall()]

    @asynccontextmanager
    async def lease(self, thread: str) -> AsyncGenerator[None]:
        """Hold a thread against every other run on all machines. Raises `ThreadBusy`.

        A run that was taken over holds its thread already, and is let in.
        """
        run_id = log_context.run_id.get() or None
        self._watch.begin()
        instance = await self._told(lambda: self._take(thread, run_id))
        fence.set(instance)
        try:
            yield
        finally:
            fence.set(None)
            await asyncio.shield(asyncio.to_thread(self._free, thread, instance, run_id))

    def _take(self, thread: str, run_id: str | None) -> int:
        try:
            return self._taken(thread, run_id)
        except ERRORS:
            if (mine := self._instance.id) is not None:  # perhaps it was taken, and only the answer is lost
                self._watch.when_heard(self._freeing(thread, mine, run_id))
            raise

    def _taken(self, thread: str, run_id: str | None) -> int:
        mine = self._number_for(run_id)
        with self._pool.transaction() as connection:
            if connection.execute(rules.STILL_COUNTS, (mine,)).fetchone() is None:
                self._instance.given_up(mine)
                mine = None
            elif connection.execute(rules.TAKE, (thread, mine, run_id)).fetchone() is not None:
                return mine
            overdue = connection.execute(rules.HELD_OVERDUE, (thread,)).fetchone() is not None
        if mine is not None and not overdue:
            raise ThreadBusy(f"Thread {thread!r} is busy with another run.")
        return self._take_again(thread, run_id)

    def _take_again(self, thread: str, run_id: str | None) -> int:
        """Once more, when this instance has a new number or the one that has the thread is overdue or gone."""
        mine = self._number_for(run_id)
        with self._pool.connect() as connection:
            recover(connection, self._watch)
            with connection.transaction():
                if connection.execute(rules.STILL_COUNTS, (mine,)).fetchone() is None:
                    self._instance.given_up(mine)
                    raise lost()
                if connection.execute(rules.TAKE, (thread, mine, run_id)).fetchone() is None:
                    raise ThreadBusy(f"Thread {thread!r} is busy with another run.")
        return mine

    def _number_for(self, run_id: str | None) -> int:
        """This instance's number. Raises `LeaseLost` for a run that it had by an earlier one: that is another's now."""
        mine = self._instance.joined()
        if run_id is not None and self._instance.runs.get(run_id, mine) != mine:
            raise lost()
        return mine

    def _free(self, thread: str, instance: int, run_id: str | None) -> None:
        freeing = self._freeing(thread, instance, run_id)
        try:
            with self._pool.connection() as connection:
                freeing(connection)
        except ERRORS:
            self._watch.when_heard(freeing)

    def _freeing(self, thread: str, instance: int, run_id: str | None) -> Callable[[Any], object]:
        return lambda connection: connection.execute(rules.FREE, (thread, instance, run_id))

    async def leased(self, thread: str) -> bool:
        """Whether a run, in whichever process, holds the thread just now."""
        return await self._told(lambda: self._leased(thread))

    def _leased(self, thread: str) -> bool:
        with self._pool.connection() as connection:
            # what is overdue is about to be taken over by a process that serves; others take such a thread themselves
            held = rules.HELD_IN_TIME if self._instance.serves is None else rules.HELD
            return connection.execute(held, (thread,)).fetchone() is not None

    async def _told(self, work: Any) -> Any:
        try:
            return await asyncio.to_thread(work)
        except ERRORS as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> ThreadsUnreachable:
        return unusable(ThreadsUnreachable, f"The threads in {self._pool.place}", error)
