"""Threads on disk: the saver of their checkpoints, the lock that gives a thread to one run, and lists of them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from ..stores import home
from ..stream.errors import ThreadBusy, ThreadError
from ..stream.events import plain
from ..stream.sources.remote_state import state_of
from ..stream.translate.message_fields import field, text_of

if TYPE_CHECKING:
    from filelock import FileLock

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
    damaged: bool = False
    """Whether what is stored of it cannot be read."""


def damaged(thread: str) -> ThreadInfo:
    """What a list shows of a thread that cannot be read."""
    return ThreadInfo(thread, title="(damaged: it cannot be read)", turns=0, updated_at="", waiting=False, damaged=True)


def described(thread: str, snapshot: Any) -> ThreadInfo:
    """What a list shows of the thread with this latest `StateSnapshot`."""
    values = cast("dict[str, Any]", snapshot.values if isinstance(snapshot.values, dict) else {})
    messages, turns = values.get("messages"), values.get("turns")  # a graph may call something else so
    questions = [m for m in cast("list[Any]", messages if isinstance(messages, list) else []) if _asks(m)]
    title = plain(str(values.get("title") or (text_of(questions[0]) if questions else "")))
    return ThreadInfo(
        thread_id=thread,
        title=" ".join(title.split())[:TITLE_CHARS],
        turns=turns if isinstance(turns, int) and turns else len(questions),
        updated_at=str(snapshot.created_at or ""),
        waiting=bool(snapshot.interrupts),
    )


def _asks(message: Any) -> bool:
    return field(message, "type") == "human"


def unfinished(snapshot: Any) -> bool:
    """Whether a run of the thread was cut short: there is something to go on with, without a new question.

    A kill at the very start leaves a task that has written and nothing that is next.
    """
    return bool(snapshot.next or snapshot.tasks)


async def served(graph: Any, limit: int) -> list[ThreadInfo]:
    """The latest threads that a `RemoteGraph`'s server holds, without those that nothing was said in yet."""
    found = await graph.client.threads.search(limit=limit, sort_by="updated_at", sort_order="desc")
    states = [(thread["thread_id"], await _state(graph, thread)) for thread in found]
    return [described(thread_id, state) for thread_id, state in states if state.values]


async def _state(graph: Any, thread: dict[str, Any]) -> Any:
    """A thread's state from the server's list; Aegra's list says nothing of it, and is asked for each."""
    if "values" not in thread:
        return await state_of(graph, {"configurable": {"thread_id": thread["thread_id"]}})
    return SimpleNamespace(
        values=thread["values"], created_at=thread["updated_at"], interrupts=thread.get("interrupts")
    )


# From thread to thread along the key, and of each its last row: grouping would read every checkpoint there is.
_LATEST = """
WITH RECURSIVE found(id) AS (
    SELECT MIN(thread_id) FROM checkpoints
    UNION ALL
    SELECT (SELECT MIN(thread_id) FROM checkpoints WHERE thread_id > id) FROM found WHERE id IS NOT NULL
)
SELECT id, (SELECT MAX(checkpoint_id) FROM checkpoints WHERE thread_id = id AND checkpoint_ns = '') AS latest
FROM found WHERE latest IS NOT NULL ORDER BY latest DESC LIMIT ?
"""


async def latest(saver: Any, limit: int) -> list[str]:
    """The ids of the threads in `saver`, newest first; none where it is not ours."""
    if not hasattr(saver, "conn"):
        return []
    async with saver.conn.execute(_LATEST, (limit,)) as cursor:
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

    from .saver import Saver, broken

    await _folder(path.parent)
    try:
        async with aiosqlite.connect(path, timeout=BUSY_SECONDS) as connection:
            await connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            await connection.execute("PRAGMA journal_mode = WAL")
            await connection.execute("PRAGMA synchronous = NORMAL")
            saver = Saver(connection, path, BUSY_SECONDS)
            saver.get_next_version = lambda current, channel: plain_version(current)
            await saver.setup()
            yield saver
    except aiosqlite.Error as error:
        raise broken(path, error) from error


async def _folder(path: Path, below: str = "") -> None:
    try:
        await asyncio.to_thread(home.made, path, below)
    except OSError as error:
        hint = "Check its permissions, or set MAINSTEM_HOME, or --home, to another folder."
        raise ThreadError(f"The home folder {path} cannot be used: {error.strerror}.", hint=hint) from error


@asynccontextmanager
async def hold(folder: Path, thread: str) -> AsyncGenerator[None]:
    """Hold a thread against every other run on this machine. Raises `ThreadBusy`."""
    from filelock import Timeout

    lock, busy = _lock(folder, thread), ThreadBusy(f"Thread {thread!r} is busy with another run.")
    path = Path(lock.lock_file)
    if path in _held:
        raise busy
    _held.add(path)
    try:
        await _folder(folder.parent, folder.name)
        await asyncio.to_thread(lock.acquire)
        try:
            yield
        finally:
            await asyncio.to_thread(_let_go, lock)
    except Timeout:
        raise busy from None
    finally:
        _held.discard(path)


_held: set[Path] = set()
"""The locks of this process: of two runs that are asked for at once, the first is the one that runs."""


def held(folder: Path, thread: str) -> bool:
    """Whether a run on this machine holds the thread just now."""
    from filelock import Timeout

    lock = _lock(folder, thread)
    path = Path(lock.lock_file)
    if path in _held or not path.exists():
        return path in _held
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    _let_go(lock)
    return False


def _let_go(lock: "FileLock") -> None:
    """Release a lock and leave no file of it; whoever waits for it notices, and makes a new one."""
    with suppress(OSError):
        Path(lock.lock_file).unlink()
    lock.release()


def _lock(folder: Path, thread: str) -> "FileLock":
    from filelock import FileLock

    name = blake2b(thread.encode(), digest_size=16).hexdigest()
    # not at once: whoever only looks, as `held` does, has it for a moment
    return FileLock(folder / f"{name}.lock", timeout=0.1, poll_interval=0.02, thread_local=False)
