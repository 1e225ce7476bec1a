"""From our events to the chunks of the AI SDK's UI message stream. Pure: one small function a kind of event.

What the protocol has no word for travels as a `data-…` part that holds the event itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from mainstem.sessions.approvals import ApprovalRequest
from mainstem.stream import events as e
from mainstem.stream.answer import may_answer
from mainstem.stream.spans import node_key
from mainstem.stream.transcript import Transcript

from ..approval_ids import approval_id
from ..tool_calls import ShownCall, shown_call

UIChunk = dict[str, Any]
"""One chunk of the stream, as JSON."""

MEDIA_TYPES = {
    ".md": "text/markdown",
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""Of cited documents; `mimetypes` would read files for it."""


@dataclass
class TranslatorState:
    """What must be remembered from one event to the next."""

    message_id: str | None = None
    """The client's assistant message that goes on; None: a new one, named after the run."""
    calls: dict[str, ShownCall] = field(default_factory=dict[str, ShownCall])
    """Tool calls that the message already shows."""
    open: set[str] = field(default_factory=set[str])
    """Text and reasoning parts that go on."""
    retakes: dict[str, int] = field(default_factory=dict[str, int])
    """How often a message was taken back: one that begins again gets a part of its own."""
    outputs: dict[str, str] = field(default_factory=dict[str, str])
    """What each running tool has written so far."""
    in_step: bool = False
    asked: bool = False
    """Whether somebody was asked to approve a call."""
    transcript: Transcript = field(default_factory=Transcript)

    def part(self, message_id: str) -> str:
        """The name of the message's present part."""
        again = self.retakes.get(message_id, 0)
        return f"{message_id}#{again + 1}" if again else message_id


def ui_chunks(event: e.Event, state: TranslatorState) -> Iterator[UIChunk]:
    """The chunks that say what `event` says."""
    state.transcript.add(event)
    return HANDLERS.get(type(event), _event)(event, state)


def _event(
    event: e.Event, state: TranslatorState, *, key: str | None = None, transient: bool = False
) -> Iterator[UIChunk]:
    name = "data-" + str(event.type).replace(".", "-")
    chunk: UIChunk = {"type": name, "data": event.model_dump()}
    yield chunk | ({"id": key} if key else {}) | ({"transient": True} if transient else {})


# the run


def _run_started(event: e.RunStarted, state: TranslatorState) -> Iterator[UIChunk]:
    metadata = {"run_id": event.run_id, "thread_id": event.thread_id}
    yield {"type": "start", "messageId": state.message_id or event.run_id, "messageMetadata": metadata}


def _run_finished(event: e.RunFinished, state: TranslatorState) -> Iterator[UIChunk]:
    for part in sorted(state.open):
        yield from _end(part, state)
    if state.in_step:
        yield {"type": "finish-step"}
    outcome = event.model_dump(
        include={"status", "reason", "cut", "finish_reason", "error", "usage", "cost", "seconds"}
    )
    if event.status == "stopped":
        yield {"type": "message-metadata", "messageMetadata": outcome}
        yield {"type": "abort", "reason": "stopped"}
        return
    if event.error is not None:
        yield {"type": "error", "errorText": event.error.sentence}
    yield {"type": "finish", "finishReason": _finish_reason(event, state), "messageMetadata": outcome}


_CUTS = {"length": "length", "filtered": "content-filter", "refused": "content-filter", "failed": "error"}
"""The AI SDK's word for each way to be cut; else `other`."""


def _finish_reason(event: e.RunFinished, state: TranslatorState) -> str:
    if event.status == "interrupted" and state.asked:
        return "tool-calls"
    if event.reason == "policy":
        return "content-filter"
    if event.status == "truncated":
        return _CUTS.get(event.cut or "length", "other")
    return {"done": "stop", "failed": "error"}.get(event.status, "other")


def _node(event: e.NodeStarted | e.NodeFinished, state: TranslatorState) -> Iterator[UIChunk]:
    yield {"type": "data-node", "id": node_key(event), "data": event.model_dump()}


# messages


def _message_started(event: e.MessageStarted, state: TranslatorState) -> Iterator[UIChunk]:
    # The end of a step closes all its parts, so that parallel messages share one.
    if may_answer(event) and not state.open:
        if state.in_step:
            yield {"type": "finish-step"}
        state.in_step = True
        yield {"type": "start-step"}


def _delta(event: e.MessageDelta, state: TranslatorState) -> Iterator[UIChunk]:
    if state.transcript.is_aside(event.message_id):
        yield from _event(event, state, transient=True)
        return
    part = state.part(event.message_id)
    yield from _end(f"{part}:reasoning", state)
    yield from _words("text", part, part, event.text, state)


def _reasoning(event: e.MessageReasoning, state: TranslatorState) -> Iterator[UIChunk]:
    if state.transcript.is_aside(event.message_id):
        yield from _event(event, state, transient=True)
        return
    part = state.part(event.message_id)
    yield from _words("reasoning", f"{part}:reasoning", part, event.text, state)


def _words(kind: str, key: str, part: str, text: str, state: TranslatorState) -> Iterator[UIChunk]:
    if key not in state.open:
        state.open.add(key)
        yield {"type": f"{kind}-start", "id": key, "providerMetadata": {"mainstem": {"part": part}}}
    yield {"type": f"{kind}-delta", "id": key, "delta": text}


