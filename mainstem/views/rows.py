"""What a screen can show of a run: one frozen row a thing. `mainstem.views.view` makes them from events."""

from dataclasses import dataclass, field
from typing import Any, Literal

from ..stream.events import Error, Interrupt, Notice, Progress, ToolStatus
from ..stream.transcript import TranscriptMessage


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to show. `depth` is its indent, `at` when it began, in seconds of the run."""

    key: str
    depth: int
    at: float

    @property
    def final(self) -> bool:
        """Whether it will not change any more."""
        return True


@dataclass(frozen=True, slots=True)
class NodeRow(Row):
    """A node of the graph."""

    node: str
    ended: bool = False
    stopped: bool = False
    """Whether it was cut short: by a stop, or by the failure of another step."""
    seconds: float | None = None
    error: Error | None = None
    progress: Progress | None = None
    doubted: bool = False
    """Whether it found the answer ungrounded: it ended well, and nothing is well."""

    @property
    def final(self) -> bool:
        """Whether the node ended."""
        return self.ended


@dataclass(frozen=True, slots=True)
class ProgressRow(Row):
    """Work that belongs to no node: the indexing before a run."""

    progress: Progress
    ended: bool = False
    stopped: bool = False
    """Whether the run ended before it was done."""

    @property
    def final(self) -> bool:
        """Whether it is done."""
        return self.ended


@dataclass(frozen=True, slots=True)
class ToolCallRow(Row):
    """A tool call: first written by the model (`text` is the end of what it wrote), then run with `args`."""

    name: str
    state: Literal["writing", "running"] | ToolStatus = "writing"
    text: str = ""
    args: dict[str, Any] = field(default_factory=dict[str, Any])
    progress: Progress | None = None
    seconds: float | None = None
    summary: str = ""
    artifact: Any = None

    @property
    def final(self) -> bool:
        """Whether the call ended."""
        return self.state not in ("writing", "running")


@dataclass(frozen=True, slots=True)
class SideTextRow(Row):
    """Words that are not the answer, the model's reasoning or another node's; `tail` is their end."""

    kind: Literal["reasoning", "words"]
    tail: str = ""
    ended: bool = False

    @property
    def final(self) -> bool:
        """Whether its message ended."""
        return self.ended


@dataclass(frozen=True, slots=True)
class AnswerRow(Row):
    """Words of the answer. The row stays the same while its message grows, so that a token costs one append."""

    message: TranscriptMessage

    @property
    def text(self) -> str:
        """All its words so far."""
        return self.message.text

    @property
    def calls(self) -> bool:
        """Whether the message makes tool calls: then it is not the last word."""
        return bool(self.message.calls)

    @property
    def final(self) -> bool:
        """Whether the message ended."""
        return self.message.finished is not None


@dataclass(frozen=True, slots=True)
class SupersededRow(Row):
    """In place of words that were shown and no longer count."""

    reason: str


@dataclass(frozen=True, slots=True)
class NoticeRow(Row):
    """Something that people should know."""

    notice: Notice


@dataclass(frozen=True, slots=True)
class InterruptRow(Row):
    """A decision that the run waits for."""

    interrupt: Interrupt


@dataclass(frozen=True, slots=True)
class FoldedRow(Row):
    """In place of rows that are not shown one by one: what goes on now, and in the end what was done."""

    rows: tuple[Row, ...] = ()
    """All rows of the run."""
    over: bool = False

    @property
    def final(self) -> bool:
        """Whether the run is over."""
        return self.over
