"""Documents read in a process of their own, which is fed one file after the other and started anew when it dies."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import IO, Any

import orjson

from mainstem.knowledge.worker import start_worker
from mainstem.stores.errors import StorageError
from mainstem.stores.interruptible import StopSignal
from mainstem.stores.knowledge import Chunk, Column, TableCopy

MEMORY_BASE = 1 << 30
"""Bytes of addresses that the process may have, its program included, beside `MEMORY_TIMES` the largest file's size."""

MEMORY_TIMES = 16
"""What a file may unfold to in memory, against the size that a file may have."""

WRITTEN_TIMES = 20
"""What one copy of a table may take on the disk, against the size that a file may have."""

WALL_BASE, WALL_TIMES = 10.0, 4
"""Seconds by the clock that a file may take: `WALL_BASE`, and `WALL_TIMES` those of the processor."""

AHEAD = 2
"""Files that the process is given at once: it reads the next one while the last one is stored."""

START_SECONDS = 60.0
"""How long the process may take to begin, on a busy machine."""

_POLL = 0.05
_WORKER = Path(__file__).with_name("reader_worker.py")


@dataclass(frozen=True)
class ReadRequest:
    """A file to read; content with one of the digests `known` need not be. Copies of its tables go to `copies`-0 …"""

    path: str
    kind: str
    known: tuple[str, ...] = ()
    copies: str = ""


@dataclass(frozen=True)
class ReadOutcome:
    """What came of a file: its passages or its tables, or why it was `skipped`; neither when its digest was known.

    `passing` says that the reason is none of its content.
    """

    digest: str | None
    pieces: tuple[Chunk, ...] = ()
    copies: tuple[TableCopy, ...] = ()
    skipped: str | None = None
    passing: bool = False
    missing: str = ""
    """What of it could not be read, in words."""


@dataclass(frozen=True)
class ReadLimits:
    """What the process may take: the largest file, seconds of the processor for one, and the folders that it reads."""

    max_bytes: int
    seconds: float
    allowed: Collection[str]

    @property
    def memory(self) -> int:
        """Bytes of addresses."""
        return MEMORY_BASE + MEMORY_TIMES * self.max_bytes

    @property
    def wall(self) -> float:
        """Seconds by the clock: so long a slow disk, or a busy machine, is waited for."""
        return WALL_BASE + WALL_TIMES * self.seconds

    def said(self) -> bytes:
        """The same for the process, as JSON."""
        written = WRITTEN_TIMES * self.max_bytes
        values = {"max_bytes": self.max_bytes, "seconds": self.seconds, "memory": self.memory, "written": written}
        return orjson.dumps({**values, "allowed": sorted(self.allowed)})


class FileReader:
    """Reads files in a process that is started for the first of them."""

    def __init__(self, limits: ReadLimits, stop: StopSignal) -> None:
        self._limits = limits
        self._stop = stop
        self._process: _Process | None = None

    def close(self) -> None:
        """End the process, whatever it is at."""
        if self._process is not None:
            self._process.kill()
            self._process = None

    def read(self, requests: Iterable[ReadRequest], idle: Callable[[], None]) -> Iterator[ReadOutcome]:
        """The outcomes of `requests`, in order; `idle` is called every now and then while one is waited for.

        Raises `StorageError` when no process can be started, `OSError` when the disk is full.
        """
        rest, given = iter(requests), deque[ReadRequest]()
        while True:
            while len(given) < AHEAD and (request := next(rest, None)) is not None:
                given.append(request)
                if self._process is not None:
                    self._process.give(request)
            if not given:
                return
            outcome = self._outcome(given, idle)
            given.popleft()
            yield outcome

    def _outcome(self, given: Iterable[ReadRequest], idle: Callable[[], None]) -> ReadOutcome:
        while True:
            process = self._process = self._process or _Process(self._limits, given)
            try:
                return process.outcome(self._stop, idle)
            except _Broken as broken:
                self.close()
                if broken.certain or process.served == 0:
                    return ReadOutcome(broken.digest, skipped=broken.reason)
                # It may be what came before that brought it down: once more, in a process of its own.


class _Broken(Exception):
    """A file brought the process down; `certain` when nothing else can have."""

    def __init__(self, digest: str | None, reason: str, *, certain: bool) -> None:
        super().__init__(reason)
        self.digest = digest
        self.reason = reason
        self.certain = certain


