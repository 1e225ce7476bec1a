"""Breaks to plant into recorded real runs, each with the law that it breaks."""

import json
from dataclasses import replace

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from mainstem.stream import events as e
from mainstem.stream.repair import UNANSWERED
from mainstem.stream.sources.blocking import RUNS_ON

from .recorded import ESCAPED, NUMBER, SECRET

# ways to break a record


def changed(kind, which=-1, **update):
    """The record with other fields in one event of a kind."""

    def plant(run):
        places = [at for at, event in enumerate(run.events) if isinstance(event, kind)]
        events = list(run.events)
        events[places[which]] = events[places[which]].model_copy(update=update)
        return run.as_told(events)

    return plant


def without(kind, which=-1):
    """The record without one event of a kind."""

    def plant(run):
        places = [at for at, event in enumerate(run.events) if isinstance(event, kind)]
        return run.with_events([event for at, event in enumerate(run.events) if at != places[which]])

    return plant


def again(kind, which=-1, before=e.RunFinished, **update):
    """The record with one event of a kind once more, before the first of another kind."""

    def plant(run):
        one = [event for event in run.events if isinstance(event, kind)][which].model_copy(update=update)
        place = next(at for at, event in enumerate(run.events) if isinstance(event, before))
        events = [*run.events[:place], one, *run.events[place:]]
        return run.with_events([event.model_copy(update={"at": 9.0}) if event.at > 9 else event for event in events])

    return plant


def copied(which=-1, *, same=False, **update):
    """The record with one message told once more, under another id, in place of nothing."""

    def plant(run):
        starts = [event for event in run.events if isinstance(event, e.MessageStarted)]
        key = starts[which].message_id
        own = [event for event in run.events if getattr(event, "message_id", None) == key]
        end = next(at for at, event in enumerate(run.events) if event is own[-1])
        at = run.events[end].at
        new = {"at": at, "message_id": key if same else "copy", **update}
        copies = [event.model_copy(update=_for(event, new)) for event in own]
        return run.with_events([*run.events[: end + 1], *copies, *run.events[end + 1 :]])

    return plant


def _for(event, update):
    return {key: value for key, value in update.items() if key in type(event).model_fields}


def stored(change):
    """The record with another thread."""
    return lambda run: replace(run, messages=change(list(run.messages)))


def renamed(messages):
    return [
        one.model_copy(update={"id": "other", "content": "Other words."}) if _said(one) else one for one in messages
    ]


def _said(message):
    return message.type == "ai" and not message.tool_calls


def reworded(messages):
    return [one.model_copy(update={"content": "Other words."}) if _said(one) else one for one in messages]


def more(*added):
    return lambda messages: [*messages, *added]


def unanswered(messages):
    return [one for one in messages if one.type != "tool"]


def unmarked(messages):
    return [one.model_copy(update={"response_metadata": {}}) if one.type == "ai" else one for one in messages]


def marked(messages):
    return [
        one.model_copy(update={"response_metadata": {**one.response_metadata, "complete": False}})
        if _said(one)
        else one
        for one in messages
    ]


def late(run):
    return run.as_told([*run.events, run.events[-2].model_copy(update={"seq": len(run.events) + 1})])


def hole(run):
    return run.as_told([event for event in run.events if event.seq != 4])


def split(run):
    """A secret that comes in two pieces."""
    words = [event for event in run.events if isinstance(event, e.MessageDelta)]
    texts = {words[-2].seq: SECRET[:5], words[-1].seq: SECRET[5:]}
    return run.as_told(
        [event.model_copy(update={"text": texts[event.seq]}) if event.seq in texts else event for event in run.events]
    )


def swapped(run):
    """Two arrivals of one message, told in the other order."""
    first, second = [at for at, event in enumerate(run.events) if isinstance(event, e.MessageDelta)][-2:]
    one, other = run.events[first], run.events[second]
    times = {"first_at": one.first_at, "last_at": one.first_at}
    events = list(run.events)
    events[second] = other.model_copy(update={**times, "at": other.at})
    events[first] = one.model_copy(update={"first_at": other.last_at, "last_at": other.last_at, "at": other.last_at})
    return run.as_told(events)


def replayed(change):
    return lambda run: replace(run, replay=change(list(run.replay)))


def notice(rule):
    return lambda run: run.with_events(
        [
            *run.events[:-1],
            e.Notice(kind="review", rule=rule, at=run.events[-1].at, run_id=run.events[0].run_id),
            run.events[-1],
        ]
    )


def taken_back(run):
    """What was superseded stands in the thread."""
    key = next(event.message_id for event in run.events if isinstance(event, e.MessageSuperseded))
    return replace(run, messages=[*run.messages, AIMessage("Half an answer.", id=key)])


def told(rule):
    """The record without the notice of a rule."""
    return lambda run: run.with_events([event for event in run.events if getattr(event, "rule", None) != rule])


LONG = "length"
CALL = {"name": "look", "args": {}, "id": "open"}
IN_BLOCKS = AIMessage([{"type": "text", "text": SECRET[:5]}, {"type": "text", "text": SECRET[5:]}], id="blocks")
TELLING = AIMessage("", tool_calls=[{**CALL, "args": {"where": SECRET}}])

