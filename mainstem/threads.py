"""Threads on disk: the saver of their checkpoints, the lock that gives a thread to one run, and lists of them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

from .stream.errors import ThreadBusy, ThreadError, describe

BUSY_SECONDS = 15.0
"""How long the threads' database waits for another process."""

TITLE_CHARS = 80
"""Length of a thread's title in a list."""


@dataclass(frozen=True)
class ThreadInfo:
    """A thread, as a list shows it."""

    thread_id: str
    title: str
    """The beginning of its first question."""
    turns: int
    """How many questions it holds."""
    updated_at: str
    """When it last changed, ISO 8601."""
    waiting: bool
    """Whether a person must decide before it goes on."""


def described(thread: str, snapshot: Any) -> ThreadInfo:
    """What a list shows of the thread with this latest `StateSnapshot`."""
    values = cast("dict[str, Any]", snapshot.values if isinstance(snapshot.values, dict) else {})
    questions = [m for m in values.get("messages") or () if getattr(m, "type", "") == "human"]
    title = str(values.get("title") or (questions[0].text if questions else ""))
    return ThreadInfo(
        thread_id=thread,
        title=" ".join(title.split())[:TITLE_CHARS],
        turns=int(values.get("turns") or len(questions)),
        updated_at=str(snapshot.created_at or ""),
        waiting=bool(snapshot.interrupts),
    )


async def latest(saver: Any, limit: int) -> list[str]:
    """The ids of the threads in `saver`, newest first; none where it is not ours."""
    if not hasattr(saver, "conn"):
        return []
    query = "SELECT thread_id, MAX(checkpoint_id) AS latest FROM checkpoints WHERE checkpoint_ns = '' "
    query += "GROUP BY thread_id ORDER BY latest DESC LIMIT ?"
    async with saver.conn.execute(query, (limit,)) as cursor:
        return [str(row[0]) for row in await cursor.fetchall()]


def plain_version(current: str | None) -> str:
    """The version of a channel after `current`, which sorts behind it as LangGraph's own do.

    Those end in random digits, for stores that keep values by version. SQLite's does not, and every checkpoint holds
    some twenty versions: the digits were a tenth of a thread.
    """
    return f"{int(str(current or 0).partition('.')[0]) + 1:032}"


@asynccontextmanager
async def saver(path: Path) -> AsyncGenerator[Any]:
    """The one saver of this process for the threads at `path`."""
    import aiosqlite
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    try:
        async with aiosqlite.connect(path, timeout=BUSY_SECONDS) as connection:
            await connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            await connection.execute("PRAGMA journal_mode = WAL")
            saver = AsyncSqliteSaver(connection)
            saver.get_next_version = lambda current, channel: plain_version(current)
            await saver.setup()
            yield saver
    except aiosqlite.Error as error:
        hint = describe(error).hint or "Move the file away: a new one is begun, without the old threads."
        raise ThreadError(f"The threads in {path} cannot be used: {error}.", hint=hint) from error


@asynccontextmanager
async def hold(folder: Path, thread: str) -> AsyncGenerator[None]:
    """Hold a thread against every other run on this machine. Raises `ThreadBusy`."""
    from filelock import FileLock, Timeout

    name = blake2b(thread.encode(), digest_size=16).hexdigest()
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    lock = FileLock(folder / f"{name}.lock", timeout=0, thread_local=False)
    try:
        await asyncio.to_thread(lock.acquire)
    except Timeout:
        raise ThreadBusy(f"Thread {thread!r} is busy with another run.") from None
    try:
        yield
    finally:
        await asyncio.to_thread(lock.release)