class _Process:
    """The process, and what comes from it."""

    def __init__(self, limits: ReadLimits, given: Iterable[ReadRequest]) -> None:
        self.served = 0
        self._limits = limits
        self._ready = self._ended = False
        self._frames: SimpleQueue[bytes | None] = SimpleQueue()
        self._process = start_worker(_WORKER, json.dumps([path for path in sys.path if path]), "that reads documents")
        self._thread = threading.Thread(target=self._listen, name="knowledge-reader", daemon=True)
        self._thread.start()
        self._send(limits.said())
        for request in given:
            self.give(request)

    def give(self, request: ReadRequest) -> None:
        """Send a request."""
        self._send(orjson.dumps(request))

    def _send(self, data: bytes) -> None:
        with suppress(OSError):  # that it is gone shows where its answer is waited for
            self._stdin.write(len(data).to_bytes(4, "big") + data)
            self._stdin.flush()

    def outcome(self, stop: StopSignal, idle: Callable[[], None]) -> ReadOutcome:
        """What comes of the first request that is not answered yet. Raises `_Broken`."""
        if not self._ready and self._next(START_SECONDS, stop, idle) is None:
            raise StorageError("No process that reads documents can be started. Try again later.")
        self._ready = True
        deadline = monotonic() + self._limits.wall
        digest: str | None = None
        digest_frame = self._next(deadline - monotonic(), stop, idle)
        if digest_frame is not None:
            digest = orjson.loads(digest_frame)
            frame = self._next(deadline - monotonic(), stop, idle)
            if frame is not None:
                outcome = _outcome(digest, orjson.loads(frame), self._limits)
                self.served += 1
                return outcome
        raise self._broken(digest)

    def kill(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self._thread.join()
        for pipe in (self._stdin, self._stdout):
            with suppress(OSError):
                pipe.close()

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None  # noqa: S101 (it was asked for)
        return self._process.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101 (it was asked for)
        return self._process.stdout

    def _listen(self) -> None:
        while frame := _frame(self._stdout):
            self._frames.put(frame)
        self._frames.put(None)

    def _next(self, seconds: float, stop: StopSignal, idle: Callable[[], None]) -> bytes | None:
        """The next frame, or None when the process has ended or `seconds` are over."""
        deadline = monotonic() + seconds
        while True:
            stop.check()
            try:
                frame = self._frames.get(timeout=_POLL)
            except Empty:
                if monotonic() > deadline:
                    return None
                idle()
            else:
                self._ended = frame is None
                return frame

    def _broken(self, digest: str | None) -> _Broken:
        if not self._ended:
            late = f"it could not be read within {self._limits.wall:g} s (MAINSTEM_DOCUMENT_TIMEOUT)"
            return _Broken(digest, late, certain=True)
        with suppress(subprocess.TimeoutExpired):
            if self._process.wait(1.0) == -getattr(signal, "SIGPROF", 0):
                slow = f"it takes more than {self._limits.seconds:g} s of work to read (MAINSTEM_DOCUMENT_TIMEOUT)"
                return _Broken(digest, slow, certain=True)
        return _Broken(digest, _outgrown(self._limits), certain=False)


def _outcome(digest: str | None, said: dict[str, Any], limits: ReadLimits) -> ReadOutcome:
    """An answer in our types. Raises `_Broken`, `OSError`."""
    if "full" in said:
        raise OSError(said["full"], os.strerror(said["full"]))
    if "outgrown" in said:
        raise _Broken(digest, _outgrown(limits), certain=False)
    pieces = tuple(Chunk(*piece) for piece in said.get("pieces", ()))
    copies = tuple(map(_copy, said.get("copies", ())))
    told = said.get("skipped"), said.get("passing", False), said.get("missing", "")
    return ReadOutcome(digest, pieces, copies, *told)


def _copy(said: dict[str, Any]) -> TableCopy:
    sample = tuple(tuple[str, ...](row) for row in said["sample"])
    columns = tuple(map(_column, said["columns"]))
    return TableCopy(said["inner"], Path(said["path"]), columns, said["rows"], sample, tuple(said["notes"]))


def _column(said: dict[str, Any]) -> Column:
    values = tuple(said["values"])
    return Column(said["name"], said["type"], said["raw"], said["read_as"], values, said["distinct"], said["unread"])


def _outgrown(limits: ReadLimits) -> str:
    return f"it needs more than {limits.memory / 1e6:.0f} MB of memory to read, or breaks what reads it"


def _frame(stream: IO[bytes]) -> bytes | None:
    try:
        size = int.from_bytes(stream.read(4), "big")
        data = stream.read(size)
    except (OSError, ValueError):
        return None
    return data if size and len(data) == size else None