PLANTED = [
    # law, what is planted, the run, how
    (1, "no end", "done", without(e.RunFinished)),
    (1, "two ends", "done", again(e.RunFinished)),
    (1, "an event after the end", "done", late),
    (1, "a number is missing", "done", hole),
    (1, "a failure without an error", "failed", changed(e.RunFinished, error=None)),
    (1, "a success with an error", "done", changed(e.RunFinished, error=e.Error(type="E", message="m"))),
    (1, "an event of another run", "done", changed(e.MessageDelta, run_id="other")),
    (1, "a second beginning", "done", again(e.RunStarted)),
    (2, "a node is never finished", "done", without(e.NodeFinished)),
    (2, "a message is never finished", "done", without(e.MessageFinished)),
    (2, "a tool is never finished", "done", without(e.ToolFinished)),
    (2, "a tool ends twice", "done", again(e.ToolFinished)),
    (2, "a node starts twice", "done", again(e.NodeStarted, before=e.NodeFinished, which=0)),
    (2, "words after a message's end", "done", again(e.MessageDelta)),
    (3, "a piece is lost", "done", without(e.MessageDelta)),
    (3, "a piece is told twice", "done", again(e.MessageDelta, before=e.MessageFinished, which=0)),
    (3, "other words are stored", "done", stored(reworded)),
    (3, "shown and never stored", "done", stored(lambda every: [one for one in every if not _said(one)])),
    (3, "stored under another id, with other words", "done", stored(renamed)),
    (3, "stored and never shown", "done", stored(more(AIMessage("Something more.", id="more")))),
    (3, "taken back, and stored", "retried", taken_back),
    (3, "a subagent's words are stored by a stop", "stopped", changed(e.MessageStarted, answer=False)),
    (4, "the copy that a node returned", "twice", copied(finish_reason="returned")),
    (4, "the copy, though shorter by a space", "done", copied(finish_reason="returned")),
    (4, "an attempt that was replaced", "retried", without(e.MessageSuperseded)),
    (4, "a cut attempt that begins as the next", "twice", changed(e.MessageFinished, which=0, finish_reason=None)),
    (4, "one id is shown again", "done", copied(same=True)),
    (4, "a call is told by two messages", "done", copied(0, finish_reason="returned")),
    (5, "the answer of another node", "done", changed(e.MessageStarted, node="router")),
    (5, "other words are the answer", "done", changed(e.MessageStarted, which=0, node="router", answer=None)),
    (5, "the answer is not called so", "done", changed(e.MessageStarted, answer=False)),
    (6, "complete without a reason", "done", changed(e.MessageFinished, finish_reason=None)),
    (6, "complete, and cut at a length", "done", changed(e.MessageFinished, finish_reason=LONG)),
    (6, "a cut answer is done", "done", changed(e.MessageFinished, finish_reason=LONG, complete=False)),
    (6, "complete, and stored as cut", "done", stored(marked)),
    (7, "an arrival is hidden", "done", changed(e.MessageDelta, n=2)),
    (7, "time runs backwards", "done", changed(e.MessageFinished, at=0.0)),
    (7, "arrivals in another order", "stopped", swapped),
    (7, "an arrival before it was heard", "done", changed(e.MessageDelta, last_at=99.0)),
    (7, "words are counted down", "stopped", changed(e.MessageDelta, words=0)),
    (8, "a secret in the words", "done", changed(e.MessageDelta, text=f"It is {SECRET}.")),
    (8, "a secret in two pieces", "stopped", split),
    (8, "a secret in the reasoning", "done", changed(e.MessageReasoning, text=SECRET)),
    (8, "a secret in a tool's arguments", "done", changed(e.ToolStarted, args={"where": [SECRET]})),
    (8, "a secret in the checkpoint", "done", stored(more(HumanMessage(SECRET)))),
    (8, "a secret in a call in the checkpoint", "done", stored(more(TELLING))),
    (8, "a secret in an artifact", "done", stored(more(ToolMessage("", tool_call_id="x", artifact={"key": SECRET})))),
    (8, "a secret that is a number", "done", changed(e.ToolStarted, args={"where": int(NUMBER)})),
    (8, "a secret that is escaped in a call", "done", changed(e.ToolArguments, text=json.dumps({"where": ESCAPED}))),
    (8, "a secret over two blocks in the checkpoint", "done", stored(more(IN_BLOCKS))),
    (8, "a secret in two pieces of the replay", "stopped", lambda run: replace(run, replay=split(run).replay)),
    (8, "a secret in the replay", "done", replayed(lambda lines: [*lines, b'{"text":"' + SECRET.encode() + b'"}'])),
    (9, "something runs on", "stopped", notice(RUNS_ON)),
    (9, "a call has no answer", "stopped", stored(more(AIMessage("", tool_calls=[CALL])))),
    (9, "the partial answer is lost", "stopped", stored(lambda every: [one for one in every if one.type != "ai"])),
    (9, "the partial answer is not marked", "stopped", stored(unmarked)),
    (9, "a failure leaves a call in silence", "failed", told(UNANSWERED)),
    (10, "an event is missing", "done", replayed(lambda lines: lines[:-1])),
    (10, "an event is other", "done", replayed(lambda lines: [*lines[:-2], lines[-2] + b" ", lines[-1]])),
    (10, "two events change places", "done", replayed(lambda lines: [*lines[:-2], lines[-1], lines[-2]])),
    (10, "an event comes again", "done", replayed(lambda lines: [*lines, lines[-1]])),
]  # fmt: skip
