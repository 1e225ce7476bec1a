"""Runs on standard output for other programs: the answer's words alone, or events as NDJSON."""

import asyncio
import select
import sys
from typing import TextIO

from mainstem.plain import one_line, printable
from mainstem.stream import ndjson
from mainstem.stream.events import Event, MessageDelta, MessageStarted, MessageSuperseded, Notice
from mainstem.stream.fold import Result
from mainstem.stream.recording import Readable

from .failures import say

_AT_ONCE = 512  # bytes that every pipe takes without waiting when it takes any (POSIX's least PIPE_BUF)


class Outlet:
    """Writes and flushes, without making the event loop wait for a slow reader: the graph runs there too."""

    def __init__(self, stream: TextIO) -> None:
        self.is_terminal = stream.isatty()
        self._raw = stream.buffer
        try:
            self._fd = stream.fileno()
        except (OSError, ValueError):
            self._fd = -1

    async def write(self, data: bytes) -> None:
        """Write `data`. Raises `BrokenPipeError` when nobody reads any more."""
        if self._fd < 0 or (len(data) <= _AT_ONCE and select.select([], [self._fd], [], 0)[1]):
            self._put(data)
        else:
            await asyncio.to_thread(self._put, data)

    def _put(self, data: bytes) -> None:
        self._raw.write(data)
        self._raw.flush()


async def json(run: Readable, outlet: Outlet) -> Result:
    """The run's events, one a line."""
    async for line in ndjson.write(run):
        await outlet.write(line)
    return await run.result()


async def text(run: Readable, outlet: Outlet) -> Result:
    """The answer's words as they come. What was written cannot be taken back: a line on stderr says where it ends."""
    words = _Words(outlet, _Remarks(outlet.is_terminal))
    async for event in run.events():
        await words.take(event)
    await words.end_line()
    return await run.result()


class _Remarks:
    """Lines on stderr beside the answer. Where both may go to one place they wait for the end of the answer's line."""

    def __init__(self, answer_on_terminal: bool) -> None:
        self.at_once = sys.stderr.isatty()
        self.break_line = self.at_once and answer_on_terminal
        self._waiting: list[str] = []

    def add(self, line: str, *, line_open: bool) -> None:
        self._waiting.append(line)
        if self.at_once or not line_open:
            self.tell()

    def tell(self) -> None:
        for line in self._waiting:
            say(line)
        self._waiting.clear()


class _Words:
    def __init__(self, outlet: Outlet, remarks: _Remarks) -> None:
        self._outlet = outlet
        self._remarks = remarks
        self._answers: set[str] = set()
        self._written = ""  # id of the message whose words came last
        self._line_open = False

    async def take(self, event: Event) -> None:
        match event:
            case MessageStarted(answer=True | None):
                self._answers.add(event.message_id)
            case MessageDelta() if event.message_id in self._answers:
                await self._write(event)
            case MessageSuperseded() if event.message_id == self._written:
                await self.end_line()
                self._written = ""
                say(f"withdrawn ({event.reason}): the words before this line no longer count; the answer starts again.")
            case Notice():
                if self._remarks.break_line:
                    await self.end_line()
                self._remarks.add(f"{event.kind}: {one_line(event.text)}", line_open=self._line_open)
            case _:
                pass

    async def _write(self, event: MessageDelta) -> None:
        if self._written not in ("", event.message_id):
            await self.end_line()
            await self._outlet.write(b"\n")
        said = printable(event.text) if self._outlet.is_terminal else event.text
        await self._outlet.write(said.encode(errors="replace"))
        self._written = event.message_id
        self._line_open = not said.endswith("\n")
        if not self._line_open:
            self._remarks.tell()

    async def end_line(self) -> None:
        if self._line_open:
            await self._outlet.write(b"\n")
            self._line_open = False
        self._remarks.tell()


def standard() -> Outlet:
    """The process's standard output."""
    return Outlet(sys.stdout)
