"""Where a log's older events go: what it asks of such a place, and the temporary file of a run that has no journal."""

import asyncio
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise
from threading import Lock
from typing import IO, Protocol


class Spill(Protocol):
    """Where the log's older events go."""

    @property
    def committed(self) -> int:
        """The last `seq` that is safely there."""
        ...

    @property
    def broken(self) -> str:
        """Why nothing can be written any more; empty while all is well."""
        ...

    @property
    def lost(self) -> tuple[int, int] | None:
        """The first and the last event that could not be written, of all that could not; None: none."""
        ...

    @property
    def moved(self) -> bool:
        """Whether another process goes on with the run: nothing more is written here."""
        ...

    @property
    def shows_committed(self) -> bool:
        """Whether readers are shown only what is safely there: another process may have to go on from it."""
        ...

    def write(self, seq: int, data: bytes) -> None:
        """Take one event; returns at once."""
        ...

    def when_committed(self, call: Callable[[], object]) -> None:
        """Call `call` once, from any thread, when something more is safely there, or nothing ever will be."""
        ...

    async def read(self, from_seq: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` events from `from_seq` on, in order."""
        ...


class RecordedRun(Spill, Protocol):
    """What a journal keeps of one run."""

    def finish(self, status: str, seconds: float) -> None:
        """Note how the run ended."""
        ...


class Recorder(Protocol):
    """A journal, as far as a run that is recorded knows it. `mainstem.stores.journal` has them."""

    def open(
        self,
        run_id: str,
        thread_id: str | None,
        graph: str,
        tags: dict[str, str],
        started_at: str,
        request: str | None = None,
    ) -> RecordedRun:
        """Begin a run; returns what its log writes to. `request`: what another process needs to go on with it."""
        ...


_writing = ThreadPoolExecutor(1, thread_name_prefix="mainstem-spill")


class TemporarySpill:
    """A temporary file, made with the first event and gone with this object."""

    lost: tuple[int, int] | None = None
    moved = False
    shows_committed = False

    def __init__(self) -> None:
        self.committed = 0
        self.broken = ""
        self._file: IO[bytes] | None = None
        self._first = 1
        self._starts: list[int] = [0]
        """Where each event begins in the file, and where the next one will."""
        self._pending: list[tuple[int, bytes]] = []
        self._waiting: Callable[[], object] | None = None
        self._lock = Lock()

    def write(self, seq: int, data: bytes) -> None:
        """Take one event; returns at once."""
        with self._lock:
            self._pending.append((seq, data))
            if len(self._pending) == 1:
                _writing.submit(self._commit)

    def when_committed(self, call: Callable[[], object]) -> None:
        """Call `call` once, in the writing thread, when something more is in the file."""
        self._waiting = call

    def _commit(self) -> None:
        with self._lock:
            pending, self._pending = self._pending, []
        try:
            self._append(pending)
        except OSError as error:
            self.broken = f"the temporary file: {error.strerror or error}"
        call, self._waiting = self._waiting, None
        if call is not None:
            with suppress(RuntimeError):  # the reader's event loop is closed: then nobody needs the memory either
                call()

    def _append(self, pending: list[tuple[int, bytes]]) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="mainstem-")  # noqa: SIM115 - open as long as the run is read
            self._first = pending[0][0]
        with self._lock:
            self._file.seek(self._starts[-1])
            self._file.write(b"".join(data for _, data in pending))
            self._file.flush()
            for seq, data in pending:
                self._starts.append(self._starts[-1] + len(data))
                self.committed = seq

    async def read(self, from_seq: int, limit: int) -> list[tuple[int, bytes]]:
        """Up to `limit` events from `from_seq` on, in order."""
        return await asyncio.to_thread(self._read, from_seq, limit)

    def _read(self, from_seq: int, limit: int) -> list[tuple[int, bytes]]:
        with self._lock:
            if self._file is None:
                return []
            first = max(0, from_seq - self._first)
            starts = self._starts[first : first + limit + 1]
            if len(starts) < 2:
                return []
            self._file.seek(starts[0])
            data = self._file.read(starts[-1] - starts[0])
        ends = pairwise(starts)
        return [
            (self._first + first + number, data[begin - starts[0] : end - starts[0]])
            for number, (begin, end) in enumerate(ends)
        ]
