"""From our events to AG-UI's. Pure: one small function a kind of event.

What AG-UI has no word for travels as `CUSTOM` with the name `mainstem.` and the event's type, and the event as value.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ag_ui.core import (
    PROTOCOL_VERSION,
    ActivitySnapshotEvent,
    BaseEvent,
    CustomEvent,
    MessagesSnapshotEvent,
    ReasoningEndEvent,
    ReasoningMessageContentEvent,
    ReasoningMessageEndEvent,
    ReasoningMessageStartEvent,
    ReasoningStartEvent,
    RunStartedEvent,
    StateSnapshotEvent,
    StepFinishedEvent,
    StepStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from mainstem.stream import events as e
from mainstem.stream.spans import node_key
from mainstem.stream.transcript import Transcript

from ..tool_calls import ShownCall
from . import endings
from .conversation import Conversation


@dataclass
class TranslatorState:
    """What must be remembered from one event to the next."""

    thread_id: str
    run_id: str
    """The client's own ids, which AG-UI wants back."""
    conversation: Conversation = field(default_factory=Conversation)
    """What the client has: needed to take words back."""
    steps: dict[str, str] = field(default_factory=dict[str, str])
    """Names of open steps, by task."""
    speaking: set[str] = field(default_factory=set[str])
    """Text messages that go on."""
    thinking: set[str] = field(default_factory=set[str])
    """Messages whose reasoning goes on."""
    calls: dict[str, ShownCall] = field(default_factory=dict[str, ShownCall])
    """Tool calls that were shown."""
    writing: dict[str, str | None] = field(default_factory=dict[str, str | None])
    """Tool calls whose arguments go on, and the message that makes them."""
    transcript: Transcript = field(default_factory=Transcript)


def agui_events(event: e.Event, state: TranslatorState) -> Iterator[BaseEvent]:
    """The AG-UI events that say what `event` says."""
    state.transcript.add(event)
    return HANDLERS.get(type(event), _custom)(event, state)


def _custom(event: e.Event, state: TranslatorState) -> Iterator[BaseEvent]:
    yield CustomEvent(name=f"mainstem.{event.type}", value=event.model_dump())


# the run


def _run_started(event: e.RunStarted, state: TranslatorState) -> Iterator[BaseEvent]:
    yield RunStartedEvent(
        thread_id=state.thread_id,
        run_id=state.run_id,
        protocol_version=PROTOCOL_VERSION,
        metadata={"mainstem": event.model_dump()},
    )


def _run_finished(event: e.RunFinished, state: TranslatorState) -> Iterator[BaseEvent]:
    for message_id in sorted(state.speaking | state.thinking):
        yield from _end_words(message_id, state)
    for key in list(state.writing):
        yield from _end_call(key, state)
    for task in list(state.steps):
        yield StepFinishedEvent(step_name=state.steps.pop(task))
    yield from _custom(event, state)
    yield endings.ending(event, state.thread_id, state.run_id, state.transcript.interrupts, state.calls)


def _node_started(event: e.NodeStarted, state: TranslatorState) -> Iterator[BaseEvent]:
    plain = "/".join((*(part.partition(":")[0] for part in event.ns or ()), event.node or ""))
    names = (plain if number == 1 else f"{plain}#{number}" for number in range(1, 10**6))
    name = state.steps[node_key(event)] = next(name for name in names if name not in state.steps.values())
    yield StepStartedEvent(step_name=name, metadata={"mainstem": event.model_dump()})


def _node_finished(event: e.NodeFinished, state: TranslatorState) -> Iterator[BaseEvent]:
    name = state.steps.pop(node_key(event), None)
    if name is not None:
        yield StepFinishedEvent(step_name=name, metadata={"mainstem": event.model_dump()})


# messages


def _delta(event: e.MessageDelta, state: TranslatorState) -> Iterator[BaseEvent]:
    if state.transcript.is_aside(event.message_id):
        yield from _custom(event, state)
        return
    yield from _end_thought(event.message_id, state)
    if event.message_id not in state.speaking:
        state.speaking.add(event.message_id)
        yield TextMessageStartEvent(message_id=event.message_id, role="assistant")
    state.conversation.say(event.message_id, event.text)
    yield TextMessageContentEvent(message_id=event.message_id, delta=event.text)


def _reasoning(event: e.MessageReasoning, state: TranslatorState) -> Iterator[BaseEvent]:
    if state.transcript.is_aside(event.message_id):
        yield from _custom(event, state)
        return
    thought = _thought(event.message_id)
    if event.message_id not in state.thinking:
        state.thinking.add(event.message_id)
        yield ReasoningStartEvent(message_id=thought)
        yield ReasoningMessageStartEvent(message_id=thought, role="reasoning")
    yield ReasoningMessageContentEvent(message_id=thought, delta=event.text)


