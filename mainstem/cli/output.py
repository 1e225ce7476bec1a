"""Runs on standard output for other programs: the answer's words alone, or events as NDJSON."""

import asyncio
import select
import sys
from typing import TextIO

from mainstem.stream import ndjson
from mainstem.stream.answer_words import AnswerWords
from mainstem.stream.events import Event, MessageSuperseded, Notice
from mainstem.stream.readable import Readable
from mainstem.stream.transcript import Result, Transcript
from mainstem.text import escaped, one_line, printable, short

from .failures import say

_AT_ONCE = 512  # bytes that every pipe takes without waiting when it takes any (POSIX's least PIPE_BUF)

_LABELS = {"review": "note", "other": "note"}
"""What is said before a notice, where its kind is no word for people."""


class OutputWriter:
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


async def write_json(run: Readable, outlet: OutputWriter) -> Result:
    """The run's events, one a line; on a terminal what cannot be seen is escaped, to the same values."""
    async for line in ndjson.write(run):
        await outlet.write(escaped(line.decode()).encode() if outlet.is_terminal else line)
    return await run.result()


async def write_text(run: Readable, outlet: OutputWriter) -> Result:
    """The answer's words as they come. What was written cannot be taken back: a line on stderr says where it ends."""
    printer = _Printer(outlet, _Remarks(outlet.is_terminal))
    async for event in run.events():
        await printer.add(event)
    await printer.finish()
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


class _Printer:
    """Prints the answer's words, and says which of them no longer count."""

    def __init__(self, outlet: OutputWriter, remarks: _Remarks) -> None:
        self._outlet = outlet
        self._remarks = remarks
        self._transcript = Transcript()
        self._words = AnswerWords(self._transcript)
        self._begun: dict[str, str] = {}  # how each message that was written begins
        self._written = ""  # id of the message whose words came last
        self._line_open = False

    async def add(self, event: Event) -> None:
        self._transcript.add(event)
        if isinstance(event, MessageSuperseded):
            await self._withdraw(event)
        elif isinstance(event, Notice):
            if self._remarks.break_line:
                await self.end_line()
            self._remarks.add(
                f"{_LABELS.get(event.kind, event.kind)}: {one_line(event.text)}", line_open=self._line_open
            )
        for message_id, words in self._words.add(event):
            await self._write(message_id, words)

    async def finish(self) -> None:
        """Write what still waits: the run is over."""
        for message_id, words in self._words.rest():
            await self._write(message_id, words)
        await self.end_line()

    async def _withdraw(self, event: MessageSuperseded) -> None:
        begun = self._begun.pop(event.message_id, None)
        if begun is not None:
            await self.end_line()
            last = event.message_id == self._written
            which = "before this line" if last else f"that begin with {short(begun, 40)!r}"
            again = "; the answer starts again" if last else ""
            self._written = "" if last else self._written
            say(f"withdrawn ({event.reason}): the words {which} no longer count{again}.")

    async def _write(self, message_id: str, text: str) -> None:
        if self._written not in ("", message_id):
            await self.end_line()
            await self._outlet.write(b"\n")
        said = printable(text) if self._outlet.is_terminal else text
        await self._outlet.write(said.encode(errors="replace"))
        self._begun.setdefault(message_id, one_line(text[:80]))
        self._written = message_id
        self._line_open = not said.endswith("\n")
        if not self._line_open:
            self._remarks.tell()

    async def end_line(self) -> None:
        if self._line_open:
            await self._outlet.write(b"\n")
            self._line_open = False
        self._remarks.tell()


def stdout_writer() -> OutputWriter:
    """The process's standard output."""
    return OutputWriter(sys.stdout)
