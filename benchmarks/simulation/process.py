"""A process of the simulation: the product's stores over its own pool, its runs, and their readers."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from mainstem.stores.journal.items import TellCommitted
from mainstem.stores.journal.journal import JournalTables
from mainstem.stores.journal.records import Retention
from mainstem.stores.journal.replay import batches
from mainstem.stores.ledger import LedgerTable
from mainstem.stores.postgres.database import ERRORS, PostgresTables
from mainstem.stores.postgres.instances import Instance
from mainstem.stores.postgres.journal import PostgresJournal, look_seconds
from mainstem.stores.postgres.sharing import PostgresSharing
from mainstem.stores.postgres.threads import PostgresThreads
from mainstem.stores.postgres.watch import Watch
from mainstem.stores.sharing import Command, Orphan
from mainstem.stream.errors import JournalError, UnknownRun

from . import threads
from .connections import SimulatedPool
from .graph import GraphRun
from .schedule import Machine

if TYPE_CHECKING:
    from .world import World


class SimulatedJournal(PostgresJournal):
    """The journal, for readers that are tasks and no coroutines."""

    async def read(self, run_id: str, from_seq: int = 1, limit: int = 256) -> list[tuple[int, bytes]]:
        return await JournalTables.read(self, run_id, from_seq, limit)

    async def flush(self, *, hurry: bool = True) -> None:
        if self._writer is not None and self._writer.thread.is_alive():
            done = threads.Event()
            self._writer.put(TellCommitted(done.set, hurry))
            done.wait(self._limits.wait_seconds)

    async def more(self, run_id: str, from_seq: int) -> None:
        self._watch.begin()
        came = threads.Event()
        forget = self._watch.call_at(run_id, from_seq, came.set)
        came.wait(look_seconds(listens=self._watch.listens))
        forget()


class Process(Machine):
    """One server: what it has in memory is gone when it dies."""

    def __init__(self, world: "World", number: int, lease_seconds: float, graph: str) -> None:
        super().__init__(number)
        self.world = world
        self.graph = graph
        self.leaves = False
        self.runs: dict[str, GraphRun] = {}
        pool: Any = SimulatedPool(world.database, world.network, self)
        self.pool = pool
        self.instance = Instance(pool, lease_seconds)
        self.watch = Watch(pool, self.instance)
        self.journal = SimulatedJournal(pool, self.instance, self.watch, Retention())
        self.journal.target.prune = lambda: None  # type: ignore[method-assign]  # how old a run is decides nothing here
        self.threads = PostgresThreads(pool, self.instance, self.watch)
        self.ledger = LedgerTable(PostgresTables(pool))
        self.sharing = PostgresSharing(pool, self.instance, self.watch, self.journal)

    def begin(self) -> None:
        """Serve: take over what is left, as `RunManager.open` does, and obey."""
        self.sharing.serve(self.graph, self._adopt, self._obey)
        self.list_runs()

    def list_runs(self) -> None:
        """Look at the runs, as `mainstem runs`: of those that go on, none is one that nobody can go on with."""
        with suppress(JournalError):
            threads.done(self.journal.recover())

    def look(self) -> None:
        """Serve nothing: look at the runs now and then, as the command line does, from far away."""
        self.far_away = 0.6
        while True:
            self.list_runs()
            threads.schedule.wait(0.5)

    @property
    def is_idle(self) -> bool:
        """Whether it runs nothing, and has written all that it had to."""
        writer: Any = self.journal._writer
        return not self.runs and (writer is None or not (writer._backlog or writer._queue.waiting))

    def _adopt(self, orphans: Sequence[Orphan]) -> None:
        for orphan in orphans:
            self.spawn(GraphRun(self, orphan.run_id, orphan.thread_id, orphan).live)

    def _obey(self, commands: Sequence[Command]) -> None:
        for command in commands:
            run = self.runs.get(command.run_id)
            if run is not None:
                run.stop()

    def spawn(self, work: Callable[[], Any]) -> None:
        """Begin a task of this process."""
        threads.schedule.spawn(self, work)

    def leave(self) -> None:
        """End in order, as a server does on SIGTERM: what goes on is handed over."""
        self.sharing.adopt_no_more()
        threads.done(self.sharing.hand_over())
        threads.schedule.later(0.0, lambda: self.end())

    def end(self) -> None:
        """End at once."""
        threads.schedule.kill(self)
        for connection in self.pool.open:
            connection.close()

    def start_run(self, run_id: str, thread_id: str, request: str | None = "{}") -> None:
        """What a request does: begin a run, and answer when others may ask for it."""
        run = GraphRun(self, run_id, thread_id, None)
        run.open(request)
        self.spawn(run.live)
        threads.done(self.journal.flush())
        if not self.journal.broken and not run.lost:
            self.world.answered.add(run_id)

    def command_stop(self, run_id: str) -> None:
        """What a request does that stops a run of another process."""
        with suppress(*ERRORS):
            self.sharing._command(Command(run_id, "stop", ""))

    def read(self, run_id: str, into: list[tuple[int, bytes]]) -> bool:
        """Follow a run from behind what was read; whether it was read to its end. Raises nothing."""
        lines: AsyncGenerator[list[bytes]] = batches(self.journal, run_id, len(into) + 1)  # type: ignore[assignment]
        while True:
            try:
                found = threads.done(anext(lines, None))
            except (JournalError, UnknownRun, *ERRORS):
                return False
            if found is None:
                return True
            into += enumerate(found, len(into) + 1)
