"""What this turn has spent: by what providers told of it, and by an estimate where they told nothing."""

from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.utils import count_tokens_approximately

from mainstem.models.budget import check_budget, dearest
from mainstem.settings import Settings, use
from mainstem.stream.prices import load, price

from .messages import current_turn


async def overspent(messages: list[AnyMessage], settings: Settings) -> str:
    """Why the model may not be asked again, in words; empty while it may. Raises `UnknownPrice`."""
    if settings.budget is None and settings.budget_tokens is None:
        return ""
    await check_budget(settings)
    used = _used(messages)
    tokens = sum(usage["total_tokens"] for _, usage in used)
    if settings.budget_tokens is not None and tokens >= settings.budget_tokens:
        return f"The run has used its budget of {settings.budget_tokens:,} tokens."
    if settings.budget is None:
        return ""
    if used:
        await load()
    if sum(_cost(message, usage, settings) for message, usage in used) >= settings.budget:
        return f"The run has cost its budget of ${settings.budget:g}."
    return ""


def _used(messages: list[AnyMessage]) -> list[tuple[AIMessage, UsageMetadata]]:
    """The model's messages of this turn, each with its tokens."""
    first = len(messages) - len(current_turn(messages))
    return [
        (message, message.usage_metadata or _estimate(messages[:position], message))
        for position, message in enumerate(messages)
        if position >= first and isinstance(message, AIMessage)
    ]


def _estimate(prompt: list[AnyMessage], message: AIMessage) -> UsageMetadata:
    asked, said = count_tokens_approximately(prompt), count_tokens_approximately([message])
    return UsageMetadata(input_tokens=asked, output_tokens=said, total_tokens=asked + said)


def _cost(message: AIMessage, usage: UsageMetadata, settings: Settings) -> float:
    about = message.response_metadata
    with use(settings):
        told = price(about.get("model_name"), about.get("model_provider"), usage)
    return dearest(usage, settings) if told is None else told
