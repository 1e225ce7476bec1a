"""What this process does for the others that share its database, and asks of them."""

import asyncio
import json
from collections.abc import Callable, Sequence

from ...stream.errors import JournalError
from ..journal.items import AdoptRun
from ..sharing import Command, Orphan
from . import rules
from .database import ERRORS, Pool, storable, unusable
from .instances import Adopted, Instance
from .journal import PostgresJournal
from .notices import CHANNEL, COMMANDS
from .watch import Watch


class PostgresSharing:
    """The other instances, as one of them sees them."""

    def __init__(self, pool: Pool, instance: Instance, watch: Watch, journal: PostgresJournal) -> None:
        self._pool = pool
        self._instance = instance
        self._watch = watch
        self._journal = journal

    @property
    def is_reachable(self) -> bool:
        """Whether the database is listened to just now."""
        return self._watch.listens

    def serve(
        self, graph: str, adopt: Callable[[Sequence[Orphan]], None], obey: Callable[[Sequence[Command]], None]
    ) -> None:
        """Take over what dead processes left of this graph's runs, and obey; both are called from another thread."""

        def take_up(adopted: Sequence[Adopted]) -> None:
            for run in adopted:  # where the database fails amid them, the others are found again
                adopt([self._orphan(*run)])

        self._watch.adopt = take_up
        self._watch.obey = obey
        self._instance.serves = graph  # last: nothing is adopted before somebody is there to go on with it
        self._watch.begin()

    def obey(self, call: Callable[[Sequence[Command]], None]) -> None:
        """Do what is asked of the runs of this process, from their beginning on."""
        self._watch.obey = call

    def adopt_no_more(self) -> None:
        """Leave what dead processes left to others."""
        self._instance.serves = None
        self._watch.adopt = None

    def _orphan(self, run_id: str, thread_id: str, tags: str, request: str, holds_thread: bool, owner: int) -> Orphan:
        with self._pool.connection() as connection:
            events, size, last = connection.execute(rules.END_OF_CHAIN, {"run": run_id}).fetchone() or (0, 0, None)
        end = AdoptRun(run_id, last or b"", events, int(size), owner)
        recorded = self._journal.gone_on_with(end)
        return Orphan(run_id, thread_id, json.loads(tags), request, holds_thread, recorded)

    async def command(self, command: Command) -> None:
        """Ask something of a run, whichever process has it. Raises `JournalError`."""
        try:
            await asyncio.to_thread(self._command, command)
        except ERRORS as error:
            raise unusable(JournalError, f"What tells run {command.run_id} of it", error) from error

    def _command(self, command: Command) -> None:
        with self._pool.transaction() as connection:
            connection.execute(rules.ADD_COMMAND, (command.run_id, command.kind, storable(command.text)))
            connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, COMMANDS))

    async def hand_over(self) -> bool:
        """Let others go on at once with the runs of this process; whether they were told. Nothing more is written."""
        await self._journal.flush()
        return await asyncio.to_thread(self._instance.leave)

    def when_lost(self, call: Callable[[], object]) -> Callable[[], None]:
        """Call `call`, from another thread, when its runs are another process's; returns what takes that back."""
        return self._instance.when_lost(call)
