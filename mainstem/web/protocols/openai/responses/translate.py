"""From our events to those of OpenAI's Responses. Pure: one small function a kind of event.

As in a chat completion, words cannot be taken back: a stream whose words were sent and do not count ends as failed, and
`hold` sends them only when the run is over and they stand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mainstem.sessions.approvals import ApprovalRequest
from mainstem.stream import events as e
from mainstem.stream.transcript import Transcript

from ...answer_limits import LimitedAnswer
from ...approval_ids import approval_id
from .. import completion, errors
from ..errors import JsonObject
from . import items
from .request import ResponseOptions

Told = Iterator[JsonObject]


@dataclass
class TranslatorState:
    """What must be remembered from one event to the next."""

    options: ResponseOptions
    transcript: Transcript = field(default_factory=Transcript)
    output: list[JsonObject] = field(default_factory=list[JsonObject])
    """The items so far, each as it is."""
    texts: dict[str, int] = field(default_factory=dict[str, int])
    """Messages whose words go on, and their place in the output."""
    thoughts: dict[str, int] = field(default_factory=dict[str, int])
    """Messages whose reasoning goes on."""
    calls: dict[str, int] = field(default_factory=dict[str, int])
    """Tool calls."""
    cut: str | None = None
    """How the last message was cut."""
    over: bool = False
    """Whether nothing more may be sent."""
    sent: int = 0
    """Events so far."""

    def __post_init__(self) -> None:
        self.limited = LimitedAnswer(self.options.limits)

    def event(self, kind: str, **fields: Any) -> JsonObject:
        """The next event of the stream."""
        self.sent += 1
        return {"type": kind, "sequence_number": self.sent - 1, **fields}

    def response(self, **more: Any) -> JsonObject:
        """The response as far as it is."""
        return items.response(self.transcript.run_id, self.options, self.output, **more)


def response_events(event: e.Event, state: TranslatorState) -> Told:
    """What says what `event` says, within the limits of the request."""
    for each in state.limited.of(event):
        if not state.over:
            state.transcript.add(each)
            yield from HANDLERS.get(type(each), _nothing)(each, state)


def _nothing(event: e.Event, state: TranslatorState) -> Told:
    return iter(())


def _run_started(event: e.RunStarted, state: TranslatorState) -> Told:
    for kind in ("created", "in_progress"):
        yield state.event(f"response.{kind}", response=state.response(status="in_progress"))


def _added(item: JsonObject, state: TranslatorState) -> Told:
    state.output.append(item)
    yield state.event("response.output_item.added", output_index=len(state.output) - 1, item=dict(item))


def _done(index: int, state: TranslatorState) -> Told:
    yield state.event("response.output_item.done", output_index=index, item=dict(state.output[index]))


# words


def _message_started(event: e.MessageStarted, state: TranslatorState) -> Told:
    """Messages are closed when the next one begins: sources are told behind the last word."""
    messages = state.transcript.messages
    for key in [key for key in state.texts if messages[key].finished is not None]:
        yield from _end_text(key, state)


def _delta(event: e.MessageDelta, state: TranslatorState) -> Told:
    if state.options.hold or state.transcript.is_aside(event.message_id):
        return
    yield from _end_thought(event.message_id, state)
    yield from _words(event.message_id, event.text, state)


def _words(key: str, text: str, state: TranslatorState) -> Told:
    if key not in state.texts:
        state.texts[key] = len(state.output)
        item = items.message_item(key)
        yield from _added(item, state)
        item["content"] = [items.text_part()]
        yield state.event("response.content_part.added", **_place(key, state), part=items.text_part())
    state.output[state.texts[key]]["content"][0]["text"] += text
    yield state.event("response.output_text.delta", **_place(key, state), delta=text, logprobs=[])


def _place(key: str, state: TranslatorState) -> JsonObject:
    return {"item_id": f"msg_{key}", "output_index": state.texts[key], "content_index": 0}


def _citation(event: e.Citation, state: TranslatorState) -> Told:
    if event.message_id not in state.texts:
        return
    part = state.output[state.texts[event.message_id]]["content"][0]
    source = items.annotation(event, state.options.address)
    if source["end_index"] > len(part["text"]):
        return
    part["annotations"].append(source)
    at = {**_place(event.message_id, state), "annotation_index": len(part["annotations"]) - 1}
    yield state.event("response.output_text.annotation.added", **at, annotation=source)


def _end_text(key: str, state: TranslatorState) -> Told:
    place = _place(key, state)
    index = state.texts.pop(key)
    message = state.transcript.messages.get(key)
    whole = message is not None and message.finished is not None and message.finished.complete
    item = state.output[index]
    item["status"] = "completed" if whole else "incomplete"
    (part,) = item["content"]
    yield state.event("response.output_text.done", **place, text=part["text"], logprobs=[])
    yield state.event("response.content_part.done", **place, part=part)
    yield from _done(index, state)


def _reasoning(event: e.MessageReasoning, state: TranslatorState) -> Told:
    key = event.message_id
    if state.transcript.is_aside(key):
        return
    if key not in state.thoughts:
        state.thoughts[key] = len(state.output)
        item = items.reasoning_item(key)
        yield from _added(item, state)
        item["content"] = [{"type": "reasoning_text", "text": ""}]
    index = state.thoughts[key]
    state.output[index]["content"][0]["text"] += event.text
    at = {"item_id": f"rs_{key}", "output_index": index, "content_index": 0}
    yield state.event("response.reasoning_text.delta", **at, delta=event.text)


def _end_thought(key: str, state: TranslatorState) -> Told:
    if key in state.thoughts:
        index = state.thoughts.pop(key)
        at = {"item_id": f"rs_{key}", "output_index": index, "content_index": 0}
        yield state.event("response.reasoning_text.done", **at, text=state.output[index]["content"][0]["text"])
        yield from _done(index, state)


def _message_finished(event: e.MessageFinished, state: TranslatorState) -> Told:
    if not state.transcript.is_aside(event.message_id):
        state.cut = completion.cut_reason(event)
    yield from _end_thought(event.message_id, state)


def _superseded(event: e.MessageSuperseded, state: TranslatorState) -> Told:
    yield from _end_thought(event.message_id, state)
    if event.message_id in state.texts:
        state.over = True
        withdrawn = errors.withdrawn(state.transcript.run_id, event.reason)["error"]
        told = {"code": "server_error", "message": withdrawn["message"]}
        yield state.event("response.failed", response=state.response(status="failed", error=told))


# tools


def _tool_started(event: e.ToolStarted, state: TranslatorState) -> Told:
    yield from _call(event.tool_call_id, event.name, event.args, state)


def _call(key: str, name: str, args: Any, state: TranslatorState) -> Told:
    if key not in state.calls:
        state.calls[key] = len(state.output)
        yield from _added(items.call_item(key, name, args), state)
        yield state.event("response.mcp_call.in_progress", output_index=state.calls[key], item_id=key)


def _tool_finished(event: e.ToolFinished, state: TranslatorState) -> Told:
    key = event.tool_call_id
    yield from _call(key, event.name, {}, state)
    index, ended = state.calls[key], "completed" if event.status == "ok" else "failed"
    state.output[index].update(status=ended, output=event.summary or event.status)
    yield state.event(f"response.mcp_call.{ended}", output_index=index, item_id=key)
    yield from _done(index, state)


def _interrupt(event: e.Interrupt, state: TranslatorState) -> Told:
    asked = ApprovalRequest.parse(event.request)
    for number, call in enumerate(asked.calls if asked else ()):
        yield from _added(items.approval_item(approval_id(event.interrupt_id, number), call.name, call.args), state)
        yield from _done(len(state.output) - 1, state)


# the end


def _run_finished(event: e.RunFinished, state: TranslatorState) -> Told:
    state.over = True
    result = state.transcript.result()
    if state.options.hold and state.transcript.answer and result.text:
        yield from _held(state.transcript.answer.message_id, result.text, state)
    for key in list(state.thoughts):
        yield from _end_thought(key, state)
    for key in list(state.texts):
        yield from _end_text(key, state)
    ended = items.ending(result, state.limited.reached or state.cut)
    yield state.event(f"response.{ended['status']}", response=state.response(**ended))


def _held(key: str, text: str, state: TranslatorState) -> Told:
    yield from _words(key, text, state)
    for cited in state.transcript.citations:
        yield from _citation(cited, state)


HANDLERS: dict[type[e.Event], Callable[[Any, TranslatorState], Told]] = {
    e.RunStarted: _run_started,
    e.MessageStarted: _message_started,
    e.MessageDelta: _delta,
    e.MessageReasoning: _reasoning,
    e.MessageFinished: _message_finished,
    e.MessageSuperseded: _superseded,
    e.Citation: _citation,
    e.ToolStarted: _tool_started,
    e.ToolFinished: _tool_finished,
    e.Interrupt: _interrupt,
    e.RunFinished: _run_finished,
}
