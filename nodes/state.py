"""What the agent knows of a thread (`State`), and what its nodes write (`Update`).

They stand here, below the graph, because every node is written against them and imports only go down; `graph`
gives them out again.
"""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from langchain_core.messages import AnyMessage, ToolCall

from mainstem.events import HaltReason
from mainstem.models.retrieved import Retrieved
from mainstem.sessions.approvals import DecisionRecord

from .channels import message_channel, seldom_channel


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
    sources: list[str]
    """Names of the documents that the last answer with citations cited."""
    retrieved: Annotated[Retrieved, seldom_channel()]
    """What was found for the last question before the model was asked."""
    halted: HaltReason | Literal[""]
    """Why this turn ends without an answer; empty while it goes on."""
    approved: dict[str, DecisionRecord]
    """The tools whose calls a person has approved for the whole thread."""


class Update(TypedDict, total=False):
    """What a node may write."""

    messages: list[Any]
    summary: str
    title: str
    turns: int
    citations: list[dict[str, Any]]
    sources: list[str]
    retrieved: Retrieved
    halted: HaltReason | Literal[""]
    approved: dict[str, DecisionRecord]


class ToolTask(TypedDict):
    """What one `run_tool` is given."""

    call: ToolCall
    first_number: int
    """The number that its first passage gets, so that marks are unique within a turn."""
    message_id: NotRequired[str]
    """The message that asks for the call; absent in tasks that an earlier version left in a thread."""
    position: NotRequired[int]
    """Its position among the calls of that message: ids do not tell calls apart."""
    decision: NotRequired[DecisionRecord | None]
    """What a person decided on it."""
