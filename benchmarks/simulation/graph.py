"""A run of the simulation: steps that say something, change something, and end with a checkpoint."""

import re
from typing import TYPE_CHECKING, Any

from mainstem.stores.journal.recorded import WrittenRun
from mainstem.stores.ledger import ToolCallClaim
from mainstem.stores.postgres.database import ERRORS
from mainstem.stores.postgres.fencing import check, fence
from mainstem.stores.sharing import Orphan
from mainstem.stream import log_context
from mainstem.stream.errors import JournalError, LeaseLost, MainstemError, ThreadBusy

from . import threads
from .broken import hold
from .statements import CHECKPOINT, LATEST_CHECKPOINT

if TYPE_CHECKING:
    from .process import Process

WORDS = '{{"type":"message.delta","seq":1,"run_id":"r","at":0.0,"message_id":"m","text":"{}"}}'
END = '{{"type":"run.finished","seq":1,"run_id":"r","at":0.0,"status":"{}","seconds":1.0}}'
_STATUS = re.compile(rb'"run.finished".*"status":"(\w+)"')


class Stopped(Exception):
    """Somebody stops the run."""


class GraphRun:
    """A run in one process: begun there, or gone on with there (`orphan`)."""

    def __init__(self, process: "Process", run_id: str, thread_id: str, orphan: Orphan | None) -> None:
        self.run_id = run_id
        self.lost = False
        """Whether its process was given up: another goes on with it."""
        self.shown: list[tuple[int, bytes]] = []
        """What its own process shows of it."""
        self._process = process
        self._thread = thread_id
        self._orphan = orphan
        self._recorded: Any = orphan.recorded if orphan else None
        self._said: list[bytes] = []
        self._before = 0
        self._stopping = threads.Event()
        process.world.laws.shown.setdefault(run_id, []).append(self.shown)

    def open(self, request: str | None) -> None:
        """Begin to record it; `request`: None where nobody can go on with it."""
        process, now = self._process, f"{threads.schedule.now:09.3f}"
        self._recorded = process.journal.open(self.run_id, self._thread, process.graph, {}, now, request)

    def stop(self) -> None:
        """Let it end before its next step."""
        self._stopping.set()

    def live(self) -> None:
        """From its first event to its last, as `Takeover` and `RunExecution.live` have it."""
        process = self._process
        log_context.run_id.set(self.run_id)
        if self._orphan and self._has_ended():
            return
        process.runs[self.run_id] = self
        forget = process.sharing.when_lost(self._move)
        try:
            status = self._in_its_thread()
        except Stopped:
            status = "stopped"
        except (MainstemError, *ERRORS):
            status = "failed"
        self._say(END.format(status))
        self._recorded.finish(status, 1.0)
        forget()
        process.runs.pop(self.run_id, None)

    def _has_ended(self) -> bool:
        """Look how far the run had come; whether it was over, and only that was not written any more."""
        rows = self._read_so_far()
        self._before = len(rows)
        ended = _STATUS.search(rows[-1][1]) if rows else None
        if ended:
            self._recorded.finish(ended[1].decode(), 1.0)
        return ended is not None

    def _read_so_far(self) -> list[tuple[int, bytes]]:
        while True:
            try:
                return self._process.journal._read(self.run_id, 1, 1000)
            except JournalError:
                threads.schedule.wait(1.0)

    def _move(self) -> None:
        self.lost = True
        self._stopping.set()

    def _in_its_thread(self) -> str:
        stores = self._process.threads
        instance = self._taken()
        fence.set(instance)
        try:
            self._say(WORDS.format("goes on" if self._orphan else "begun"))
            return self._steps()
        finally:
            fence.set(None)
            stores._free(self._thread, instance, self.run_id)

    def _taken(self) -> int:
        while True:
            try:
                return self._process.threads._take(self._thread, self.run_id)
            except ThreadBusy:
                if self._orphan is None:
                    raise
                hold(not self._orphan.holds_thread, f"{self.run_id} has lost its thread {self._thread}")
            self._wait(0.5)  # it waited for its thread, and waits again

    def _steps(self) -> str:
        world = self._process.world
        for step in range(self._next_step(), len(world.plans[self.run_id])):
            for _ in range(world.chance.randint(1, 3)):
                self._say(WORDS.format(f"step {step} in process {self._process.number}"))
                self._wait(world.chance.uniform(0.02, 0.6))
            if world.plans[self.run_id][step] and not self._change(step):
                return "interrupted"
            self._checkpoint(step)
        return "done"

    def _wait(self, seconds: float) -> None:
        if self._stopping.wait(seconds):
            raise LeaseLost("given up") if self.lost else Stopped

    def _next_step(self) -> int:
        with self._process.pool.transaction() as connection:
            row = connection.execute(LATEST_CHECKPOINT, (self._thread,)).fetchone()
        return row[1] + 1 if row is not None and row[0] == self.run_id else 0

    def _checkpoint(self, step: int) -> None:
        """What a step comes to is kept before the next one begins, as LangGraph's saver does behind the fence."""
        with self._process.pool.transaction() as connection:
            check(connection)
            connection.execute(CHECKPOINT, (self._thread, self.run_id, step, fence.get()))

    def _change(self, step: int) -> bool:
        """Change something once, as the node `run_tool` does; False: a person is asked."""
        call = ToolCallClaim(self._thread, f"{self.run_id}-{step}", 0, "change", "{}")
        ledger, world = self._process.ledger, self._process.world
        known = ledger._claim(call)
        if known is not None:
            return known.outcome is not None
        self._wait(world.chance.uniform(0.0, 0.3))
        world.laws.made[call.message] += 1
        ledger._finish(call, "done", "success")
        return True

    def _say(self, line: str) -> None:
        """The next event, as `Log.append` has it."""
        self._said.append(line.encode())
        self._recorded.write(self._before + len(self._said), self._said[-1])
        self._show()

    def _show(self) -> None:
        """What readers in this process are shown: what is committed, where the journal says so."""
        if self.lost:
            return
        recorded: WrittenRun = self._recorded
        reached = recorded.committed if recorded.shows_committed else self._before + len(self._said)
        known = self._before + len(self.shown)
        self.shown += [(seq, self._said[seq - self._before - 1]) for seq in range(known + 1, reached + 1)]
        if reached < self._before + len(self._said):
            recorded.when_committed(self._show)
