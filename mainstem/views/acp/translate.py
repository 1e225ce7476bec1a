"""From our events to the updates of an ACP session. Pure: one small function a kind of event.

An editor cannot take words back: what was shown and does not stand is said to be so, as in plain text.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mainstem.stream import events as e
from mainstem.stream.answer_words import AnswerWords
from mainstem.stream.extras import extra
from mainstem.stream.transcript import Result, Transcript
from mainstem.text import one_line, short_arguments

with extra("acp"):
    import acp
    from acp.schema import StopReason

Updates = Iterator[Any]
"""Updates of a session, as the SDK has them."""

WITHDRAWN = "\n\n(The words before this line were taken back: the answer starts again.)\n\n"

STOPS: dict[str, StopReason] = {"done": "end_turn", "stopped": "cancelled", "interrupted": "end_turn"}
CUTS: dict[str, StopReason] = {"length": "max_tokens", "filtered": "refusal", "refused": "refusal"}


@dataclass
class TranslatorState:
    """What must be remembered from one event to the next, and from a run to the one that goes on from it."""

    transcript: Transcript = field(default_factory=Transcript)
    calls: set[str] = field(default_factory=set[str])
    """Tool calls that the editor knows."""
    spoke: str = ""
    """The message whose words came last."""

    def __post_init__(self) -> None:
        self.words = AnswerWords(self.transcript)


def session_updates(event: e.Event, state: TranslatorState) -> Updates:
    """The updates that say what `event` says."""
    state.transcript.add(event)
    for message_id, text in state.words.add(event):
        yield acp.update_agent_message_text(_apart(message_id, state) + text)
    yield from HANDLERS.get(type(event), _nothing)(event, state)


def _apart(message_id: str, state: TranslatorState) -> str:
    apart = "\n\n" if state.spoke not in ("", message_id) else ""
    state.spoke = message_id
    return apart


def _nothing(event: e.Event, state: TranslatorState) -> Updates:
    return iter(())


def _reasoning(event: e.MessageReasoning, state: TranslatorState) -> Updates:
    if not state.transcript.is_aside(event.message_id):
        yield acp.update_agent_thought_text(event.text)


def _superseded(event: e.MessageSuperseded, state: TranslatorState) -> Updates:
    if event.message_id == state.spoke:
        state.spoke = ""
        yield acp.update_agent_message_text(WITHDRAWN)


def shown_call(key: str, name: str, args: dict[str, Any], state: TranslatorState) -> Updates:
    """A tool call, where the editor does not know it yet."""
    if key not in state.calls:
        state.calls.add(key)
        title = f"{one_line(name)}({short_arguments(args)})"
        yield acp.start_tool_call(key, title, kind="other", status="pending", raw_input=args)


def _tool_started(event: e.ToolStarted, state: TranslatorState) -> Updates:
    yield from shown_call(event.tool_call_id, event.name, event.args, state)
    yield acp.update_tool_call(event.tool_call_id, status="in_progress")


def _progress(event: e.Progress, state: TranslatorState) -> Updates:
    if event.tool_call_id in state.calls:
        total = f"/{event.total:g}" if event.total is not None else ""
        line = f"{event.label} {event.done:g}{total} {event.unit}".rstrip()
        yield acp.update_tool_call(str(event.tool_call_id), content=[acp.tool_content(acp.text_block(line))])


def _tool_finished(event: e.ToolFinished, state: TranslatorState) -> Updates:
    yield from shown_call(event.tool_call_id, event.name, {}, state)
    content = [acp.tool_content(acp.text_block(event.summary or event.status))]
    status = "completed" if event.status == "ok" else "failed"
    yield acp.update_tool_call(event.tool_call_id, status=status, content=content)


def _run_finished(event: e.RunFinished, state: TranslatorState) -> Updates:
    for message_id, text in state.words.rest():
        yield acp.update_agent_message_text(_apart(message_id, state) + text)
    sources = dict.fromkeys(f"{cited.marker} {cited.document}" for cited in state.transcript.sources)
    if sources:
        yield acp.update_agent_message_text("\n\n" + "\n".join(sources))


def stop_reason(result: Result) -> StopReason:
    """Why the turn ended, in ACP's words."""
    if result.status == "halted":
        return "refusal" if result.reason == "policy" else "max_turn_requests"
    if result.status == "truncated":
        return CUTS.get(result.cut or "length", "max_tokens")
    return STOPS.get(result.status, "end_turn")


HANDLERS: dict[type[e.Event], Callable[[Any, TranslatorState], Updates]] = {
    e.MessageReasoning: _reasoning,
    e.MessageSuperseded: _superseded,
    e.ToolStarted: _tool_started,
    e.Progress: _progress,
    e.ToolFinished: _tool_finished,
    e.RunFinished: _run_finished,
}
