"""Collect all pending calls of tools that change something, and ask a person once."""

from typing import Any, Literal, cast

from langchain_core.messages import AIMessage, InvalidToolCall, ToolCall, ToolMessage
from langgraph.runtime import Runtime
from langgraph.types import Command, Send, interrupt

from mainstem.sessions.approvals import (
    ApprovalRequest,
    Decision,
    PendingCall,
    WrongDecision,
    check_response,
    edited_call,
    refusal_message,
)
from mainstem.stream.translate.message_fields import shortened
from mainstem.stream.writer import RAW, StreamWriter, stream_writer
from tools import TOOLS, changes_something, numbers_passages

from .context import Context
from .messages import last_answer
from .passages import passages_of_turn
from .state import State, ToolTask

DECISIONS = ("approve", "edit", "reject")
"""What a person may decide."""

PASSAGES_A_SEARCH = 10
"""Numbers that are kept free for each call that numbers passages."""


async def approve(state: State, runtime: Runtime[Context]) -> Command[Literal["run_tool", "compact"]]:
    """Ask about what changes something, answer what cannot be run, and send the rest to `run_tool`."""
    message = last_answer(state["messages"])
    assert message is not None, "the route leads here only from a message with calls"  # noqa: S101
    pending = {position: call for position, call in enumerate(message.tool_calls) if _must_ask(call)}
    decided = _ask(pending) if pending else {}
    calls = [_edited(call, decided.get(position)) for position, call in enumerate(message.tool_calls)]
    writer = stream_writer(runtime)
    rejected = _rejections(calls, decided, writer)
    tasks = [Send("run_tool", task) for task in _tasks(calls, message, state) if task.get("position") not in rejected]
    answers: list[Any] = [*rejected.values(), *_malformed(message, writer)]
    if calls != message.tool_calls:
        answers.insert(0, message.model_copy(update={"tool_calls": calls}))
    return Command(update={"messages": answers} if answers else {}, goto=cast("Any", tasks or "compact"))


def _must_ask(call: ToolCall) -> bool:
    tool = TOOLS.get(call["name"])
    return tool is not None and changes_something(tool)


def _ask(pending: dict[int, ToolCall]) -> dict[int, Decision]:
    """The decision for each position; an answer that does not fit is asked for again, with what was wrong."""
    problem = ""
    while True:
        request = _request(list(pending.values()), problem)
        try:
            decisions = check_response(request, interrupt(request.as_json()))
            return dict(zip(pending, decisions, strict=True))
        except WrongDecision as error:
            problem = f"{error} {error.hint} "


def _request(pending: list[ToolCall], problem: str) -> ApprovalRequest:
    return ApprovalRequest(tuple(_pending(call, problem) for call in pending))


def _pending(call: ToolCall, problem: str) -> PendingCall:
    description = problem + TOOLS[call["name"]].description.split("\n")[0]
    return PendingCall(call["name"], call["args"], description, DECISIONS)


def _edited(call: ToolCall, decision: Decision | None) -> ToolCall:
    edited = edited_call(decision) if decision is not None else None
    return call if edited is None else {**call, "name": edited["name"], "args": edited["args"]}


def _rejections(calls: list[ToolCall], decided: dict[int, Decision], writer: StreamWriter) -> dict[int, ToolMessage]:
    rejected: dict[int, ToolMessage] = {}
    for position, call in enumerate(calls):
        decision = decided.get(position)
        reason = refusal_message(decision) if decision is not None else None
        if reason is not None:
            why = reason or "no reason was given"
            text = f"The user rejected this call ({why}). It was not made. Do not make it again unless asked to."
            rejected[position] = ToolMessage(text, tool_call_id=str(call["id"]), name=call["name"], status="error")
            writer.tool_started(call)
            writer.tool_finished(call, "rejected", summary=text)
    return rejected


def _tasks(calls: list[ToolCall], message: AIMessage, state: State) -> list[ToolTask]:
    used = [passage["n"] for passage in passages_of_turn(state)]
    first = (max(used, default=0) + PASSAGES_A_SEARCH - 1) // PASSAGES_A_SEARCH * PASSAGES_A_SEARCH + 1
    tasks: list[ToolTask] = []
    for position, call in enumerate(calls):
        tasks.append({"call": call, "first_number": first, "message_id": str(message.id), "position": position})
        tool = TOOLS.get(call["name"])
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
