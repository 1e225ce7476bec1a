"""What a turn may still spend: the run's budget where the run is watched here, else one held by the agent itself."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.utils import count_tokens_approximately
from langchain_core.runnables.config import ensure_config
from langgraph.runtime import Runtime

from mainstem.models.budget import check_budget, dearest
from mainstem.sessions.budgets import shared_accounts
from mainstem.settings import Settings, use
from mainstem.stream.callbacks.budget import BudgetCallbacks
from mainstem.stream.prices import load, price
from mainstem.stream.spending import Account, Spending, run_spending
from mainstem.stream.writer import stream_writer

from .context import Context
from .messages import current_turn


class TurnBudget:
    """What one turn of the model may spend; `callbacks` hold it, where no run that is watched here does."""

    def __init__(self, spending: Spending | None, held: "HeldByAgent | None" = None) -> None:
        self._spending = spending
        self._held = held
        self.callbacks = held.handlers if held is not None else []

    def allows(self, messages: list[AnyMessage]) -> bool:
        """Whether the model may be asked again, with these messages."""
        return self._spending is None or not self._spending.refusal(count_tokens_approximately(messages))

    @property
    def partial(self) -> list[AIMessage]:
        """What the model had said when the budget was used up."""
        return [self._held.partial()] if self._held is not None and self._held.said else []


class HeldByAgent(BudgetCallbacks):
    """Holds a budget where the graph runs under a server, and keeps what was said until then."""

    def __init__(self, spending: Spending) -> None:
        super().__init__(spending, raises=True)
        self.said = ""
        self._message_id: str | None = None

    async def on_llm_new_token(self, token: Any, *, chunk: Any = None, run_id: UUID, **kwargs: Any) -> None:
        """Count it, and keep it where it fits."""
        await super().on_llm_new_token(token, chunk=chunk, run_id=run_id, **kwargs)
        if (message_id := f"lc_run--{run_id}") != self._message_id:
            self.said, self._message_id = "", message_id
        self.said += token if isinstance(token, str) else chunk.message.text if chunk is not None else ""

    def partial(self) -> AIMessage:
        """A message that says that it is not complete."""
        return AIMessage(self.said, id=self._message_id, response_metadata={"complete": False})


@asynccontextmanager
async def turn_budget(
    messages: list[AnyMessage], settings: Settings, runtime: Runtime[Context]
) -> AsyncGenerator[TurnBudget]:
    """What the next turn of the model may spend. Raises `UnknownPrice`, `SpendingError`."""
    await check_budget(settings)
    if (known := run_spending()) is not None:
        yield TurnBudget(known)
        return
    async with shared_accounts(settings, *_spender()) as shared:
        own = [Account("run", settings.run_budget, await _spent(messages, settings))]
        spending = Spending(
            [*(own if settings.run_budget.limits else []), *shared.each],
            halt=lambda rule, text: _ignored(stream_writer(runtime).halt("budget", text, rule=rule)),
            warn=lambda rule, text: stream_writer(runtime).notice("budget", text, rule=rule),
            changed=shared.changed,
        )
        yield TurnBudget(spending, HeldByAgent(spending)) if spending.accounts else TurnBudget(None)


def _spender() -> tuple[str, str]:
    """The thread and the user of a run whose user the LangGraph server around it knows; else nobody: such a run may be
    one of a session of ours that reaches the graph through that server, and counts what it spends.
    """
    place = ensure_config().get("configurable") or {}
    user = str(place.get("langgraph_auth_user_id") or "")
    return (str(place.get("thread_id") or ""), user) if user else ("", "")


def _ignored(_: object) -> None:
    pass


async def _spent(messages: list[AnyMessage], settings: Settings) -> dict[str, float]:
    """What this turn has spent, by what providers told of it, and by an estimate where they told nothing."""
    used = _used(messages)
    if used and settings.budget is not None:
        await load()
    made = sum(len(message.tool_calls) for message, _ in used)
    return {
        "tokens": sum(usage["total_tokens"] for _, usage in used),
        "cost": sum(_cost(message, usage, settings) for message, usage in used),
        "tool_calls": made,
        "turns": len(used),
    }


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
