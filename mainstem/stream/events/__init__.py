"""The vocabulary: what a run can say. One frozen model a kind, one union, told apart by `type`.

An event's JSON is its wire form everywhere (NDJSON, SSE, WebSocket, journal): absent fields are omitted, times are
seconds, `at`, `first_at` and `last_at` count from the start of the run. `encode` writes it, `decode` reads it.
"""

from .citations import Citation, Locator, Verdict
from .event import Error, Event
from .kinds import KINDS, AnyEvent
from .messages import MessageDelta, MessageFinished, MessageReasoning, MessageStarted, MessageSuperseded, Words
from .nodes import Data, NodeFinished, NodeStarted, Progress
from .notices import Notice, NoticeKind
from .runs import Gap, HaltReason, Interrupt, RunFinished, RunStarted, Status
from .tools import ToolArguments, ToolDecision, ToolFinished, ToolOutput, ToolStarted, ToolStatus
from .wire import decode, encode, parse

__all__ = [
    "KINDS",
    "AnyEvent",
    "Citation",
    "Data",
    "Error",
    "Event",
    "Gap",
    "HaltReason",
    "Interrupt",
    "Locator",
    "MessageDelta",
    "MessageFinished",
    "MessageReasoning",
    "MessageStarted",
    "MessageSuperseded",
    "NodeFinished",
    "NodeStarted",
    "Notice",
    "NoticeKind",
    "Progress",
    "RunFinished",
    "RunStarted",
    "Status",
    "ToolArguments",
    "ToolDecision",
    "ToolFinished",
    "ToolOutput",
    "ToolStarted",
    "ToolStatus",
    "Verdict",
    "Words",
    "decode",
    "encode",
    "parse",
]
