"""One turn of the model: attempts, fallback, budget. The only node whose words are the answer."""

import asyncio
import random
from uuid import uuid4

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AnyMessage, SystemMessage
from langchain_core.messages.tool import invalid_tool_call
from langgraph.runtime import Runtime

from mainstem.models import ModelError, aload
from mainstem.models.toolcalls import doubtful_calls
from mainstem.settings import Settings
from mainstem.stream.parts import Parts
from mainstem.stream.prices import price
from mainstem.stream.repair import INCOMPLETE
from mainstem.stream.translate.reading import finish_reason_of
from tools import TOOLS

from .state import Context, State, Update, settings_of, turn_of

INSTRUCTIONS = """\
You answer questions about the user's own documents and tables. Look before you answer: search_documents for text, \
list_tables and query_table for numbers, calculate for arithmetic. Say only what the results support, and put the \
number of the passage, such as [2], after each sentence that rests on it. When nothing fits, say so."""

BACKOFF = (0.5, 8.0)
"""Seconds before the second attempt, and the most between two attempts."""


async def call_model(state: State, runtime: Runtime[Context]) -> Update:
    """Ask the model; a retry or a fallback takes back what the failed attempt has shown."""
    settings = settings_of(runtime)
    parts = Parts.of(runtime, "call_model")
    if settings.budget is not None and _spent(state["messages"]) >= settings.budget:
        parts.notice("budget", f"The run has cost its budget of ${settings.budget:g}.", rule="budget")
        return {"halted": "budget"}
    message = await _attempts(_prompt(state), settings, parts)
    if finish_reason_of(message) is None:
        message.response_metadata.update(INCOMPLETE)
    _set_doubtful_calls_aside(message)
    return {"messages": [message]}


def _set_doubtful_calls_aside(message: AIMessage) -> None:
    """Calls whose arguments came cut off or mixed up: LangChain mends them by guessing, and a guess is never run."""
    doubtful = doubtful_calls(message)
    message.invalid_tool_calls += [
        invalid_tool_call(id=call["id"], name=call["name"], args=doubtful[str(call["id"])], error="cut off or mixed up")
        for call in message.tool_calls
        if call["id"] in doubtful
    ]
    message.tool_calls = [call for call in message.tool_calls if call["id"] not in doubtful]


def _prompt(state: State) -> list[AnyMessage]:
    summary = state.get("summary")
    known = f"\n\nEarlier in this conversation:\n{summary}" if summary else ""
    return [SystemMessage(INSTRUCTIONS + known), *state["messages"]]


def _spent(messages: list[AnyMessage]) -> float:
    told = [m for m in turn_of(messages) if isinstance(m, AIMessage)]
    return sum(price(m.response_metadata.get("model_name"), None, m.usage_metadata) or 0.0 for m in told)


async def _attempts(prompt: list[AnyMessage], settings: Settings, parts: Parts) -> AIMessage:
    names = [settings.model, *settings.fallbacks]
    number = 0
    for position, name in enumerate(names):
        model = await aload(name, settings)
        for attempt in range(settings.max_attempts):
            number += 1
            run_id = uuid4()
            if number > 1:
                parts.attempt(number)
            try:
                return await _bound(model).ainvoke(prompt, config={"run_id": run_id})
            except ModelError as error:
                last = attempt + 1 == settings.max_attempts or not error.retryable
                if last and position + 1 == len(names):
                    raise
                parts.superseded(f"lc_run--{run_id}", "fallback" if last else "retry")
                parts.notice("review", f"Attempt {number} failed: {error}", rule="attempts", count=number)
                if last:
                    break
                await asyncio.sleep(_pause(attempt, error.retry_after))
    raise AssertionError("the last attempt returns or raises")


def _bound(model: BaseChatModel) -> "BaseChatModel":
    return model.bind_tools(list(TOOLS.values()))  # type: ignore[return-value]  # a binding is called like its model


def _pause(attempt: int, told: float | None) -> float:
    """Seconds until the next attempt: what the provider told, else doubling with jitter."""
    first, most = BACKOFF
    return told if told is not None else min(most, first * 2**attempt) * random.uniform(0.5, 1.0)  # noqa: S311
