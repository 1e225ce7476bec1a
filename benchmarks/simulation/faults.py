"""What goes wrong between processes: they die, stand still, are cut off, and tell the time wrongly."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .process import Process
    from .world import World

KINDS = ("kill", "pause", "cut off", "jump", "database jumps", "database restarts", "loses notices", "loses answers")
KINDS += ("leave",)


class Faults:
    """The faults of one world, all of which heal in the end."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def plan(self, seconds: float, kinds: Sequence[str]) -> None:
        """Have some of these kinds within so many seconds."""
        world = self._world
        for _ in range(world.chance.randint(1, 6)):
            kind = world.chance.choice(kinds)
            begins = world.chance.uniform(0.0, seconds - 1)
            lasts = min(world.chance.choice([0.3, 2.0, 5.0, 20.0]) * world.chance.random(), seconds - begins)
            doing: Callable[[float], None] = getattr(self, f"_{kind.replace(' ', '_')}")
            world.schedule.later(begins, lambda kind=kind, doing=doing, lasts=lasts: self._do(kind, doing, lasts))

    def _do(self, kind: str, doing: Callable[[float], None], lasts: float) -> None:
        self._world.tell(f"{kind}, for {lasts:.3f} s")
        doing(lasts)

    def _somebody(self) -> "Process":
        living, chance = self._world.living(), self._world.chance
        busy = [process for process in living if process.runs]
        found = chance.choice(busy if busy and chance.random() < 0.7 else living)
        self._world.tell(f"it is process {found.number}")
        return found

    def _kill(self, lasts: float) -> None:
        """`kill -9`; another one is started, at once or later."""
        victim = self._somebody()
        self._replace(victim, lasts)
        victim.end()

    def _leave(self, lasts: float) -> None:
        """SIGTERM; another one is started, at once or later."""
        victim = self._somebody()
        self._replace(victim, lasts)
        victim.leaves = True
        victim.spawn(victim.leave)

    def _replace(self, victim: "Process", lasts: float) -> None:
        world = self._world
        if any(other is not victim and not other.leaves for other in world.living()):
            world.schedule.later(lasts, lambda: world.add_process(graph=victim.graph))
        else:
            world.add_process(graph=victim.graph)

    def _pause(self, lasts: float) -> None:
        world, victim = self._world, self._somebody()
        world.schedule.pause(victim)
        world.schedule.later(lasts, lambda: world.schedule.unpause(victim))

    def _cut_off(self, lasts: float) -> None:
        world, victim = self._world, self._somebody()

        def begin() -> None:
            world.network.cut_off.add(victim)
            world.schedule.later(lasts, lambda: world.network.cut_off.discard(victim))

        if world.chance.random() < 0.5:
            begin()
        else:
            world.network.breaks_with[victim] = begin

    def _jump(self, lasts: float) -> None:
        self._somebody().clock_jump += self._world.chance.uniform(0.0, 30.0)  # a monotonic clock goes on only

    def _database_jumps(self, lasts: float) -> None:
        self._world.database.clock_jump += self._world.chance.uniform(-10.0, 10.0)

    def _database_restarts(self, lasts: float) -> None:
        self._world.database.started_at = self._world.database.time
        for process in self._world.living():
            for connection in process.pool.open:
                connection.close()

    def _loses_notices(self, lasts: float) -> None:
        database = self._world.database
        database.loses = self._world.chance.choice([0.3, 1.0])
        self._world.schedule.later(lasts, lambda: setattr(database, "loses", 0.0))

    def _loses_answers(self, lasts: float) -> None:
        network = self._world.network
        network.loses_answers = self._world.chance.choice([0.05, 0.4])
        self._world.schedule.later(lasts, lambda: setattr(network, "loses_answers", 0.0))
