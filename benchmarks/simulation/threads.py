"""What the product takes from `threading`, `queue`, `time` and `asyncio`, for tasks of the simulation."""

import queue
from collections import deque
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from mainstem.stores.journal import journal as journal_tables
from mainstem.stores.journal import writer
from mainstem.stores.postgres import instances, sharing, watch

from .schedule import Schedule, Task

schedule = Schedule()
"""That of the seed that is tried."""


class Event:
    """As `threading.Event`."""

    def __init__(self) -> None:
        self._is_set = False
        self._waiting: list[Task] = []

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        self._is_set = True
        waiting, self._waiting = self._waiting, []
        for task in waiting:
            schedule.wake(task)

    def clear(self) -> None:
        self._is_set = False

    def wait(self, timeout: float | None = None) -> bool:
        if not self._is_set:
            task = schedule.current
            assert task is not None
            self._waiting.append(task)
            if not schedule.wait(timeout) and task in self._waiting:
                self._waiting.remove(task)
        return self._is_set


class Lock:
    """As `threading.Lock`, in a `with` statement."""

    def __init__(self) -> None:
        self._held = False
        self._free = Event()

    def __enter__(self) -> None:
        while self._held:
            self._free.clear()
            self._free.wait()
        self._held = True

    def __exit__(self, *_: object) -> None:
        self._held = False
        self._free.set()


class Thread:
    """As `threading.Thread`."""

    def __init__(self, target: Callable[..., Any], args: tuple[Any, ...] = (), **_: Any) -> None:
        self._work = lambda: target(*args)
        self._task: Task | None = None

    def start(self) -> None:
        assert schedule.current is not None
        self._task = schedule.spawn(schedule.current.machine, self._work)

    def is_alive(self) -> bool:
        return self._task is not None and not self._task.ended


class SimpleQueue:
    """As `queue.SimpleQueue`."""

    def __init__(self) -> None:
        self._items: deque[Any] = deque()
        self._came = Event()

    @property
    def waiting(self) -> int:
        """How many items there are."""
        return len(self._items)

    def put(self, item: Any) -> None:
        self._items.append(item)
        self._came.set()

    def get(self, timeout: float) -> Any:
        if not self._items:
            self._came.clear()
            self._came.wait(timeout)
        return self.get_nowait()

    def get_nowait(self) -> Any:
        if not self._items:
            raise queue.Empty
        return self._items.popleft()


def monotonic() -> float:
    """The clock of the process whose turn it is."""
    jump = schedule.current.machine.clock_jump if schedule.current else 0.0
    return schedule.now + jump


async def to_thread(work: Callable[..., Any], *args: Any) -> Any:
    """Done at once: who waits for it is a task like any other."""
    return work(*args)


def done(work: Any) -> Any:
    """What a coroutine returns that waits for nothing but tasks."""
    try:
        work.send(None)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waits for an event loop")


@contextmanager
def scheduled() -> Generator[Schedule]:
    """Have the product's threads be tasks of a new schedule."""
    global schedule
    schedule = Schedule()
    tasks = SimpleNamespace(Event=Event, Lock=Lock, Thread=Thread)
    clock = SimpleNamespace(monotonic=monotonic)
    with ExitStack() as stack:
        for module in (instances, watch, writer, journal_tables):
            stack.enter_context(patch.object(module, "threading", tasks))
        for module in (watch, writer):
            stack.enter_context(patch.object(module, "time", clock))
        stack.enter_context(patch.object(instances, "monotonic", monotonic))
        stack.enter_context(patch.object(writer, "SimpleQueue", SimpleQueue))
        for module in (journal_tables, sharing):
            stack.enter_context(patch.object(module, "asyncio", SimpleNamespace(to_thread=to_thread)))
        yield schedule
