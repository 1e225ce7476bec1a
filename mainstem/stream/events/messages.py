"""A model's messages: their words as they come, what is taken back, and the end with its numbers."""

from typing import Literal

from langchain_core.messages.ai import UsageMetadata

from .event import Event


class MessageStarted(Event):
    """A model turn's words begin."""

    nullable = frozenset({"answer"})

    type: Literal["message.started"] = "message.started"
    message_id: str
    """Id of the message, the same in the checkpoint."""
    model: str | None = None
    """Name of the model, where the provider or LangChain tells it."""
    provider: str | None = None
    """Who serves it, where LangChain tells that: `openai`, `anthropic`, `ollama`."""
    attempt: int = 1
    """1 for the first try of this turn, then 2, 3 …"""
    answer: bool | None = None
    """Whether these are words of the answer: true, false, or null when the graph did not say."""


class Words(Event):
    """A piece of what a model writes; `MessageDelta` and `MessageReasoning` are its two kinds."""

    message_id: str
    """The message it belongs to."""
    text: str
    """What to append to it."""
    n: int = 1
    """How many arrivals it joins."""
    first_at: float = 0.0
    """When the first of them arrived."""
    last_at: float = 0.0
    """When the last of them arrived."""
    tokens: int = 0
    """Arrivals of this message so far, this one included (most providers send one token each)."""
    words: int = 0
    """Words of this message so far."""
    spent_tokens: int | None = None
    """Tokens of the run so far, of input and of output, as they are held against its budget: an estimate while a
    message goes on. Absent where no budget limits the run."""
    spent_cost: float | None = None
    """The same in US dollars. Absent where no budget limits what is paid."""


class MessageDelta(Words):
    """Text to show."""

    type: Literal["message.delta"] = "message.delta"


class MessageReasoning(Words):
    """The model's reasoning, a channel of its own."""

    type: Literal["message.reasoning"] = "message.reasoning"


class MessageSuperseded(Event):
    """What was shown of this message no longer counts."""

    type: Literal["message.superseded"] = "message.superseded"
    message_id: str
    """The message to take back."""
    reason: Literal["retry", "fallback", "repair"]
    """A new attempt, another model, or a text that was changed: by a node, or by the model that was asked to."""


class MessageFinished(Event):
    """The end of a model's turn, with its numbers, all measured at the arrivals."""

    nullable = frozenset({"finish_reason", "cost"})

    type: Literal["message.finished"] = "message.finished"
    message_id: str
    """The message that ended."""
    finish_reason: str | None = None
    """Why it ended, in the provider's word; null when the provider did not say. `returned`: a node made it whole."""
    complete: bool = False
    """True only where the finish reason is one of those that are known to end a whole answer."""
    usage: UsageMetadata | None = None
    """Tokens in and out, as LangChain's `UsageMetadata`."""
    cost: float | None = None
    """US dollars; null when the price is unknown."""
    ttft: float | None = None
    """Seconds from the call of the model to its first delta."""
    gap_p50: float | None = None
    """Median seconds between arrivals."""
    gap_p95: float | None = None
    """95th percentile of the seconds between arrivals."""
    stalls: int = 0
    """Gaps of more than two seconds."""
    tokens_per_second: float | None = None
    """Arrivals a second, from the first to the last."""