def _end(key: str, state: TranslatorState) -> Iterator[UIChunk]:
    if key in state.open:
        state.open.remove(key)
        yield {"type": "reasoning-end" if key.endswith(":reasoning") else "text-end", "id": key}


def _message_finished(event: e.MessageFinished, state: TranslatorState) -> Iterator[UIChunk]:
    if state.transcript.is_aside(event.message_id):
        return
    part = state.part(event.message_id)
    yield from _end(f"{part}:reasoning", state)
    yield from _end(part, state)
    numbers = event.model_dump(exclude={"type", "seq", "run_id", "task_id", "ns", "message_id"})
    yield {"type": "message-metadata", "messageMetadata": {"messages": {part: numbers}}}


def _superseded(event: e.MessageSuperseded, state: TranslatorState) -> Iterator[UIChunk]:
    part = state.part(event.message_id)
    state.retakes[event.message_id] = state.retakes.get(event.message_id, 0) + 1
    yield from _end(f"{part}:reasoning", state)
    yield from _end(part, state)
    if not state.transcript.is_aside(event.message_id):
        yield {"type": "data-superseded", "id": part, "data": {"part": part, "reason": event.reason}}


def _citation(event: e.Citation, state: TranslatorState) -> Iterator[UIChunk]:
    yield {
        "type": "source-document",
        "sourceId": f"{event.message_id}:{event.marker}",
        "mediaType": MEDIA_TYPES.get(PurePath(event.document).suffix.lower(), "text/plain"),
        "title": event.document,
        "filename": event.document,
        "providerMetadata": {"mainstem": event.model_dump(exclude={"type", "seq", "run_id", "at"})},
    }


# tools


def _arguments(event: e.ToolArguments, state: TranslatorState) -> Iterator[UIChunk]:
    key = event.tool_call_id
    if key not in state.calls:
        state.calls[key] = ShownCall(event.name)
        yield {"type": "tool-input-start", **_named(key, event.name)}
    state.calls[key].text += event.text
    yield {"type": "tool-input-delta", "toolCallId": key, "inputTextDelta": event.text}


def _named(key: str, name: str) -> UIChunk:
    # the client's hooks for tools that it runs itself leave alone what is marked as run elsewhere
    return {"toolCallId": key, "toolName": name or "tool", "dynamic": True, "providerExecuted": True}


def _input(key: str, name: str, args: Any, state: TranslatorState) -> Iterator[UIChunk]:
    call = state.calls.setdefault(key, ShownCall(name))
    if call.args is None:
        call.args = args
        yield {"type": "tool-input-available", **_named(key, name), "input": args}


def _tool_started(event: e.ToolStarted, state: TranslatorState) -> Iterator[UIChunk]:
    return _input(event.tool_call_id, event.name, event.args, state)


def _tool_output(event: e.ToolOutput, state: TranslatorState) -> Iterator[UIChunk]:
    key = event.tool_call_id
    so_far = state.outputs[key] = state.outputs.get(key, "") + event.text
    yield from _input(key, "", {}, state)
    yield {"type": "tool-output-available", "toolCallId": key, "output": so_far, "preliminary": True}


def _tool_finished(event: e.ToolFinished, state: TranslatorState) -> Iterator[UIChunk]:
    key = event.tool_call_id
    yield from _input(key, event.name, {}, state)
    state.calls[key].ended = True
    state.outputs.pop(key, None)
    if event.status == "ok":
        output = event.model_dump(include={"summary", "artifact", "seconds"})
        yield {"type": "tool-output-available", "toolCallId": key, "output": output}
    elif event.status == "rejected":
        yield {"type": "tool-output-denied", "toolCallId": key}
    else:
        yield {"type": "tool-output-error", "toolCallId": key, "errorText": event.summary or event.status}


def _progress(event: e.Progress, state: TranslatorState) -> Iterator[UIChunk]:
    key = event.tool_call_id or event.task_id or "run"
    return _event(event, state, key=f"{key}:{event.label}")


def _interrupt(event: e.Interrupt, state: TranslatorState) -> Iterator[UIChunk]:
    yield from _event(event, state, key=event.interrupt_id)
    asked = ApprovalRequest.parse(event.request)
    for number, call in enumerate(asked.calls if asked else ()):
        approval = approval_id(event.interrupt_id, number)
        key = shown_call(call, state.calls) or approval
        yield from _input(key, call.name, call.args, state)
        state.asked = True
        yield {"type": "tool-approval-request", "approvalId": approval, "toolCallId": key}


HANDLERS: dict[type[e.Event], Callable[[Any, TranslatorState], Iterator[UIChunk]]] = {
    e.RunStarted: _run_started,
    e.NodeStarted: _node,
    e.NodeFinished: _node,
    e.MessageStarted: _message_started,
    e.MessageDelta: _delta,
    e.MessageReasoning: _reasoning,
    e.MessageSuperseded: _superseded,
    e.MessageFinished: _message_finished,
    e.ToolArguments: _arguments,
    e.ToolStarted: _tool_started,
    e.ToolOutput: _tool_output,
    e.ToolFinished: _tool_finished,
    e.Progress: _progress,
    e.Citation: _citation,
    e.Interrupt: _interrupt,
    e.RunFinished: _run_finished,
}
