"""What a run is doing, and what it has done, in a line of people's words; the page says the same (`run_summary.js`)."""

from collections.abc import Iterable, Sequence

from ..text import QUOTED, counted, label_of, one_line, short, short_arguments
from .rows import AnswerRow, NodeRow, ProgressRow, Row, SideTextRow, ToolCallRow

DOING = {
    "screen": "reading the question",
    "retrieve": "searching",
    "call_model": "thinking",
    "model": "thinking",
    "run_tool": "using a tool",
    "tools": "using a tool",
    "verify": "checking the answer",
    "compact": "shortening the conversation",
}
"""What a step does of which no more is known yet, by its name: our agent's steps, and LangGraph's own."""

_SHOWN_BY_ITSELF = ("error", "timeout", "rejected")


def is_plumbing(row: Row) -> bool:
    """Whether a row only tells how the answer comes about: a step, a call that goes well, words that are not it."""
    if isinstance(row, ToolCallRow):
        return row.state not in _SHOWN_BY_ITSELF
    return isinstance(row, ProgressRow | SideTextRow) or (isinstance(row, NodeRow) and row.error is None)


def activity(rows: Sequence[Row]) -> str:
    """What is going on now."""
    running = [row for row in reversed(rows) if not row.final]
    for row in running:
        if isinstance(row, ToolCallRow):
            return f"{_words(row.name)}: {short_arguments(row.args)}" if row.args else _words(row.name)
    if any(isinstance(row, AnswerRow) and row.text for row in running):
        return "answering"
    if any(isinstance(row, SideTextRow) and row.kind == "reasoning" for row in running):
        return "reasoning"
    for row in running:
        if isinstance(row, AnswerRow) and (model := row.message.model):
            return "quoting, no model" if model in QUOTED else f"asking {label_of(model)}"
    for row in running:
        if isinstance(row, NodeRow | ProgressRow):
            label = row.progress.label if row.progress else ""
            return short(one_line(label), 80) or (_doing(row.node) if isinstance(row, NodeRow) else "working")
    return "working"


def account(rows: Sequence[Row]) -> str:
    """What was done: `searched 8 passages · asked gpt-4o · 2 tool calls`; the steps by number, where that is all."""
    said = [*_searched(rows), *_asked(rows)]
    if not said:
        said.append(counted(sum(isinstance(row, NodeRow) for row in rows), "step"))
    if calls := sum(isinstance(row, ToolCallRow) for row in rows):
        said.append(counted(calls, "tool call"))
    return " · ".join(said)


def _searched(rows: Sequence[Row]) -> Iterable[str]:
    steps = [row.progress for row in rows if isinstance(row, NodeRow | ProgressRow | ToolCallRow)]
    for unit, done in (("passages", "searched"), ("tables", "found")):
        if found := int(sum(progress.done for progress in steps if progress and progress.unit == unit)):
            yield f"{done} {counted(found, unit.removesuffix('s'))}"


def _asked(rows: Sequence[Row]) -> Iterable[str]:
    models = dict.fromkeys(row.message.model for row in rows if isinstance(row, AnswerRow) and row.message.model)
    return [QUOTED.get(model) or f"asked {label_of(model)}" for model in models]


def _doing(node: str) -> str:
    return DOING.get(node) or _words(node)


def _words(name: str) -> str:
    """A name from code as people read it."""
    return one_line(name.replace("_", " ").replace("-", " "))
