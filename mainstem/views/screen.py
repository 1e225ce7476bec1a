"""The part of a terminal that a run is shown in: finished lines stay above, what still moves is redrawn below them.

What is final is printed once and never touched again, so that scrolling back works and nothing flickers. The answer
stays in the moving part, where it can still be withdrawn, until it outgrows the screen; then its finished paragraphs
are printed, and only the last one moves.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.live import Live
from rich.segment import Segment
from rich.text import Text

from . import rendering
from .activity import is_plumbing
from .rows import AnswerRow, FoldedRow, Row
from .view import View

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_Line = list[Segment]


class Screen:
    """Draws rows on `console`. Where that is no terminal, only what is final is written.

    `folded`: steps and calls are one line that moves, and in the end one that says what was done.
    """

    def __init__(self, console: Console, *, folded: bool = False) -> None:
        self.console = console
        self._folded = folded
        self._live = Live(console=console, auto_refresh=False, transient=True) if console.is_terminal else None
        self._printed: set[str] = set()
        self._begun: dict[str, int] = {}  # how much of a speech is printed, in characters

    def draw(self, rows: Sequence[Row], now: float) -> None:
        """Bring the screen up to these rows. `now`: seconds of the run."""
        with self.console:  # everything in one write: a terminal must not show half of it
            self._move(())
            waiting = self._print_leading(self._in_order(self._shown(rows)), now)
            if self._live is None:
                return
            room = self.console.height - 2
            lines = self._lines(waiting, now)
            if len(lines) > room:
                self._make_room(waiting, now)
                lines = self._lines(self._in_order(waiting), now)
            self._move(lines[-room:])

    def _move(self, lines: Sequence[_Line]) -> None:
        """Replace the moving part. It must be empty while something is printed, which would push it up."""
        if self._live is not None:
            self._live.start()
            # The cursor waits on an empty line: what the terminal echoes, as ^C, must not wrap a line of ours.
            self._live.update(_Lines([*lines, [Segment("")]] if lines else lines), refresh=True)

    def close(self, view: View) -> None:
        """Print what is left of a run that has ended, its citations and its numbers."""
        end = view.finished
        with self.console:
            self._move(())
            if self._live is not None:
                self._live.stop()
            for row in self._in_order(self._shown(tuple(view.rows.values()), over=True)):
                self._print(row, end.seconds if end else row.at)
            for line in rendering.citation_lines(view.citations, view.texts):
                self._line(line)
            if end is not None:
                said, thread = view.answer, view.started.thread_id if view.started else None
                if end.error:
                    self.console.print(rendering.error_line(end.error))
                self.console.print(rendering.numbers(end, said, view.first_words_at, thread))

    def _shown(self, rows: Sequence[Row], *, over: bool = False) -> Sequence[Row]:
        """The rows, those that only tell how the answer comes about as one behind the others, if that is wanted."""
        if not self._folded:
            return rows
        return [*(row for row in rows if not is_plumbing(row)), FoldedRow("folded", 0, 0.0, tuple(rows), over)]

    def _in_order(self, rows: Sequence[Row]) -> list[Row]:
        """What is not printed yet, from top to bottom: the answer below the steps, unless its beginning is printed."""
        waiting = [row for row in rows if row.key not in self._printed]
        for row in reversed(rows):
            if isinstance(row, AnswerRow):
                if row in waiting and not row.calls:
                    waiting.remove(row)
                    waiting.append(row)
                break
        if self._begun:
            waiting.sort(key=lambda row: row.key not in self._begun)
        return waiting

    def _print_leading(self, waiting: list[Row], now: float) -> list[Row]:
        while waiting and waiting[0].final and not self._may_be_withdrawn(waiting):
            self._print(waiting.pop(0), now)
        return waiting

    def _may_be_withdrawn(self, waiting: Sequence[Row]) -> bool:
        first = waiting[0]
        return isinstance(first, AnswerRow) and len(waiting) == 1 and not first.calls

    def _make_room(self, waiting: Sequence[Row], now: float) -> None:
        """Print what is finished although something before it still runs, then the beginning of the answer."""
        for row in waiting:
            if isinstance(row, AnswerRow):
                self._print_words(row, settled(row.message.text, self._begun.get(row.key, 0)))
                return
            if row.final:
                self._print(row, now)

    def _print(self, row: Row, now: float) -> None:
        self._printed.add(row.key)
        if not isinstance(row, AnswerRow):
            self._line(rendering.draw(row, now))
        elif row.message.pieces:
            self._print_words(row, len(row.message.text))
            self.console.print()

    def _line(self, line: Text) -> None:
        if self._live is None:
            self.console.print(line, soft_wrap=True)
        else:
            self.console.print(line, no_wrap=True, overflow="ellipsis")

    def _print_words(self, row: AnswerRow, end: int) -> None:
        begin = self._begun.get(row.key, 0)
        part = row.message.text[begin:end]
        if part.strip():
            self._begun[row.key] = end
            self.console.print()
            self.console.print(rendering.as_markdown(part))

    def _lines(self, rows: Sequence[Row], now: float) -> list[_Line]:
        lines: list[_Line] = []
        for row in rows:
            if not isinstance(row, AnswerRow):
                lines += self._rendered(rendering.draw(row, now))
            elif rest := row.message.text[self._begun.get(row.key, 0) :]:
                lines += [[], *self._rendered(rendering.as_markdown(rest)), []]
        return lines

    def _rendered(self, what: RenderableType) -> list[_Line]:
        return self.console.render_lines(what, pad=False)


@dataclass(frozen=True)
class _Lines:
    """Lines that are rendered already."""

    lines: Sequence[_Line]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        segments: list[Segment] = []
        for number, line in enumerate(self.lines):
            segments += [Segment.line(), *line] if number else line
        return segments


def settled(text: str, start: int = 0) -> int:
    """Up to where the Markdown from `start` on will look the same whatever follows: a paragraph's or a block's end."""
    end, position, fence, after_blank = start, start, "", False
    for line in text[start:].splitlines(keepends=True):
        if not fence and after_blank and not line[0].isspace():
            end = position
        after_blank = not line.strip()
        position += len(line)
        mark = _FENCE.match(line)
        if not mark:
            continue
        if not fence:
            fence = mark[1]
        elif mark[1].startswith(fence) and not line[mark.end() :].strip():
            fence = ""
    return end
