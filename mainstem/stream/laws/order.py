"""The laws of order: the end, the pairs, and the arrivals (1, 2 and 7)."""

from collections.abc import Collection

from .. import events as e
from ..spans import SpanEnd, SpanKey, SpanStart, span_of
from ..transcript import Transcript
from .record import Record, Undecidable


def end(record: Record) -> str:
    """Law 1: `run.finished` comes exactly once and last, and says why a run failed; `seq` has no hole."""
    ends = [event for event in record.events if isinstance(event, e.RunFinished)]
    if not ends:
        return "there is no run.finished"
    if len(ends) > 1:
        return f"{len(ends)} run.finished, the first at {ends[0].seq}"
    if record.end is None:
        return f"{record.events[-1].type} at {record.events[-1].seq} comes after run.finished"
    if where := _runs(record):
        return where
    if (ends[0].error is not None) != (ends[0].status == "failed" or ends[0].reason == "steps"):
        return f"the run ends as {ends[0].status} {'with' if ends[0].error else 'without'} an error"
    error = ends[0].error
    if error is not None and error.type == "GraphRecursionError" and ends[0].reason != "steps":
        return f"the limit of steps was reached, and the run ends as {ends[0].status}"
    return _numbers(record)


def _runs(record: Record) -> str:
    begins = [event for event in record.events if isinstance(event, e.RunStarted)]
    if len(begins) > 1:
        return f"run.started again, at {begins[1].seq}"
    runs = {event.run_id for event in record.events}
    return f"the events are of {len(runs)} runs" if len(runs) > 1 else ""


def _numbers(record: Record) -> str:
    due = 1
    for event in record.events:
        first = event.from_seq if isinstance(event, e.Gap) else event.seq
        if first != due:
            return f"seq {first} where {due} was due"
        due = event.seq + 1
    return ""


def pairs(record: Record) -> str:
    """Law 2: what was started is finished, once, and words come between the two."""
    if not any(isinstance(event, SpanStart | SpanEnd | e.Words) for event in record.events):
        raise Undecidable("nothing was started")
    transcript = Transcript()
    for event in record.events:
        if where := _step(event, transcript.open):
            return where
        transcript.add(event)
    return f"{' '.join(min(transcript.open))} was never finished" if transcript.open else ""


def _step(event: e.Event, running: Collection[SpanKey]) -> str:
    """What is wrong with an event, by what runs before it."""
    if isinstance(event, SpanStart):
        again = span_of(event) in running
        return f"{' '.join(span_of(event))} started twice, at {event.seq}" if again else ""
    if isinstance(event, SpanEnd):
        known = span_of(event) in running
        return "" if known else f"{' '.join(span_of(event))} finished without a start, at {event.seq}"
    if isinstance(event, e.Words) and ("message", event.message_id) not in running:
        return f"words of message {event.message_id} outside of it, at {event.seq}"
    return ""


def merging(record: Record) -> str:
    """Law 7: time does not run backwards, and no arrival is hidden or moved."""
    if not any(isinstance(event, e.Words) for event in record.events):
        raise Undecidable("no words were shown")
    seen: dict[str, e.Words] = {}
    clock = 0.0
    for event in record.events:
        if event.at < clock and not isinstance(event, e.Gap):
            return f"time runs backwards at {event.seq}"
        clock = max(clock, event.at)
        if isinstance(event, e.MessageStarted):
            seen.pop(event.message_id, None)
        if isinstance(event, e.Words):
            if where := _arrivals(event, seen.get(event.message_id)):
                return where
            seen[event.message_id] = event
    return ""


def _arrivals(event: e.Words, before: e.Words | None) -> str:
    if event.n < 1 or not event.first_at <= event.last_at <= event.at + 1e-6:
        return f"impossible arrivals at {event.seq}"
    came = (before.tokens if before else 0) + event.n
    if event.tokens != came:
        return f"{event.tokens} tokens at {event.seq}, where {came} arrived"
    if before is not None and (event.first_at < before.last_at or event.words < before.words):
        return f"arrivals out of order at {event.seq}"
    return ""
