"""Time, and tasks that take turns: what is a thread in the product is a task of a simulated process here."""

import heapq
from collections.abc import Callable
from itertools import count
from typing import Any

from greenlet import GreenletExit, getcurrent, greenlet


class Machine:
    """A process: it lives, is paused, or is dead. `number` says which one."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.alive = True
        self.paused = False
        self.far_away = 0.0
        """How many seconds it is at most from the database."""
        self.clock_jump = 0.0
        """How far its own clock is from the time."""
        self.numbers: set[int] = set()
        """The instances that it has been."""
        self.tasks: list[Task] = []
        self.held_back: list[Callable[[], None]] = []
        """What was to go on while it was paused."""


class Task:
    """One thread of a process."""

    def __init__(self, machine: Machine, work: Callable[[], Any], hub: greenlet) -> None:
        self.machine = machine
        self.ended = False
        self.in_server = False
        """Whether the database works for it, which a pause of its process does not hold up."""
        self.turn = 0
        """Which of its waits this is: what comes for an earlier one comes too late."""
        self.greenlet = greenlet(lambda _: self._run(work), hub)

    def _run(self, work: Callable[[], Any]) -> None:
        try:
            work()
        finally:
            self.ended = True
            if self in self.machine.tasks:
                self.machine.tasks.remove(self)


class Schedule:
    """What happens next; `now`: seconds since the beginning."""

    def __init__(self) -> None:
        self.now = 0.0
        self.current: Task | None = None
        self._hub = getcurrent()
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def later(self, seconds: float, call: Callable[[], None]) -> None:
        """Call `call` in so many seconds."""
        heapq.heappush(self._coming, (self.now + seconds, next(self._order), call))

    def spawn(self, machine: Machine, work: Callable[[], Any]) -> Task:
        """Begin a task of a process."""
        task = Task(machine, work, self._hub)
        if machine.alive:
            machine.tasks.append(task)
            self.later(0.0, lambda: self._go_on(task, 0, woken=True))
        return task

    def wait(self, seconds: float | None) -> bool:
        """Let others go on until this task is woken, or the time is over; whether it was woken."""
        task = self.current
        assert task is not None
        if not task.machine.alive:
            raise GreenletExit
        task.turn += 1
        if seconds is not None:
            turn = task.turn
            self.later(seconds, lambda: self._go_on(task, turn, woken=False))
        return self._hub.switch()

    def wake(self, task: Task) -> None:
        """Let a task go on that waits."""
        turn = task.turn
        self.later(0.0, lambda: self._go_on(task, turn, woken=True))

    def _go_on(self, task: Task, turn: int, *, woken: bool) -> None:
        if task.ended or task.turn != turn:
            return
        if task.machine.paused and not task.in_server:
            task.machine.held_back.append(lambda: self._go_on(task, turn, woken=woken))
            return
        task.turn += 1
        self.current = task
        task.greenlet.switch(woken)
        self.current = None

    def kill(self, machine: Machine) -> None:
        """End all of a process at once."""
        machine.alive = machine.paused = False
        for task in list(machine.tasks):
            self.current = task
            if task.greenlet:
                task.greenlet.throw(GreenletExit)
            else:  # it has not begun, and whoever waits for it has to be told, too
                task.greenlet.switch(False)
            task.ended = True
        self.current = None
        machine.tasks.clear()

    def pause(self, machine: Machine) -> None:
        """Let nothing of a process go on."""
        machine.paused = machine.alive

    def unpause(self, machine: Machine) -> None:
        """Let it go on, with what came meanwhile."""
        machine.paused = False
        held, machine.held_back = machine.held_back, []
        for call in held:
            self.later(0.0, call)

    def run(self, until: float, over: Callable[[], bool]) -> None:
        """Go on until that time, or until all is over."""
        while self._coming and not over():
            if self._coming[0][0] > until:
                break
            self.now, _, call = heapq.heappop(self._coming)
            call()
