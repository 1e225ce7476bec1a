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

from ..answer_limits import LimitedAnswer
from . import completion, errors
from .options import CompletionOptions

CompletionChunk = dict[str, Any]
"""One `chat.completion.chunk`, or an error in OpenAI's shape."""


@dataclass(frozen=True)
class SseComment:
    """A line for people who watch the wire; clients pass over it."""

    text: str


@dataclass
class TranslatorState:
    """What must be remembered from one event to the next."""

    options: CompletionOptions
    transcript: Transcript = field(default_factory=Transcript)
    sent: set[str] = field(default_factory=set[str])
    """Messages of which words were sent."""
    cut: str | None = None
    """`content_filter` or `length`, when the last message was cut."""
    over: bool = False
    """Whether nothing more may be sent."""
    starts: dict[str, int] = field(default_factory=dict[str, int])
    """Where in the content each message begins."""
    length: int = 0
    """Of the content so far."""

    def __post_init__(self) -> None:
        self.words = AnswerWords(self.transcript)
        self.limited = LimitedAnswer(self.options.limits)

    def chunk(self, delta: CompletionChunk, finish_reason: str | None = None, **more: Any) -> CompletionChunk:
        """A chunk with one choice."""
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return {**completion.head(self.transcript.run_id, self.options), "choices": [choice], **more}


def completion_chunks(event: e.Event, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    """What says what `event` says, within the limits of the request."""
    for each in state.limited.of(event):
        yield from _chunks(each, state)


def _chunks(event: e.Event, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    if state.over:
        return
    state.transcript.add(event)
    yield from HANDLERS.get(type(event), _nothing)(event, state)
    if not state.options.hold and not state.over:
        for message_id, text in state.words.add(event):
            yield _said(message_id, text, state)
    if state.options.events and not state.over:
        yield state.chunk({}, mainstem=event.model_dump())


def _nothing(event: e.Event, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    return iter(())


def _run_started(event: e.RunStarted, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    yield state.chunk({"role": "assistant", "content": ""})


# words


def _said(message_id: str, text: str, state: TranslatorState) -> CompletionChunk:
    apart = "\n\n" if state.sent and message_id not in state.sent else ""
    state.sent.add(message_id)
    state.starts.setdefault(message_id, state.length + len(apart))
    state.length += len(apart + text)
    return state.chunk({"content": apart + text})


def _reasoning(event: e.MessageReasoning, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    if not state.transcript.is_aside(event.message_id):
        yield state.chunk({"reasoning_content": event.text})


def _message_finished(event: e.MessageFinished, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    if not state.transcript.is_aside(event.message_id):
        state.cut = completion.cut_reason(event)
    return iter(())


def _superseded(event: e.MessageSuperseded, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    if event.message_id in state.sent:
        state.over = True
        yield errors.withdrawn(state.transcript.run_id, event.reason)


# beside the words


def _progress(event: e.Progress, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    total = f"/{event.total:g}" if event.total is not None else ""
    yield SseComment(f"progress {event.label} {event.done:g}{total} {event.unit}".rstrip())


def _node_started(event: e.NodeStarted, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    yield SseComment(f"step {event.node}")


def _tool_started(event: e.ToolStarted, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    yield SseComment(f"tool {event.name}")


def _tool_finished(event: e.ToolFinished, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    yield SseComment(f"tool {event.name} {event.status}")


def _notice(event: e.Notice, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    yield SseComment(f"{event.kind} {event.text}")
    if event.kind == "refused":
        yield state.chunk({"refusal": event.text})


# the end


def _run_finished(event: e.RunFinished, state: TranslatorState) -> Iterator[CompletionChunk | SseComment]:
    state.over = True
    result = state.transcript.result()
    if state.options.hold and state.transcript.answer and result.text:
        yield _said(state.transcript.answer.message_id, result.text, state)
    if (error := errors.error_of(result)) is not None:
        yield error.body
        return
    sources = completion.annotations(result.citations, state.starts, state.length, state.options.address)
    reason = state.limited.reached or completion.finish_reason(result, state.cut)
    yield state.chunk({"annotations": sources} if sources else {}, reason, mainstem=completion.run_summary(result))
    if state.options.usage:
        yield {**completion.head(result.run_id, state.options), "choices": [], "usage": completion.usage(result.usage)}


HANDLERS: dict[type[e.Event], Callable[[Any, TranslatorState], Iterator[CompletionChunk | SseComment]]] = {
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
