"""How rows look in a terminal: each a line or two of Rich text. Pure: what is drawn depends on the arguments alone."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from rich.console import RenderableType
from rich.constrain import Constrain
from rich.markdown import Markdown, MarkdownElement, Paragraph
from rich.text import Text

from ..sessions.approvals import summary
from ..stream import finish_reasons
from ..stream.events import Citation, Error, Progress, RunFinished
from ..text import dollars, failure_text, label_of, last_line, one_line, printable, short, short_arguments
from .activity import account, activity
from .rows import (
    AnswerRow,
    FoldedRow,
    InterruptRow,
    NodeRow,
    NoticeRow,
    ProgressRow,
    Row,
    SideTextRow,
    SupersededRow,
    ToolCallRow,
)

PROSE_WIDTH = 100
"""Characters in a line of the answer at most."""

BAR = 20
"""Width of a progress bar in characters."""

_VERDICTS = {"unsupported": ("✗ unsupported:", "red"), "doubtful": ("? doubtful:", "yellow")}
"""What is said of a citation that does not clearly support its sentence, and in which colour."""

_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_MARKS = {
    "ok": ("✓", "green"),
    "error": ("✗", "red"),
    "timeout": ("✗", "red"),
    "stopped": ("■", "yellow"),
    "rejected": ("✗", "yellow"),
}


def draw(row: Row, now: float) -> Text:
    """The line of any row but words of the answer; `now` is the time in seconds of the run."""
    line = Text("  " * row.depth, no_wrap=True, overflow="ellipsis")
    match row:
        case NodeRow():
            _step(line, row, now)
        case ProgressRow():
            _mark(line, row, now).append(f" {_label(row)}  ").append(_bar(row.progress))
        case ToolCallRow():
            _call(line, row, now)
        case FoldedRow():
            _folded(line, row, now)
        case SideTextRow():
            line.append(f"  {last_line(row.tail)}", style="dim italic")
        case SupersededRow():
            line.append(f"↺ the words before this are withdrawn ({row.reason})", style="yellow")
        case NoticeRow():
            line.append(f"! {one_line(row.notice.text or row.notice.kind)}", style="yellow")
        case InterruptRow():
            line.append(f"? waiting for a decision: {summary(row.interrupt.request)}", style="bold yellow")
        case _:
            pass
    return line


def _label(row: ProgressRow) -> str:
    # the last file's name would stand there as if it were all that was read
    return "indexed" if row.ended and not row.stopped and row.progress.unit == "files" else one_line(row.progress.label)


def _step(line: Text, row: NodeRow, now: float) -> None:
    if row.error:
        line.append("✗", style="red").append(f" {one_line(row.node)}").append(_time(row.seconds))
        line.append(f"  {one_line(failure_text(row.error.type, row.error.message))}", style="red")
        return
    mark = line.append("!", style="yellow") if row.doubted and row.ended else _mark(line, row, now)
    mark.append(f" {one_line(row.node)}", style="dim" if row.ended else "bold")
    line.append(_time(row.seconds if row.ended else now - row.at))
    if row.progress and not row.ended:
        line.append(f"  {one_line(row.progress.label)} ", style="dim").append(_bar(row.progress))


def _folded(line: Text, row: FoldedRow, now: float) -> None:
    steps = [each for each in row.rows if isinstance(each, NodeRow | ProgressRow)]
    if row.over:
        failed = bool(steps) and isinstance(steps[-1], NodeRow) and steps[-1].error is not None
        mark, style = _MARKS["error" if failed else "stopped" if any(step.stopped for step in steps) else "ok"]
        line.append(mark, style=style).append(f" {account(row.rows)}", style="dim")
        return
    line.append(_spin(row.at, now), style="cyan").append(f" {activity(row.rows)}").append(_time(now - row.at))
    if progress := next((step.progress for step in reversed(steps) if step.progress and not step.final), None):
        line.append("  ").append(_bar(progress))


def _call(line: Text, row: ToolCallRow, now: float) -> None:
    mark, style = _MARKS.get(row.state, (_spin(row.at, now), "cyan"))
    line.append(mark, style=style).append(f" {one_line(row.name)}", style="cyan")
    if row.state == "writing":
        line.append(f"({last_line(row.text)}", style="dim")
        return
    line.append(f"({short_arguments(row.args)})", style="dim")
    line.append(_time(now - row.at if row.state == "running" else row.seconds))
    if row.state != "running":
        line.append(f"  {short(one_line(row.summary), 100) or row.state}", style="dim" if row.state == "ok" else style)
        return
    if row.progress:
        line.append(f"  {one_line(row.progress.label)} ", style="dim").append(_bar(row.progress))
    if row.text:
        line.append(f"  {last_line(row.text)}", style="dim")


def _mark(line: Text, row: NodeRow | ProgressRow, now: float) -> Text:
    if not row.ended:
        return line.append(_spin(row.at, now), style="cyan")
    mark, style = _MARKS["stopped" if row.stopped else "ok"]
    return line.append(mark, style=style)


def _spin(began: float, now: float) -> str:
    return _SPINNER[int(max(0.0, now - began) * 10) % len(_SPINNER)]


def _time(seconds: float | None) -> Text:
    return Text("" if seconds is None else f"  {max(0.0, seconds):.1f} s", style="dim")


def _bar(progress: Progress) -> Text:
    done, total, unit = progress.done, progress.total, f" {one_line(progress.unit)}" if progress.unit else ""
    if not total:
        return Text(f"{done:g}{unit}", style="dim")
    filled = round(BAR * min(1.0, max(0.0, done / total)))
    bar = Text("━" * filled, style="cyan").append("━" * (BAR - filled), style="bright_black")
    return bar.append(f" {done:g}/{total:g}{unit}", style="dim")


class _Source(Paragraph):
    """HTML in the answer, as it was written: Rich would leave it out."""


class _Answer(Markdown):
    elements: ClassVar[dict[str, type[MarkdownElement]]] = {**Markdown.elements, "html_block": _Source}

    def __init__(self, text: str) -> None:
        # A link shows its address: words of a model must not hide where they lead.
        super().__init__(text, hyperlinks=False)
        for token in self.parsed:
            for child in token.children or ():
                if child.type == "html_inline":
                    child.type = "text"


def as_markdown(text: str) -> RenderableType:
    """Words of the answer, as Markdown; on a wide screen in lines that can still be read."""
    return Constrain(_Answer(printable(text)), PROSE_WIDTH)


def citation_lines(citations: Iterable[Citation], texts: Mapping[str, str] | None = None) -> Iterable[Text]:
    """A line for every citation: its mark, where it is, the words, and which words of the answer they do not carry.

    `texts`: the answers by message, to quote those words from.
    """
    for citation in citations:
        place = citation.locator
        at = f", page {place.page}" if place.page else f", line {place.line}" if place.line else ""
        line = Text(no_wrap=True, overflow="ellipsis").append(one_line(citation.marker), style="cyan")
        line.append(f" {one_line(citation.document)}{at}")
        if citation.verdict in _VERDICTS:
            said, style = _VERDICTS[citation.verdict]
            line.append(f"  {said} {_about(citation, texts or {})}", style=style)
        yield line.append(f"  “{short(one_line(citation.quote), 100)}”", style="dim")


def _about(citation: Citation, texts: Mapping[str, str]) -> str:
    """The words of the answer that a citation belongs to; *its sentence* where they are not known."""
    said = texts.get(citation.message_id, "")[citation.answer_start or 0 : citation.answer_end or 0]
    return f"“{short(one_line(said), 60)}”" if said.strip() else "its sentence"


def error_line(error: Error) -> Text:
    """What went wrong, and what to do about it."""
    said = error.message if error.hint else failure_text(error.type, error.message)
    line = Text("failed: ", style="bold red").append(one_line(said), style="not bold red")
    return line.append(f" {one_line(error.hint)}", style="default") if error.hint else line


def numbers(end: RunFinished, said: AnswerRow | None, first_words: float | None, thread: str | None) -> Text:
    """The last line: how it ended, if not well, who answered, and what it took."""
    ended = end.status if not end.reason else f"{end.status} ({end.reason})"
    if end.status == "truncated":
        ended = f"{end.status}: {one_line(finish_reasons.sentence(end.cut, end.finish_reason))}"
    line = [] if end.status == "done" else [ended]
    if said and said.message.model:
        line.append(label_of(said.message.model))
    if first_words is not None:
        line.append(f"first token {first_words:.2f} s")
    rate = said.message.finished.tokens_per_second if said and said.message.finished else None
    if rate and end.usage:  # without usage no model wrote: a rate would mean nothing
        line.append(f"{rate:,.0f} tokens/s")
    if end.usage:
        line.append(f"{end.usage['input_tokens']:,} tokens in, {end.usage['output_tokens']:,} out")
    if end.cost is not None and end.usage:
        line.append(dollars(end.cost))
    line.append(f"{end.seconds:.1f} s")
    if thread:
        line.append(f"thread {one_line(thread)}")
    return Text(" · ".join(line), style="dim", overflow="fold")
