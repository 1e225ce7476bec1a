"""One seed: some processes, some runs, those who read them, and what goes wrong."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from . import threads
from .broken import BrokenLaw
from .connections import Network
from .database import Database, Transaction
from .faults import KINDS, Faults
from .laws import Laws
from .process import Process

CALM = 0.1
"""Which share of the seeds has no fault."""

ODD = 0.2
"""Which share of the seeds has two graphs, and of the runs is begun by who only looks; of runs that nobody can go on
with it is a quarter."""

STORMY_SECONDS = 15.0
"""How long things go wrong; afterwards all of it heals, and what was begun has to come to its end."""

LOOK_SECONDS = 5.0
"""How often somebody looks at the list of runs, once it is over with what goes wrong."""

PATIENCE_SECONDS = 90.0
"""After that, what has no end is stuck."""


class World:
    """What a seed makes.

    `processes`: how many there are at a time; None: a few. `kinds`: of faults. `tell` is told of what happens.
    """

    def __init__(
        self,
        seed: int,
        processes: int | None = None,
        kinds: Sequence[str] = KINDS,
        tell: Callable[[str], object] | None = None,
    ) -> None:
        self.chance = chance = Random(seed)
        self.schedule = threads.schedule
        calm = chance.random() < CALM or not kinds
        self.laws = Laws(calm=calm)
        self.network = Network(chance)
        self.database = Database(lambda: self.schedule.now, self._committed, self.laws.found)
        self._tell = tell
        self.lease_seconds = chance.choice([1.5, 3.0])
        self.processes: list[Process] = []
        self.plans: dict[str, list[bool]] = {}
        """The steps of each run, and whether each changes something."""
        self.answered: set[str] = set()
        """Runs that whoever asked was told of."""
        self.readers = 0
        self._odd = odd = Random(
            -1 - seed
        )  # what came later draws from this one: a seed that was told of stays the same
        graphs = "gh" if odd.random() < ODD else "g"
        for _ in range(processes or chance.randint(2, 4)):
            self.add_process(graph=odd.choice(graphs))
        if chance.random() < 0.3:
            self.add_process(serves=False)
        for number in range(chance.randint(3, 6)):
            self._plan_run(f"r{number}")
        self.schedule.later(STORMY_SECONDS, self._look)
        if not calm:
            Faults(self).plan(STORMY_SECONDS, kinds)

    def add_process(self, *, serves: bool = True, graph: str = "g") -> None:
        """Start a server of a graph, or a process that only looks."""
        process = Process(self, len(self.processes), self.lease_seconds, graph)
        self.processes.append(process)
        process.spawn(process.begin if serves else process.look)

    def living(self) -> list[Process]:
        """Those that are not dead; they may be paused."""
        return [process for process in self.processes if process.alive]

    def tell(self, said: str) -> None:
        """Tell what happens, where somebody wants to know."""
        if self._tell is not None:
            self._tell(f"{self.schedule.now:7.3f} {said}")

    def _committed(self, tx: Transaction) -> None:
        for (table, key), row in tx.writes.items():
            if table != "instances" or row is None or key not in self.database.table(table):  # who renews is no news
                self.tell(f"process {tx.machine.number}: {table} {key} is {row}")
        self.laws.committed(tx)

    # what is asked of them

    def _plan_run(self, run_id: str) -> None:
        chance = self.chance
        thread = f"t{chance.randint(0, 2)}"
        self.plans[run_id] = [chance.random() < 0.5 for _ in range(chance.randint(1, 5))]
        begins = chance.uniform(0.0, 9.0)
        self.schedule.later(begins, lambda: self._begin_run(run_id, thread))
        for _ in range(chance.randint(1, 2)):
            self._read(run_id, begins + chance.uniform(0.05, 3.0))
        if chance.random() < 0.15:
            self.schedule.later(begins + chance.uniform(0.1, 5.0), lambda: self._stop(run_id))

    def _begin_run(self, run_id: str, thread: str) -> None:
        servers = [process for process in self.living() if process.instance.serves]
        if not servers:
            self.schedule.later(0.5, lambda: self._begin_run(run_id, thread))
            return
        process = self.chance.choice(servers)
        looking = [each for each in self.living() if each.far_away]
        if looking and self._odd.random() < ODD:
            process = looking[0]  # as `mainstem ask`
        request = None if self._odd.random() < ODD / 4 else "{}"
        process.spawn(lambda: process.start_run(run_id, thread, request))

    def _stop(self, run_id: str) -> None:
        process = self.chance.choice(self.living())
        if run_id in self.database.table("runs"):
            process.spawn(lambda: process.command_stop(run_id))

    def _read(self, run_id: str, at: float) -> None:
        """A client that follows a run: cut off, it comes back through another process with what it has."""
        into: list[tuple[int, bytes]] = []
        self.laws.shown.setdefault(run_id, []).append(into)
        self.readers += 1
        self.schedule.later(at, lambda: self._follow(run_id, into))

    def _follow(self, run_id: str, into: list[tuple[int, bytes]]) -> None:
        process = self.chance.choice(self.living())
        done = False

        def follow() -> None:
            nonlocal done
            try:
                done = process.read(run_id, into)
            finally:
                if done or run_id not in self.database.table("runs"):
                    self.readers -= 1
                else:
                    self.schedule.later(0.3, lambda: self._follow(run_id, into))

        process.spawn(follow)

    def _look(self) -> None:
        """Somebody lists the runs now and then: what nobody can go on with is ended by who looks."""
        process = self._odd.choice(self.living())
        process.spawn(process.list_runs)
        self.schedule.later(LOOK_SECONDS, self._look)

    # its end

    def over(self) -> bool:
        """Whether all that was begun has come to its end."""
        if self.schedule.now < STORMY_SECONDS or self.readers or not all(each.is_idle for each in self.living()):
            return False
        database = self.database
        going_on = any(run.status is None for run in database.table("runs").values())
        return not (going_on or database.table("leases") or database.table("commands"))

    def run(self) -> None:
        """Let it all happen. Raises `BrokenLaw`."""
        try:
            self.schedule.run(PATIENCE_SECONDS, self.over)
            self.laws.at_the_end(self.database, self.answered)
            if self.readers:
                raise BrokenLaw(f"{self.readers} readers never came to an end")
        finally:
            for process in self.living():
                self.schedule.kill(process)


def try_seed(seed: int, processes: int | None = None, **more: Any) -> None:
    """One seed, from its beginning to its end. Raises `BrokenLaw`, and whatever the product raises."""
    with threads.scheduled():
        World(seed, processes, **more).run()
