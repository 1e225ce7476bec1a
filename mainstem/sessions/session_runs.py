"""The runs that a session has going."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from ..stores.sharing import Command
from ..stream.errors import UnknownRun
from ..stream.run import Run

Docs = Sequence[Path] | None
"""What the bundled agent answers from; None: as the settings say."""


class SessionRuns:
    """Runs from their beginning to their end, each with the documents that it was given."""

    def __init__(self) -> None:
        self._runs: dict[Run, Docs] = {}  # in order: in a thread, the first goes on and the others wait

    def hold(self, run: Run, docs: Docs = None) -> Run:
        """Have a run among them until it is over; returns it."""
        self._runs[run] = docs
        run.when_done(lambda: self._forget(run))
        return run

    def _forget(self, run: Run) -> None:
        self._runs.pop(run, None)

    def find(self, run_id: str) -> Run | None:
        """The run that goes on under this id; None: none does."""
        return next((run for run in self._runs if run.run_id == run_id), None)

    def in_thread(self, thread: str) -> tuple[Run, Docs] | None:
        """The run that goes on in a thread, with its documents; None: none does."""
        return next(((run, docs) for run, docs in self._runs.items() if run.thread_id == thread), None)

    def halt(self, run_id: str, text: str) -> None:
        """Halt a run for its supervisor. Raises `UnknownRun`."""
        run = self.find(run_id)
        if run is None:
            raise UnknownRun(f"Run {run_id!r} is not going on here.", hint="Halt it in the process that runs it.")
        run.halt(text)

    def obey(self, command: Command) -> None:
        """Do what another process asks of a run; harmless when it is over."""
        run = self.find(command.run_id)
        if run is not None:
            run.halt(command.text) if command.kind == "halt" else run.request_stop()

    async def stop(self) -> None:
        """Stop all of them, and return when they are over."""
        await asyncio.gather(*(run.stop() for run in list(self._runs)))
