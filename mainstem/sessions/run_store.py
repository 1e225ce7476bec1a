"""What a session does with the runs that it has going and those that are recorded: halt, follow, read again, judge."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from ..settings import Settings
from ..stores.journal import Feedback, Journal
from ..stores.journal.replay import replay
from ..stores.opening import Stores
from ..stores.sharing import Command
from ..stream.events import AnyEvent, decode
from ..stream.run import Run
from . import feedback
from .session_runs import SessionRuns

if TYPE_CHECKING:
    from ..stream.telemetry.run import TelemetryOptions


class RunStore:
    """The runs of a session."""

    settings: Settings
    stores: Stores
    journal: Journal
    _runs: SessionRuns
    _telemetry: "TelemetryOptions | None"

    def halt(self, run_id: str, text: str = "") -> None:
        """Halt a run of this session for its supervisor: it ends as `halted`, and `text` tells people why.

        Harmless when it is over. Raises `UnknownRun` for one that this session has not going.
        """
        self._runs.halt(run_id, text)

    async def replay(self, run_id: str, from_seq: int = 1) -> AsyncIterator[AnyEvent]:
        """A run's events from `from_seq` on, while it goes on (in any process) or after it ended.

        A reader that comes back with the last `seq` it saw, plus one, gets the rest exactly once; what was pruned shows
        as `gap`. Raises `UnknownRun`, `JournalError`.
        """
        async for data in self.lines(run_id, from_seq):
            yield decode(data)

    async def lines(self, run_id: str, from_seq: int = 1) -> AsyncIterator[bytes]:
        """The same as JSON, byte for byte as it was sent."""
        live = self._runs.find(run_id)
        if live is None:
            await self.journal.flush()  # it may have ended a moment ago
        async for data in live.lines(from_seq) if live else replay(self.journal, run_id, from_seq):
            yield data

    async def feedback(
        self,
        run: Run | str,
        *,
        name: str,
        score: float | None = None,
        label: str | None = None,
        explanation: str = "",
        annotator: str = "",
    ) -> Feedback:
        """Keep what somebody, or a judge, says of a run, beside its record; its events stay as they are.

        `run`: the run or its id. Give a `score`, a `label` or an `explanation`, which is masked as the settings say.
        Raises `WrongFeedback`, `UnknownRun`, `JournalError`.
        """
        run_id = run if isinstance(run, str) else run.run_id
        said = feedback.checked(Feedback(run_id, name, score, label, explanation, annotator))
        said = await feedback.kept(self.journal, self.settings, said)
        if self._telemetry is not None:
            await feedback.tell(self._telemetry, self.journal, said)
        return said

    def obey(self, command: Command) -> None:
        """Do what another process asks of a run of this one; harmless when it is over."""
        self._runs.obey(command)

    async def recorded(self) -> None:
        """Return when other processes know of the runs that have begun here, where the stores are shared."""
        if self.stores.sharing is not None:
            await self.journal.flush()
