"""The law of stopping (9): the graph stops, the partial answer is kept and marked, and no call is left unanswered."""

from collections.abc import Iterator

from .. import events as e
from ..answer import may_answer
from ..repair import UNANSWERED, orphans
from ..sources.blocking import RUNS_ON
from ..transcript import TranscriptMessage
from ..translate.message_fields import text_of
from .record import Record, Undecidable, metadata_of, outermost_node


def stop(record: Record) -> str:
    """Law 9: a stopped run stops its graph and leaves a thread in order; one that failed says what it left open."""
    if record.status not in ("stopped", "failed", "halted"):
        raise Undecidable("the run was not stopped, and did not fail")
    if record.status == "stopped" and (on := _runs_on(record)):
        return on
    if record.messages is None:
        raise Undecidable("give messages=")
    if not record.messages:
        raise Undecidable("the thread is empty")
    return next(_orphans(record), "") or (next(_unkept(record), "") if record.status == "stopped" else "")


def _runs_on(record: Record) -> str:
    for event in record.events:
        if isinstance(event, e.Notice) and event.rule == RUNS_ON:
            return f"the run was stopped, and not all of it: {event.text}"
    return ""


def _orphans(record: Record) -> Iterator[str]:
    """Calls without an answer, where nothing tells of them and no person is asked about them."""
    told = (
        isinstance(one, e.Interrupt) or (isinstance(one, e.Notice) and one.rule == UNANSWERED) for one in record.events
    )
    for call in () if any(told) else orphans(record.messages or ()):
        yield f"call {call.tool_call_id} has no ToolMessage"


def _unkept(record: Record) -> Iterator[str]:
    """Partial answers that are not in the thread, or not marked as partial there."""
    stored = record.stored
    for key, shown in record.shown.items():
        if not shown.text or shown.superseded or record.wrote(outermost_node(shown)[1]) is not None:
            continue
        if key not in stored:
            if _is_answer(record, shown):
                yield f"the partial answer {key} is not in the thread"
        elif text_of(stored[key]) and not _complete(shown) and metadata_of(stored[key]).get("complete") is not False:
            yield f"the partial answer {key} is not marked as one in the thread"


def _complete(shown: TranscriptMessage) -> bool:
    return shown.finished is not None and shown.finished.complete


def _is_answer(record: Record, shown: TranscriptMessage) -> bool:
    """Whether these words are surely of the thread: said to be the answer, by a node that writes messages."""
    if shown.inside_tool or not may_answer(shown) or shown.started.ns:
        return False
    return shown.answer is True or record.writes_messages(shown.started.node) is True
