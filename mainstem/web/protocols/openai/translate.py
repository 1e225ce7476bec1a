"""From our events to the chunks of an OpenAI chat completion. Pure: one small function a kind of event.

An OpenAI client cannot take words back. So one message speaks at a time, what is taken back before it was sent is
never sent, and a stream whose sent words are taken back ends with an error that says so; `hold` sends the words only
when the run is over and they stand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mainstem.stream import events as e
from mainstem.stream.answer_words import AnswerWords
from mainstem.stream.transcript import Transcript

from . import completion

Chunk = dict[str, Any]
"""One `chat.completion.chunk`, or an error in OpenAI's shape."""


@dataclass(frozen=True)
class Comment:
    """A line for people who watch the wire; clients pass over it."""

    text: str


@dataclass(frozen=True)
class Wish:
    """What the client asked of the stream."""

    model: str
    created: int = 0
    """Unix seconds."""
    usage: bool = False
    """A last chunk with the tokens (`stream_options.include_usage`)."""
    events: bool = False
    """Our events beside the words, in the field `mainstem` of otherwise empty chunks."""
    hold: bool = False
    """The words only when the run is over and they stand."""


@dataclass
class Telling:
    """What must be remembered from one event to the next."""

    wish: Wish
    transcript: Transcript = field(default_factory=Transcript)
    sent: set[str] = field(default_factory=set[str])
    """Messages of which words were sent."""
    cut: str | None = None
    """`content_filter` or `length`, when the last message was cut."""
    over: bool = False
    """Whether nothing more may be sent."""

    def __post_init__(self) -> None:
        self.words = AnswerWords(self.transcript)

    def chunk(self, delta: Chunk, finish_reason: str | None = None, **more: Any) -> Chunk:
        """A chunk with one choice."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return {**completion.head(self.transcript.run_id, self.wish), "choices": [choice], **more}


def translate(event: e.Event, telling: Telling) -> Iterator[Chunk | Comment]:
    """What says what `event` says."""
    if telling.over:
        return
    telling.transcript.add(event)
    yield from TABLE.get(type(event), _nothing)(event, telling)
    if not telling.wish.hold and not telling.over:
        for message_id, text in telling.words.add(event):
            yield _said(message_id, text, telling)
    if telling.wish.events and not telling.over:
        yield telling.chunk({}, mainstem=event.model_dump())


def _nothing(event: e.Event, telling: Telling) -> Iterator[Chunk | Comment]:
    return iter(())


def _run_started(event: e.RunStarted, telling: Telling) -> Iterator[Chunk | Comment]:
    yield telling.chunk({"role": "assistant", "content": ""})


# words


def _said(message_id: str, text: str, telling: Telling) -> Chunk:
    apart = "\n\n" if telling.sent and message_id not in telling.sent else ""
    telling.sent.add(message_id)
    return telling.chunk({"content": apart + text})


def _reasoning(event: e.MessageReasoning, telling: Telling) -> Iterator[Chunk | Comment]:
    if not telling.transcript.is_aside(event.message_id):
        yield telling.chunk({"reasoning_content": event.text})


def _message_finished(event: e.MessageFinished, telling: Telling) -> Iterator[Chunk | Comment]:
    if not telling.transcript.is_aside(event.message_id):
        telling.cut = completion.cut(event)
    return iter(())


def _superseded(event: e.MessageSuperseded, telling: Telling) -> Iterator[Chunk | Comment]:
    if event.message_id in telling.sent:
        telling.over = True
        yield completion.withdrawn(telling.transcript.run_id, event.reason)


# beside the words


def _progress(event: e.Progress, telling: Telling) -> Iterator[Chunk | Comment]:
    total = f"/{event.total:g}" if event.total is not None else ""
    yield Comment(f"progress {event.label} {event.done:g}{total} {event.unit}".rstrip())


def _node_started(event: e.NodeStarted, telling: Telling) -> Iterator[Chunk | Comment]:
    yield Comment(f"step {event.node}")


def _tool_started(event: e.ToolStarted, telling: Telling) -> Iterator[Chunk | Comment]:
    yield Comment(f"tool {event.name}")


def _tool_finished(event: e.ToolFinished, telling: Telling) -> Iterator[Chunk | Comment]:
    yield Comment(f"tool {event.name} {event.status}")


def _notice(event: e.Notice, telling: Telling) -> Iterator[Chunk | Comment]:
    yield Comment(f"{event.kind} {event.text}")
    if event.kind == "refused":
        yield telling.chunk({"refusal": event.text})


# the end


def _run_finished(event: e.RunFinished, telling: Telling) -> Iterator[Chunk | Comment]:
    telling.over = True
    result = telling.transcript.result()
    if telling.wish.hold and result.text:
        yield telling.chunk({"content": result.text})
    if (trouble := completion.trouble(result)) is not None:
        yield trouble.body
        return
    yield telling.chunk({}, completion.finish_reason(result, telling.cut), mainstem=completion.told(result))
    if telling.wish.usage:
        yield {**completion.head(result.run_id, telling.wish), "choices": [], "usage": completion.usage(result.usage)}


TABLE: dict[type[e.Event], Callable[[Any, Telling], Iterator[Chunk | Comment]]] = {
    e.RunStarted: _run_started,
    e.NodeStarted: _node_started,
    e.MessageReasoning: _reasoning,
    e.MessageSuperseded: _superseded,
    e.MessageFinished: _message_finished,
    e.ToolStarted: _tool_started,
    e.ToolFinished: _tool_finished,
    e.Progress: _progress,
    e.Notice: _notice,
    e.RunFinished: _run_finished,
}
