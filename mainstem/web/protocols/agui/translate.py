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
from mainstem.stream.things import node_key
from mainstem.stream.transcript import Transcript

from ..tool_calls import ShownCall
from . import endings
from .conversation import Conversation


@dataclass
class Telling:
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


def translate(event: e.Event, telling: Telling) -> Iterator[BaseEvent]:
    """The AG-UI events that say what `event` says."""
    telling.transcript.add(event)
    return TABLE.get(type(event), _custom)(event, telling)


def _custom(event: e.Event, telling: Telling) -> Iterator[BaseEvent]:
    yield CustomEvent(name=f"mainstem.{event.type}", value=event.model_dump())


# the run


def _run_started(event: e.RunStarted, telling: Telling) -> Iterator[BaseEvent]:
    yield RunStartedEvent(
        thread_id=telling.thread_id,
        run_id=telling.run_id,
        protocol_version=PROTOCOL_VERSION,
        metadata={"mainstem": event.model_dump()},
    )


def _run_finished(event: e.RunFinished, telling: Telling) -> Iterator[BaseEvent]:
    for message_id in sorted(telling.speaking | telling.thinking):
        yield from _end_words(message_id, telling)
    for key in list(telling.writing):
        yield from _end_call(key, telling)
    for task in list(telling.steps):
        yield StepFinishedEvent(step_name=telling.steps.pop(task))
    yield from _custom(event, telling)
    yield endings.ending(event, telling.thread_id, telling.run_id, telling.transcript.interrupts, telling.calls)


def _node_started(event: e.NodeStarted, telling: Telling) -> Iterator[BaseEvent]:
    plain = "/".join((*(part.partition(":")[0] for part in event.ns or ()), event.node or ""))
    names = (plain if number == 1 else f"{plain}#{number}" for number in range(1, 10**6))
    name = telling.steps[node_key(event)] = next(name for name in names if name not in telling.steps.values())
    yield StepStartedEvent(step_name=name, metadata={"mainstem": event.model_dump()})


def _node_finished(event: e.NodeFinished, telling: Telling) -> Iterator[BaseEvent]:
    name = telling.steps.pop(node_key(event), None)
    if name is not None:
        yield StepFinishedEvent(step_name=name, metadata={"mainstem": event.model_dump()})


# messages


def _delta(event: e.MessageDelta, telling: Telling) -> Iterator[BaseEvent]:
    if telling.transcript.is_aside(event.message_id):
        yield from _custom(event, telling)
        return
    yield from _end_thought(event.message_id, telling)
    if event.message_id not in telling.speaking:
        telling.speaking.add(event.message_id)
        yield TextMessageStartEvent(message_id=event.message_id, role="assistant")
    telling.conversation.say(event.message_id, event.text)
    yield TextMessageContentEvent(message_id=event.message_id, delta=event.text)


def _reasoning(event: e.MessageReasoning, telling: Telling) -> Iterator[BaseEvent]:
    if telling.transcript.is_aside(event.message_id):
        yield from _custom(event, telling)
        return
    thought = _thought(event.message_id)
    if event.message_id not in telling.thinking:
        telling.thinking.add(event.message_id)
        yield ReasoningStartEvent(message_id=thought)
        yield ReasoningMessageStartEvent(message_id=thought, role="reasoning")
    yield ReasoningMessageContentEvent(message_id=thought, delta=event.text)


def _thought(message_id: str) -> str:
    return f"{message_id}:reasoning"


def _end_thought(message_id: str, telling: Telling) -> Iterator[BaseEvent]:
    if message_id in telling.thinking:
        telling.thinking.remove(message_id)
        yield ReasoningMessageEndEvent(message_id=_thought(message_id))
        yield ReasoningEndEvent(message_id=_thought(message_id))


def _end_words(message_id: str, telling: Telling) -> Iterator[BaseEvent]:
    yield from _end_thought(message_id, telling)
    if message_id in telling.speaking:
        telling.speaking.remove(message_id)
        yield TextMessageEndEvent(message_id=message_id)


def _message_finished(event: e.MessageFinished, telling: Telling) -> Iterator[BaseEvent]:
    yield from _end_words(event.message_id, telling)
    for key in [key for key, message_id in telling.writing.items() if message_id == event.message_id]:
        yield from _end_call(key, telling)
    yield from _custom(event, telling)


def _superseded(event: e.MessageSuperseded, telling: Telling) -> Iterator[BaseEvent]:
    yield from _end_words(event.message_id, telling)
    yield from _custom(event, telling)
    if telling.conversation.drop(event.message_id):
        yield MessagesSnapshotEvent(messages=telling.conversation.messages())


# tools


def _arguments(event: e.ToolArguments, telling: Telling) -> Iterator[BaseEvent]:
    key = event.tool_call_id
    if key not in telling.calls:
        yield from _begin_call(key, event.name, event.message_id, telling)
    telling.calls[key].text += event.text
    telling.conversation.write(key, event.text)
    yield ToolCallArgsEvent(tool_call_id=key, delta=event.text)


def _begin_call(key: str, name: str, message_id: str | None, telling: Telling) -> Iterator[BaseEvent]:
    telling.calls[key] = ShownCall(name)
    telling.writing[key] = message_id
    telling.conversation.call(key, name, message_id)
    yield ToolCallStartEvent(tool_call_id=key, tool_call_name=name, parent_message_id=message_id)


def _end_call(key: str, telling: Telling) -> Iterator[BaseEvent]:
    if key in telling.writing:
        del telling.writing[key]
        yield ToolCallEndEvent(tool_call_id=key)


def _shown(key: str, name: str, args: Any, telling: Telling) -> Iterator[BaseEvent]:
    """A call whose arguments nobody saw being written is shown whole."""
    if key not in telling.calls:
        event = e.ToolArguments(tool_call_id=key, name=name, text=json.dumps(args))
        yield from _arguments(event, telling)
    yield from _end_call(key, telling)


def _tool_started(event: e.ToolStarted, telling: Telling) -> Iterator[BaseEvent]:
    yield from _shown(event.tool_call_id, event.name, event.args, telling)
    yield from _custom(event, telling)


def _tool_finished(event: e.ToolFinished, telling: Telling) -> Iterator[BaseEvent]:
    key = event.tool_call_id
    yield from _shown(key, event.name, {}, telling)
    telling.calls[key].ended = True
    yield from _custom(event, telling)
    telling.conversation.result(key, event.summary)
    yield ToolCallResultEvent(message_id=f"{key}:result", tool_call_id=key, content=event.summary, role="tool")


def _progress(event: e.Progress, telling: Telling) -> Iterator[BaseEvent]:
    key = f"{event.run_id}:{event.tool_call_id or event.task_id or 'run'}:{event.label}"
    yield ActivitySnapshotEvent(message_id=key, activity_type="mainstem.progress", content=event.model_dump())


def _data(event: e.Data, telling: Telling) -> Iterator[BaseEvent]:
    if event.mode == "values":
        yield StateSnapshotEvent(snapshot=event.data)
    else:
        yield from _custom(event, telling)


TABLE: dict[type[e.Event], Callable[[Any, Telling], Iterator[BaseEvent]]] = {
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