def _thought(message_id: str) -> str:
    return f"{message_id}:reasoning"


def _end_thought(message_id: str, state: TranslatorState) -> Iterator[BaseEvent]:
    if message_id in state.thinking:
        state.thinking.remove(message_id)
        yield ReasoningMessageEndEvent(message_id=_thought(message_id))
        yield ReasoningEndEvent(message_id=_thought(message_id))


def _end_words(message_id: str, state: TranslatorState) -> Iterator[BaseEvent]:
    yield from _end_thought(message_id, state)
    if message_id in state.speaking:
        state.speaking.remove(message_id)
        yield TextMessageEndEvent(message_id=message_id)


def _message_finished(event: e.MessageFinished, state: TranslatorState) -> Iterator[BaseEvent]:
    yield from _end_words(event.message_id, state)
    for key in [key for key, message_id in state.writing.items() if message_id == event.message_id]:
        yield from _end_call(key, state)
    yield from _custom(event, state)


def _superseded(event: e.MessageSuperseded, state: TranslatorState) -> Iterator[BaseEvent]:
    yield from _end_words(event.message_id, state)
    yield from _custom(event, state)
    if state.conversation.drop(event.message_id):
        yield MessagesSnapshotEvent(messages=state.conversation.messages())


# tools


def _arguments(event: e.ToolArguments, state: TranslatorState) -> Iterator[BaseEvent]:
    key = event.tool_call_id
    if key not in state.calls:
        yield from _begin_call(key, event.name, event.message_id, state)
    state.calls[key].text += event.text
    state.conversation.write(key, event.text)
    yield ToolCallArgsEvent(tool_call_id=key, delta=event.text)


def _begin_call(key: str, name: str, message_id: str | None, state: TranslatorState) -> Iterator[BaseEvent]:
    state.calls[key] = ShownCall(name)
    state.writing[key] = message_id
    state.conversation.call(key, name, message_id)
    yield ToolCallStartEvent(tool_call_id=key, tool_call_name=name, parent_message_id=message_id)


def _end_call(key: str, state: TranslatorState) -> Iterator[BaseEvent]:
    if key in state.writing:
        del state.writing[key]
        yield ToolCallEndEvent(tool_call_id=key)


def _shown(key: str, name: str, args: Any, state: TranslatorState) -> Iterator[BaseEvent]:
    """A call whose arguments nobody saw being written is shown whole."""
    if key not in state.calls:
        event = e.ToolArguments(tool_call_id=key, name=name, text=json.dumps(args))
        yield from _arguments(event, state)
    yield from _end_call(key, state)


def _tool_started(event: e.ToolStarted, state: TranslatorState) -> Iterator[BaseEvent]:
    yield from _shown(event.tool_call_id, event.name, event.args, state)
    yield from _custom(event, state)


def _tool_finished(event: e.ToolFinished, state: TranslatorState) -> Iterator[BaseEvent]:
    key = event.tool_call_id
    yield from _shown(key, event.name, {}, state)
    state.calls[key].ended = True
    yield from _custom(event, state)
    state.conversation.result(key, event.summary)
    yield ToolCallResultEvent(message_id=f"{key}:result", tool_call_id=key, content=event.summary, role="tool")


def _progress(event: e.Progress, state: TranslatorState) -> Iterator[BaseEvent]:
    key = f"{event.run_id}:{event.tool_call_id or event.task_id or 'run'}:{event.label}"
    yield ActivitySnapshotEvent(message_id=key, activity_type="mainstem.progress", content=event.model_dump())


def _data(event: e.Data, state: TranslatorState) -> Iterator[BaseEvent]:
    if event.mode == "values":
        yield StateSnapshotEvent(snapshot=event.data)
    else:
        yield from _custom(event, state)


HANDLERS: dict[type[e.Event], Callable[[Any, TranslatorState], Iterator[BaseEvent]]] = {
    e.RunStarted: _run_started,
    e.NodeStarted: _node_started,
    e.NodeFinished: _node_finished,
    e.MessageDelta: _delta,
    e.MessageReasoning: _reasoning,
    e.MessageSuperseded: _superseded,
    e.MessageFinished: _message_finished,
    e.ToolArguments: _arguments,
    e.ToolStarted: _tool_started,
    e.ToolFinished: _tool_finished,
    e.Progress: _progress,
    e.Data: _data,
    e.RunFinished: _run_finished,
}
