"""Threads and runs over one graph and its checkpointer, on this machine's disk."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from . import agents
from .knowledge import Progress
from .knowledge.shelf import library, prepare
from .settings import Settings, use
from .stream.errors import MainstemError, ThreadBusy, ThreadError, UnknownThread, describe
from .stream.events import AnyEvent, decode
from .stream.events import Progress as ProgressEvent
from .stream.fold import Result
from .stream.journal import Journal, Keep
from .stream.replay import replay
from .stream.run import Emit, Run, Setting, resuming
from .stream.sources import Source, source_of
from .stream.watch import with_thread

BUSY_SECONDS = 15.0
"""How long the threads' database waits for another process."""

T = TypeVar("T")


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


class Session:
    """Ask, resume and look back, over the agent that the working folder's langgraph.json names, or the bundled one.

    `Session(graph=…)` works over any compiled graph or `RemoteGraph`; one without a checkpointer is given ours. Use it
    as an async context manager. `settings` default to the environment's.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        graph: Any = None,
        agent: agents.Agent | None = None,
        answer_nodes: frozenset[str] | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.library = library(self.settings)
        keep = Keep(self.settings.journal_days, self.settings.journal_mb)
        self.journal = Journal(self.settings.home / "journal.sqlite", keep)
        self._graph = graph
        self._agent = agent
        self._answer_nodes = answer_nodes
        self._source: Source | None = None
        self._runs: set[Run] = set()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Load the graph and open the threads. Raises `AgentError` or `MainstemError` when that fails."""
        graph = self._graph
        if graph is None:
            self._agent = self._agent or await asyncio.to_thread(agents.find)
            with use(self.settings):
                graph = await asyncio.to_thread(agents.load, self._agent)
        source = source_of(graph)
        if not source.keeps_threads:
            saver = await self._stack.enter_async_context(_saver(self.settings.home / "threads.sqlite"))
            source = source_of(graph.copy(update={"checkpointer": saver}))
        self._source = source
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop what still runs, and write what is left to write."""
        await asyncio.gather(*(run.stop() for run in list(self._runs)))
        await self.journal.close()
        await self._stack.aclose()

    @property
    def source(self) -> Source:
        """The graph of this session. Raises `MainstemError` outside of `async with`."""
        if self._source is None:
            raise MainstemError("The session is not open.", hint="Use it as: async with Session() as session: …")
        return self._source

    @property
    def bundled(self) -> bool:
        """Whether this session's graph is the agent that comes with the package."""
        return self._agent is not None and self._agent.bundled

    # runs

    def ask(
        self,
        question: str,
        *,
        thread: str | None = None,
        tags: Mapping[str, str] | None = None,
    ) -> Run:
        """Ask a question, in a new thread or in `thread`; returns the run at once, to be read."""
        message = {"role": "user", "content": question}
        return self.start({"messages": [message]}, thread=thread, tags=tags)

    def start(
        self,
        given: Any,
        *,
        thread: str | None = None,
        tags: Mapping[str, str] | None = None,
        config: Mapping[str, Any] | None = None,
        context: Any = None,
    ) -> Run:
        """Run the graph on any input. A thread that is busy ends the run as failed, with `ThreadBusy`."""
        setting = self._setting(thread, dict(tags or {}), config, context)
        return self._run(given, replace(setting, before=self._prepare if self.bundled else None))

    def resume(self, thread: str, decisions: Any = None, *, tags: Mapping[str, str] | None = None) -> Run:
        """Go on with a thread: with decisions for its interrupts, or, after a crash, from its last checkpoint.

        `decisions`: `{interrupt_id: {"decisions": [{"type": "approve"}]}}` (LangChain's `HITLResponse`), or one
        response alone when there is one interrupt. An unknown thread ends the run as failed, with `UnknownThread`.
        """
        setting = self._setting(thread, dict(tags or {}), None, None)
        return self._run(resuming(decisions), replace(setting, before=partial(self._check, thread, decisions)))

    def _run(self, given: Any, setting: Setting) -> Run:
        with use(self.settings):
            run = Run(self.source, given, setting)
        self._runs.add(run)
        run.when_done(lambda: self._runs.discard(run))
        return run

    def _setting(self, thread: str | None, tags: dict[str, str], config: Any, context: Any) -> Setting:
        full = with_thread(self.source, config)
        if thread is not None:
            full["configurable"]["thread_id"] = thread
        if self.bundled:
            full.setdefault("recursion_limit", self.settings.max_steps)
        if tags:
            full["metadata"] = {**(full.get("metadata") or {}), **tags}
        thread_id = str(full["configurable"].get("thread_id") or "")
        return Setting(
            config=full,
            context=context,
            answer_nodes=self._answer_nodes,
            tags=tags,
            journal=self.journal,
            memory=int(self.settings.log_mb * 2**20),
            around=partial(_hold, self.settings.home / "locks", thread_id),
            again=lambda decisions: self.resume(thread_id, decisions, tags=tags),
        )

    async def _prepare(self, emit: Emit) -> None:
        """Index what the settings name, and the bundled docs, before the agent looks for them."""

        def tell(progress: Progress) -> None:
            emit(ProgressEvent(label=progress.label, done=progress.done, total=progress.total, unit=progress.unit))

        await prepare(self.settings, tell)

    async def _check(self, thread: str, decisions: Any, emit: Emit) -> None:
        snapshot = await self.source.graph.aget_state({"configurable": {"thread_id": thread}})
        if not snapshot.values and not snapshot.next:
            raise UnknownThread(f"There is no thread {thread!r}.")
        if decisions is not None and not snapshot.interrupts:
            raise ThreadError(f"Thread {thread!r} waits for no decision.", hint="Ask it something instead.")
        if decisions is None and snapshot.interrupts:
            raise ThreadError(
                f"Thread {thread!r} waits for a decision.",
                hint=f"mainstem resume {thread} --approve, or --reject TEXT, or --decisions JSON.",
            )

    async def replay(self, run_id: str, from_seq: int = 1) -> AsyncIterator[AnyEvent]:
        """A run's events from `from_seq` on, while it goes on (in any process) or after it ended.

        A reader that comes back with the last `seq` it saw, plus one, gets the rest exactly once; what was pruned shows
        as `gap`. Raises `UnknownRun`, `JournalError`.
        """
        async for data in self.lines(run_id, from_seq):
            yield decode(data)

    async def lines(self, run_id: str, from_seq: int = 1) -> AsyncIterator[bytes]:
        """The same as JSON, byte for byte as it was sent."""
        live = next((run for run in self._runs if run.run_id == run_id), None)
        async for data in live.lines(from_seq) if live else replay(self.journal, run_id, from_seq):
            yield data

    # threads

    async def state(self, thread: str) -> Any:
        """The thread's latest `StateSnapshot`. Raises `UnknownThread`."""
        snapshot = await self.source.graph.aget_state({"configurable": {"thread_id": thread}})
        if not snapshot.values and not snapshot.next:
            raise UnknownThread(f"There is no thread {thread!r}.")
        return snapshot

    async def threads(self, limit: int = 50) -> list[ThreadInfo]:
        """The latest threads, newest first; empty where the graph keeps its threads elsewhere."""
        saver: Any = getattr(self.source.graph, "checkpointer", None)
        if not hasattr(saver, "conn"):
            return []
        query = "SELECT thread_id, MAX(checkpoint_id) AS latest FROM checkpoints WHERE checkpoint_ns = '' "
        query += "GROUP BY thread_id ORDER BY latest DESC LIMIT ?"
        async with saver.conn.execute(query, (limit,)) as cursor:
            rows = await cursor.fetchall()
        return [await self._thread_info(str(row[0])) for row in rows]

    async def _thread_info(self, thread: str) -> ThreadInfo:
        snapshot = await self.source.graph.aget_state({"configurable": {"thread_id": thread}})
        values = cast("dict[str, Any]", snapshot.values if isinstance(snapshot.values, dict) else {})
        questions = [m for m in values.get("messages") or () if getattr(m, "type", "") == "human"]
        title = str(values.get("title") or (questions[0].text if questions else ""))
        turns = int(values.get("turns") or len(questions))
        return ThreadInfo(
            thread_id=thread,
            title=" ".join(title.split())[:80],
            turns=turns,
            updated_at=str(snapshot.created_at or ""),
            waiting=bool(snapshot.interrupts),
        )


