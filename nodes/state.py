"""What the agent knows (`State`) and what a caller chooses (`Context`).

They stand here, below the graph, because every node is written against them and imports only go down; `graph`
gives them out again.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, NotRequired, TypedDict, cast

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from langgraph.runtime import Runtime

from mainstem.settings import Settings, active

from .channel import message_channel, seldom_channel


class InputState(TypedDict):
    """What a caller gives: the new messages."""

    messages: Annotated[list[AnyMessage], message_channel()]


class State(InputState, total=False):
    """What the agent keeps of a thread."""

    summary: Annotated[str, seldom_channel()]
    """What the folded turns said."""
    title: str
    """The beginning of the first question."""
    turns: int
    """Questions asked so far."""
    citations: list[dict[str, Any]]
    """The last answer's marks, resolved."""
    halted: str
    """Why this turn ends without an answer: `policy` or `budget`; empty while it goes on."""


class Update(TypedDict, total=False):
    """What a node may write."""

    messages: list[Any]
    summary: str
    title: str
    turns: int
    citations: list[dict[str, Any]]
    halted: str


class ToolTask(TypedDict):
    """What one `run_tool` is given."""

    call: ToolCall
    first_number: int
    """The number that its first passage gets, so that marks are unique within a turn."""
    message_id: NotRequired[str]
    """The message that asks for the call; absent in tasks that an earlier version left in a thread."""
    position: NotRequired[int]
    """Its position among the calls of that message: ids do not tell calls apart."""


@dataclass(frozen=True)
class Context:
    """What a caller may choose for one run; each default means: as the settings say."""

    model: str | None = None
    """`extractive`, `openai:NAME` or `scripted:FILE`."""
    docs: list[str] = field(default_factory=list[str])
    """Search only at or below these paths."""


def settings_of(runtime: Runtime[Context]) -> Settings:
    """The active settings, with what this run's caller chose."""
    settings, context = active(), cast("Context | None", runtime.context)
    if context is None or not (context.model or context.docs):
        return settings
    return _chosen(_Same(settings), context.model, tuple(context.docs))


class _Same:
    """Settings compared by identity: they hold lists, and models are kept for each settings object."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.settings is self.settings

    def __hash__(self) -> int:
        return id(self.settings)


@lru_cache(maxsize=64)
def _chosen(base: _Same, model: str | None, docs: tuple[str, ...]) -> Settings:
    chosen: dict[str, Any] = {"model": model} if model else {}
    if docs:
        chosen["docs"] = [Path(path) for path in docs]
    return base.settings.model_copy(update=chosen)


def turn_of(messages: list[AnyMessage]) -> list[AnyMessage]:
    """The messages of the current turn: from the last question on."""
    for position in range(len(messages) - 1, -1, -1):
        if isinstance(messages[position], HumanMessage):
            return messages[position:]
    return messages


def last_answer(messages: list[AnyMessage]) -> AIMessage | None:
    """The model's latest message, if it is the last word of the thread."""
    return messages[-1] if messages and isinstance(messages[-1], AIMessage) else None


def passages_of(message: AnyMessage) -> list[dict[str, Any]]:
    """The numbered passages that a tool returned."""
    artifact: Any = message.artifact if isinstance(message, ToolMessage) else None
    return list(cast("dict[str, Any]", artifact).get("passages") or ()) if isinstance(artifact, dict) else []
