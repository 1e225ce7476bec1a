"""Run one tool call: start, progress, finish, and whatever goes wrong as words that the model can act on."""

import json
from typing import Literal, cast

from langchain_core.messages import ToolCall, ToolMessage
from langchain_core.tools import BaseTool
from langgraph.constants import TAG_NOSTREAM
from langgraph.errors import NodeError, NodeTimeoutError
from langgraph.runtime import Runtime
from langgraph.types import Command, interrupt
from pydantic import ValidationError

from mainstem.knowledge import StorageError
from mainstem.sessions.approvals import ApprovalRequest, PendingCall
from mainstem.settings import active, use
from mainstem.stores.ledger import Ledger, ToolCallClaim
from mainstem.stores.opening import open_stores
from mainstem.stream.errors import describe
from mainstem.stream.translate.message_fields import shortened
from mainstem.stream.writer import StreamWriter, stream_writer
from tools import TOOLS, available, changes_something, numbers_passages

from .context import Context, run_settings
from .masking import masked, masked_output
from .state import ToolTask, Update


async def run_tool(task: ToolTask, runtime: Runtime[Context]) -> Update:
    """Run the call of this task. One that changes something goes through the ledger."""
    call, writer = task["call"], stream_writer(runtime)
    settings = run_settings(runtime)
    tools, _ = await available(settings, TOOLS)
    tool = tools.get(call["name"])
    writer.tool_started(call, decision=task.get("decision"))
    if tool is None:
        return _done(call, _failed(call, f"There is no tool {call['name']!r}. There are: {', '.join(tools)}."), writer)
    if settings.read_only and changes_something(tool):
        return _done(call, _failed(call, "Nothing may be changed in this run: the call was not made."), writer)
    with use(settings):
        if changes_something(tool):
            message = await _once(tool, task, runtime)
        else:
            message = await _run(tool, task, writer)
    return _done(call, message, writer)


async def _run(tool: BaseTool, task: ToolTask, writer: StreamWriter) -> ToolMessage:
    call = task["call"]
    extra = {"first_number": task["first_number"]} if numbers_passages(tool) else {}
    given = {"type": "tool_call", "id": call["id"], "name": call["name"], "args": {**call["args"], **extra}}
    try:
        # This node tells of its tools itself, so that remote readers see them too.
        async with masked_output(active(), writer, str(call["id"])):
            message = cast("ToolMessage", await tool.ainvoke(given, config={"tags": [TAG_NOSTREAM]}))
        return await masked(message, active())
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_url=False))
        return _failed(call, f"The arguments do not fit: {problems}. Correct them and call again.")


async def _once(tool: BaseTool, task: ToolTask, runtime: Runtime[Context]) -> ToolMessage:
    """Run a call that changes something at most once, however often this node is run again."""
    call, claim = task["call"], _claim(task, runtime)
    ledger = open_stores(run_settings(runtime)).ledger
    known = await ledger.claim(claim)
    if known is not None and known.outcome is not None:
        return ToolMessage(known.outcome, tool_call_id=str(call["id"]), name=call["name"], status=known.status)
    if known is not None and not await _may_repeat(call, claim, ledger):
        return _failed(call, "This call was interrupted, and nobody knows whether it took effect. It was not repeated.")
    message = await _run(tool, {"call": call, "first_number": 1}, stream_writer(runtime))
    await ledger.finish(claim, message.text, message.status)
    return message


def _claim(task: ToolTask, runtime: Runtime[Context]) -> ToolCallClaim:
    call, info = task["call"], runtime.execution_info
    return ToolCallClaim(
        thread=(info.thread_id if info else None) or (info.checkpoint_ns if info else ""),
        message=task.get("message_id") or str(call["id"]),
        position=task.get("position", 0),
        tool=call["name"],
        args=json.dumps(call["args"]),
        call_id=str(call["id"]),
    )


async def _may_repeat(call: ToolCall, claim: ToolCallClaim, ledger: Ledger) -> bool:
    """Ask a person about a call that was begun and of which nobody knows whether it was done.

    An answer counts once, and only to a question that was put before it came: a server that goes on with the run of a
    process that died gives it the decision once more that the run began with.
    """
    description = (
        "This call was begun before, and the process ended. It may have taken effect. "
        "Approve to make it again, reject to leave it."
    )
    request = ApprovalRequest((PendingCall(call["name"], call["args"], description, ("approve", "reject")),))
    number = 0
    while True:
        question = claim.question(number)
        put = await ledger.claim(question)
        answer = interrupt(request.as_json())
        await ledger.finish(question, "answered")
        if put is not None and put.outcome is None:
            return request.is_approved_by(answer)
        number += 1


def _done(call: ToolCall, message: ToolMessage, writer: StreamWriter) -> Update:
    status = "error" if message.status == "error" else "ok"
    writer.tool_finished(call, status, summary=shortened(message.text), artifact=message.artifact)
    return {"messages": [message]}


def _failed(call: ToolCall, text: str) -> ToolMessage:
    return ToolMessage(text, tool_call_id=str(call["id"]), name=call["name"], status="error")


async def after_error(task: ToolTask, error: NodeError, runtime: Runtime[Context]) -> Command[Literal["compact"]]:
    """What the model is told when a call ran out of time or broke."""
    call, cause = task["call"], error.error
    if isinstance(cause, StorageError):
        raise cause  # the model can do nothing about the disk: the run ends, and says what people can
    late = isinstance(cause, NodeTimeoutError)
    said = describe(cause).sentence if late else f"The tool broke: {type(cause).__name__}: {cause}"
    text = await masked(said, run_settings(runtime))
    writer = StreamWriter(runtime.stream_writer, node=error.node)
    writer.tool_finished(call, "timeout" if late else "error", summary=shortened(text))
    # What handles a node's error has none of that node's edges.
    return Command(update={"messages": [_failed(call, text)]}, goto="compact")
