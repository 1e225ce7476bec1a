"""Collect all pending calls that a person has to decide on, and ask once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, cast

from langchain_core.messages import AIMessage, InvalidToolCall, ToolCall, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.runtime import Runtime
from langgraph.types import Command, Send, interrupt

from mainstem.sessions.approvals import (
    DECISION_KINDS,
    ApprovalRequest,
    Decision,
    DecisionRecord,
    PendingCall,
    WrongDecision,
    answer_message,
    check_response,
    edited_call,
    expired,
    is_for_thread,
    recorded,
    refusal_message,
    reject,
)
from mainstem.stores.opening import open_stores
from mainstem.stream.translate.message_fields import shortened
from mainstem.stream.writer import RAW, StreamWriter, stream_writer
from tools import TOOLS, available, numbers_passages

from .approval import expiry, for_thread, must_ask, too_late
from .client_calls import client_calls
from .context import Context, run_settings
from .messages import last_answer
from .passages import passages_of_turn
from .question import ask
from .state import State, ToolTask, Update

DECISIONS = DECISION_KINDS
"""What a person may decide."""

_NOT_MADE = "It was not made. Do not make it again unless asked to."

PASSAGES_A_SEARCH = 10
"""Numbers that are kept free for each call that numbers passages."""


async def approve(state: State, runtime: Runtime[Context]) -> Command[Literal["run_tool", "compact"]]:
    """Ask about what a policy says, answer what cannot be run, leave the client its calls, and send the rest on."""
    message = last_answer(state["messages"])
    assert message is not None, "the route leads here only from a message with calls"  # noqa: S101
    settings, writer, approved = run_settings(runtime), stream_writer(runtime), state.get("approved") or {}
    tools, _ = await available(settings, TOOLS)
    pending = {at: call for at, call in enumerate(message.tool_calls) if must_ask(call, tools, settings, approved)}
    decided = await _ask(pending, tools, expiry(message), runtime) if pending else {}
    records = {at: recorded(decision) for at, decision in decided.items()}
    calls = [_edited(call, decided.get(position)) for position, call in enumerate(message.tool_calls)]
    told = {at: records.get(at) or approved.get(call["name"]) for at, call in enumerate(calls)}
    answered = _answers(calls, decided, told, writer)
    tasks = [
        Send("run_tool", {**task, "decision": told[at]})
        for at, task in enumerate(_tasks(calls, tools, message, state))
        if at not in answered and str(calls[at]["id"]) not in client_calls(message)
    ]
    answers: list[Any] = [*answered.values(), *_malformed(message, writer)]
    if calls != message.tool_calls:
        answers.insert(0, message.model_copy(update={"tool_calls": calls}))
    update = Update(messages=answers) if answers else Update()
    if lasting := _lasting(pending, decided, records, writer):
        update["approved"] = {**approved, **lasting}
    return Command(update=cast("Any", update), goto=cast("Any", tasks or "compact"))


async def _ask(
    pending: dict[int, ToolCall], tools: Mapping[str, BaseTool], until: datetime | None, runtime: Runtime[Context]
) -> dict[int, Decision]:
    """The decision for each position; an answer that does not fit is asked for again, with what was wrong.

    Once it is too late, every call is rejected, whatever was decided.
    """
    request = _request([_pending(call, tools) for call in pending.values()], until)
    answer = await ask(request.as_json(), open_stores(run_settings(runtime)).ledger)
    while True:
        if why := expired(until):
            stream_writer(runtime).notice("review", too_late(len(pending), why), rule="expired", count=len(pending))
            return dict.fromkeys(pending, reject(why))
        try:
            return dict(zip(pending, check_response(request, answer), strict=True))
        except WrongDecision as error:
            problem = f"{error} {error.hint} "
            request = _request([_pending(call, tools, problem) for call in pending.values()], until)
            answer = interrupt(request.as_json())


def _lasting(
    pending: dict[int, ToolCall],
    decided: dict[int, Decision],
    records: dict[int, DecisionRecord],
    writer: StreamWriter,
) -> dict[str, DecisionRecord]:
    """The tools that were approved for the thread."""
    lasting = {pending[at]["name"]: records[at] for at, decision in decided.items() if is_for_thread(decision)}
    for name, record in lasting.items():
        writer.notice("review", for_thread(record, name), rule="approved")
    return lasting


def _request(pending: list[PendingCall], until: datetime | None) -> ApprovalRequest:
    return ApprovalRequest(tuple(pending), expires_at=until)


def _pending(call: ToolCall, tools: Mapping[str, BaseTool], problem: str = "") -> PendingCall:
    description = problem + tools[call["name"]].description.split("\n")[0]
    return PendingCall(call["name"], call["args"], description, DECISIONS, may_last=True)


def _edited(call: ToolCall, decision: Decision | None) -> ToolCall:
    edited = edited_call(decision) if decision is not None else None
    return call if edited is None else {**call, "name": edited["name"], "args": edited["args"]}


def _answers(
    calls: list[ToolCall],
    decided: dict[int, Decision],
    told: Mapping[int, DecisionRecord | None],
    writer: StreamWriter,
) -> dict[int, ToolMessage]:
    """What the model reads of calls that a person rejected, or answered in the tool's place."""
    answered: dict[int, ToolMessage] = {}
    for position, decision in decided.items():
        call, said = calls[position], answer_message(decision)
        reason = refusal_message(decision)
        if said is None and reason is None:
            continue
        why = reason or "no reason was given"
        text = said if said is not None else f"The user rejected this call ({why}). {_NOT_MADE}"
        status: Literal["success", "error"] = "error" if said is None else "success"
        answered[position] = ToolMessage(text, tool_call_id=str(call["id"]), name=call["name"], status=status)
        writer.tool_started(call, decision=told[position])
        writer.tool_finished(call, "rejected" if said is None else "ok", summary=shortened(text))
    return answered


def _tasks(calls: list[ToolCall], tools: Mapping[str, BaseTool], message: AIMessage, state: State) -> list[ToolTask]:
    used = [passage["n"] for passage in passages_of_turn(state)]
    first = (max(used, default=0) + PASSAGES_A_SEARCH - 1) // PASSAGES_A_SEARCH * PASSAGES_A_SEARCH + 1
    tasks: list[ToolTask] = []
    for position, call in enumerate(calls):
        tasks.append({"call": call, "first_number": first, "message_id": str(message.id), "position": position})
        tool = tools.get(call["name"])
        first += PASSAGES_A_SEARCH if tool is not None and numbers_passages(tool) else 0
    return tasks


def _malformed(message: AIMessage, writer: StreamWriter) -> list[ToolMessage]:
    """Calls whose arguments are not JSON are never run: the model is told."""
    return [_refused(call, writer) for call in message.invalid_tool_calls]


def _refused(call: InvalidToolCall, writer: StreamWriter) -> ToolMessage:
    text = (
        f"The arguments are not valid JSON ({call['error'] or 'they cannot be parsed'}): {call['args']!r:.200}. "
        "Nothing was run. Make the call again with valid arguments."
    )
    told = {"id": call["id"] or "", "name": call["name"] or "", "args": {RAW: call["args"] or ""}}
    writer.tool_started(told)
    writer.tool_finished(told, "error", summary=shortened(text))
    return ToolMessage(text, tool_call_id=told["id"], name=told["name"], status="error")
