"""The last event of an AG-UI run: finished, waiting, cancelled, or failed."""

from collections.abc import Mapping, Sequence
from typing import Any

from ag_ui.core import (
    BaseEvent,
    Interrupt,
    RunErrorEvent,
    RunFinishedCancelledOutcome,
    RunFinishedEvent,
    RunFinishedInterruptOutcome,
    RunFinishedSuccessOutcome,
    TokenUsage,
)
from langchain_core.messages.ai import UsageMetadata

from mainstem.sessions.approvals import RESPONSE_SCHEMA, ApprovalRequest
from mainstem.stream import events as e

from ..tool_calls import ShownCall, shown_call


def ending(
    event: e.RunFinished, thread_id: str, run_id: str, asked: Sequence[e.Interrupt], calls: Mapping[str, ShownCall]
) -> BaseEvent:
    """`RUN_FINISHED` with its outcome, or `RUN_ERROR`."""
    spent = usage(event.usage)
    if event.status == "failed":
        error = event.error or e.Error(type="Error", message="The run failed.")
        return RunErrorEvent(message=error.sentence, code=error.type, usage=spent)
    result = event.model_dump(include={"status", "reason", "cut", "finish_reason", "error", "cost", "seconds"})
    outcome = _outcome(event, asked, calls)
    return RunFinishedEvent(thread_id=thread_id, run_id=run_id, result=result, outcome=outcome, usage=spent)


def _outcome(event: e.RunFinished, asked: Sequence[e.Interrupt], calls: Mapping[str, ShownCall]) -> Any:
    if event.status == "interrupted" and asked:
        return RunFinishedInterruptOutcome(interrupts=[interrupt(one, calls) for one in asked])
    return RunFinishedCancelledOutcome() if event.status == "stopped" else RunFinishedSuccessOutcome()


def interrupt(event: e.Interrupt, calls: Mapping[str, ShownCall]) -> Interrupt:
    """An interrupt in AG-UI's words; the request itself is in its metadata."""
    asked = ApprovalRequest.parse(event.request)
    keys = [shown_call(call, calls) for call in asked.calls] if asked else []
    return Interrupt(
        id=event.interrupt_id,
        reason="tool_call" if asked else "mainstem:interrupt",
        message=_message(event.request, asked),
        tool_call_id=keys[0] if len(keys) == 1 else None,
        response_schema=RESPONSE_SCHEMA if asked else None,
        metadata={"mainstem": {"request": event.request, "tool_call_ids": keys}},
    )


def _message(request: Any, asked: ApprovalRequest | None) -> str | None:
    if asked:
        return "; ".join(call.description or call.name for call in asked.calls)
    return request if isinstance(request, str) else None


def usage(counted: UsageMetadata | None) -> list[TokenUsage] | None:
    """The run's tokens, of all its models together."""
    if counted is None:
        return None
    read, thought = counted.get("input_token_details", {}), counted.get("output_token_details", {})
    return [
        TokenUsage(
            input_tokens=counted["input_tokens"],
            output_tokens=counted["output_tokens"],
            total_tokens=counted["total_tokens"],
            reasoning_tokens=thought.get("reasoning"),
            cached_input_tokens=read.get("cache_read"),
            cache_write_input_tokens=read.get("cache_creation"),
        )
    ]