@asynccontextmanager
async def _saver(path: Path) -> AsyncGenerator[Any]:
    """The one saver of this process for the threads at `path`."""
    import aiosqlite
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    try:
        async with aiosqlite.connect(path, timeout=BUSY_SECONDS) as connection:
            await connection.execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")
            await connection.execute("PRAGMA journal_mode = WAL")
            saver = AsyncSqliteSaver(connection)
            await saver.setup()
            yield saver
    except aiosqlite.Error as error:
        hint = describe(error).hint or "Move the file away: a new one is begun, without the old threads."
        raise ThreadError(f"The threads in {path} cannot be used: {error}.", hint=hint) from error


@asynccontextmanager
async def _hold(folder: Path, thread: str) -> AsyncGenerator[None]:
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


class SyncRun:
    """A `Run` for code without an event loop: the same names, plain iteration."""

    def __init__(self, run: Run, call: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self.run_id = run.run_id
        self.thread_id = run.thread_id
        self._run = run
        self._call = call

    def __iter__(self) -> Iterator[AnyEvent]:
        """The events from the first on. Leaving before the end stops the run."""
        events = aiter(self._run)
        try:
            while (event := self._call(_next(events))) is not None:
                yield event
        finally:
            self._call(_close(events))

    def result(self) -> Result:
        """Wait for the end, and return what came of it."""
        return self._call(self._run.result())

    def stop(self) -> Result:
        """Stop the graph, keep what there is, and return it."""
        return self._call(self._run.stop())

    def resume(self, decisions: Any = None) -> "SyncRun":
        """The run that goes on from this one's interrupts."""

        async def again() -> Run:
            return self._run.resume(decisions)

        return SyncRun(self._call(again()), self._call)


class SyncSession:
    """`Session` for scripts: the same names without `await`. It runs an event loop in a thread of its own."""

    def __init__(self, settings: Settings | None = None, *, graph: Any = None) -> None:
        self._session = Session(settings, graph=graph)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="mainstem-session", daemon=True)

    def __enter__(self) -> Self:
        """Load the graph and open the threads."""
        self._thread.start()
        try:
            self._call(self._session.__aenter__())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop what still runs, and write what is left to write."""
        try:
            self._call(self._session.__aexit__(kind, error, trace))
        finally:
            self._end()

    def _call(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def ask(self, question: str, *, thread: str | None = None, tags: Mapping[str, str] | None = None) -> SyncRun:
        """Ask a question, in a new thread or in `thread`."""
        return self._started(lambda: self._session.ask(question, thread=thread, tags=tags))

    def start(self, given: Any, *, thread: str | None = None, tags: Mapping[str, str] | None = None) -> SyncRun:
        """Run the graph on any input."""
        return self._started(lambda: self._session.start(given, thread=thread, tags=tags))

    def resume(self, thread: str, decisions: Any = None) -> SyncRun:
        """Go on with a thread."""
        return self._started(lambda: self._session.resume(thread, decisions))

    def threads(self, limit: int = 50) -> list[ThreadInfo]:
        """The latest threads, newest first."""
        return self._call(self._session.threads(limit))

    def _started(self, start: Callable[[], Run]) -> SyncRun:
        async def begin() -> Run:
            return start()

        return SyncRun(self._call(begin()), self._call)


async def _next(events: AsyncIterator[AnyEvent]) -> AnyEvent | None:
    return await anext(events, None)


async def _close(events: AsyncIterator[AnyEvent]) -> None:
    await cast("Any", events).aclose()
