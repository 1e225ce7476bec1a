"""From a run's events to spans and measurements. Pure: what comes depends on the events alone.

The same events give the same spans with the same ids, so that a run that was cut off is told again from its journal.
"""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from ..alerts import alert_name, is_alert
from ..events import (
    Event,
    Interrupt,
    MessageDelta,
    MessageFinished,
    MessageReasoning,
    MessageStarted,
    MessageSuperseded,
    NodeFinished,
    NodeStarted,
    Notice,
    RunFinished,
    RunStarted,
    ToolFinished,
    ToolStarted,
)
from ..hidden_call import HiddenCall
from ..spans import node_key
from ..trace_context import TraceParent, parse_traceparent, span_id_of, trace_id_of
from . import hidden, names
from .chat import ChatCall
from .labels import ROOT, is_retrieval, output_messages, run_error, tool_key
from .records import Record, Span, SpanEvent, SpanKind, Value, measured

Masked = Callable[[str], str]


class RunTranslator:
    """The spans and measurements of one run, from its first event to its last.

    `content`: masks the words, arguments and results that spans then carry; None: they carry none.
    """

    def __init__(self, content: Masked | None = None) -> None:
        self._content = content
        self._run: RunStarted | None = None
        self._wall = 0.0
        self._parent: TraceParent | None = None
        self._speaking: dict[str, ChatCall] = {}
        self._resting: dict[str, list[ChatCall]] = {}
        """Turns whose last attempt is over, by task: another attempt may follow."""
        self._broken: list[ChatCall] = []
        """Turns that are not whole: how the run ends says whether that is a failure."""
        self._tools: dict[str, ToolStarted] = {}
        self._retrievals: dict[str, NodeStarted] = {}
        self._events: list[SpanEvent] = []

    def add(self, event: Event) -> Sequence[Record]:
        """What is over or measured with the next event."""
        kind = type(event)
        if kind is MessageDelta or kind is MessageReasoning:  # most events: they cost no second look
            call = self._speaking.get(event.message_id)  # type: ignore[attr-defined]  # both have one
            if call is not None:
                call.arrived(event)  # type: ignore[arg-type]  # both are words
                if self._content is not None and kind is MessageDelta:
                    call.pieces.append(event.text)  # type: ignore[attr-defined]  # it has
            return ()
        take = self._take.get(kind)
        return () if take is None else list(take(self, event))

    # the run

    def _run_started(self, event: RunStarted) -> Iterator[Record]:
        if event.started_at:
            self._run, self._wall = event, datetime.fromisoformat(event.started_at).timestamp()
            self._parent = parse_traceparent(event.traceparent)
        yield from ()

    def _run_finished(self, event: RunFinished) -> Iterator[Record]:
        run = self._run
        if run is None:
            return
        error = run_error(event)
        for waiting in list(self._resting):
            yield from self._rest_over(waiting)
        for call in self._broken:
            yield from self._chat(call, error)
        agent = run.graph or "agent"
        said: dict[str, Value | None] = {
            names.AGENT: agent,
            names.STATUS: event.status,
            names.REASON: event.reason,
            names.CUT: event.cut,
            names.COST: event.cost,
            names.INPUT_TOKENS: event.usage["input_tokens"] if event.usage else None,
            names.OUTPUT_TOKENS: event.usage["output_tokens"] if event.usage else None,
            **{names.TAG + key: value for key, value in run.tags.items()},
        }
        yield self._span(ROOT, f"{names.INVOKE_AGENT} {agent}", names.INVOKE_AGENT, 0.0, event.at, said, error=error)
        labels: dict[str, Value | None] = {names.OPERATION: names.INVOKE_AGENT, names.AGENT: agent}
        yield measured(names.AGENT_DURATION, event.at, **labels, **{names.ERROR_TYPE: error})
        yield measured(names.RUNS, 1.0, **{names.AGENT: agent, names.STATUS: event.status})

    def _notice(self, event: Notice) -> Iterator[Record]:
        said: dict[str, Value] = {names.KIND: event.kind}
        if event.rule:
            said[names.RULE] = event.rule
        if event.count is not None:
            said[names.COUNT] = event.count
        if not is_alert(event):
            self._events.append(SpanEvent(names.NOTICE_EVENT, self._wall + event.at, said))
            return
        name = alert_name(event)
        self._events.append(SpanEvent(names.ALERT_EVENT, self._wall + event.at, {**said, names.ALERT: name}))
        yield measured(names.ALERTS, 1.0, **{names.ALERT: name})

    def _interrupt(self, event: Interrupt) -> Iterator[Record]:
        said = {names.INTERRUPT: event.interrupt_id}
        self._events.append(SpanEvent(names.INTERRUPT_EVENT, self._wall + event.at, said))
        yield from ()

    # models

    def _message_started(self, event: MessageStarted) -> Iterator[Record]:
        task = node_key(event)
        before = self._resting.get(task, [])
        if event.attempt > 1 and before:
            call = before.pop()
            call.again(event)
        else:
            yield from self._rest_over(task)
            call = ChatCall(event)
        call.tell_attempt(self._wall + event.at)
        self._speaking[event.message_id] = call

    def _message_finished(self, event: MessageFinished) -> Iterator[Record]:
        call = self._speaking.pop(event.message_id, None)
        if call is not None:
            yield from call.finish(event)
            self._resting.setdefault(node_key(call.started), []).append(call)

    def _message_superseded(self, event: MessageSuperseded) -> Iterator[Record]:
        for call in (call for waiting in self._resting.values() for call in waiting):
            if call.started.message_id == event.message_id:
                call.superseded(event, self._wall + event.at)
        yield from ()

    def _rest_over(self, task: str, error: str | None = None) -> Iterator[Record]:
        """No further attempt follows in this task."""
        for call in self._resting.pop(task, ()):
            if call.complete or error:
                yield from self._chat(call, error)
            else:
                self._broken.append(call)

    def _chat(self, call: ChatCall, error: str | None) -> Iterator[Record]:
        if not call.from_model or call.ended is None:
            return
        error = None if call.complete else error
        said: dict[str, Value | None] = {**call.attributes}
        if self._content is not None and call.pieces:
            said[names.OUTPUT_MESSAGES] = output_messages(self._content("".join(call.pieces)), call)
        name = f"{names.CHAT} {call.started.model}" if call.started.model else names.CHAT
        parent, events = self._around(call.started), tuple(call.events)
        yield self._span(
            call.key,
            name,
            names.CHAT,
            call.began,
            call.ended,
            said,
            kind="client",
            parent=parent,
            events=events,
            error=error,
        )
        yield measured(names.OPERATION_DURATION, call.ended - call.began, **call.labels, **{names.ERROR_TYPE: error})

    def hidden_call(self, call: HiddenCall) -> Sequence[Record]:
        """What becomes of a call of a model of which no event tells."""
        key, name = f"hidden:{call.run_id}", f"{names.CHAT} {call.model}" if call.model else names.CHAT
        said, parent = hidden.attributes(call), self._inside({*call.tasks})
        span = self._span(
            key, name, names.CHAT, call.began, call.ended, said, kind="client", parent=parent, error=call.error
        )
        return [span, *hidden.measurements(call)]

    # tools and retrieval

    def _tool_started(self, event: ToolStarted) -> Iterator[Record]:
        self._tools[event.tool_call_id] = event
        yield from ()

    def _tool_finished(self, event: ToolFinished) -> Iterator[Record]:
        started = self._tools.get(event.tool_call_id)
        if started is None:
            return
        name = event.name or started.name or "unknown"
        error = event.status if event.status in ("error", "timeout") else None
        said: dict[str, Value | None] = {
            names.TOOL_NAME: name,
            names.TOOL_CALL: event.tool_call_id,
            names.TOOL_TYPE: "function",
            names.TOOL_STATUS: event.status,
            names.NODE: started.node,
        }
        if self._content is not None:
            said[names.TOOL_ARGUMENTS] = self._content(json.dumps(started.args, ensure_ascii=False, default=str))
            said[names.TOOL_RESULT] = self._content(event.summary)
        parent = self._around(started)
        del self._tools[event.tool_call_id]
        title = f"{names.EXECUTE_TOOL} {name}"
        yield self._span(
            tool_key(started), title, names.EXECUTE_TOOL, started.at, event.at, said, parent=parent, error=error
        )
        labels: dict[str, Value | None] = {names.OPERATION: names.EXECUTE_TOOL, names.TOOL_NAME: name}
        yield measured(names.TOOL_DURATION, event.at - started.at, **labels, **{names.ERROR_TYPE: error})

    def _node_started(self, event: NodeStarted) -> Iterator[Record]:
        if is_retrieval(event.node):
            self._retrievals[node_key(event)] = event
        yield from ()

    def _node_finished(self, event: NodeFinished) -> Iterator[Record]:
        error = event.error.type if event.error else None
        yield from self._rest_over(node_key(event), error)
        started = self._retrievals.pop(node_key(event), None)
        if started is None:
            return
        key, parent = f"retrieval:{started.seq}", self._around(started)
        said: dict[str, Value | None] = {names.NODE: event.node}
        yield self._span(key, names.RETRIEVAL, names.RETRIEVAL, started.at, event.at, said, parent=parent, error=error)
        labels: dict[str, Value | None] = {names.OPERATION: names.RETRIEVAL, names.ERROR_TYPE: error}
        yield measured(names.RETRIEVAL_DURATION, event.at - started.at, **labels)

    # spans

    def _around(self, event: Event) -> str:
        """The key of the span that an event is within: the tool whose task runs the graph that it is of, or the run."""
        return self._inside({step.partition(":")[2] for step in event.ns or ()} - {""}, event)

    def _inside(self, tasks: Collection[str], event: Event | None = None) -> str:
        inner = [tool for tool in list(self._tools.values()) if tool.task_id in tasks and tool is not event]
        return tool_key(inner[-1]) if inner else ROOT

    def _span(
        self,
        key: str,
        name: str,
        operation: str,
        start: float,
        end: float,
        said: Mapping[str, Value | None],
        *,
        kind: SpanKind = "internal",
        parent: str = "",
        events: tuple[SpanEvent, ...] = (),
        error: str | None = None,
    ) -> Span:
        run = self._run or RunStarted()
        trace_id = run.trace_id or trace_id_of(run.run_id)
        above = TraceParent(trace_id, span_id_of(run.run_id, parent)) if parent else self._parent
        attributes = {**self._common(run), names.OPERATION: operation, names.ERROR_TYPE: error, **said}
        return Span(
            name=name,
            trace_id=trace_id,
            span_id=span_id_of(run.run_id, key),
            parent=above,
            caller=self._parent,
            start=self._wall + start,
            end=self._wall + max(start, end),
            attributes={name: value for name, value in attributes.items() if value is not None},
            kind=kind,
            events=events if parent else tuple(self._events),
            error=error,
        )

    @staticmethod
    def _common(run: RunStarted) -> dict[str, Value | None]:
        return {
            names.RUN: run.run_id,
            names.CONVERSATION: run.thread_id,
            names.SESSION: run.tags.get("session") or run.thread_id,
            names.USER: run.tags.get("user"),
        }

    _take: ClassVar[Mapping[type[Event], Callable[[Any, Any], Iterator[Record]]]] = {
        RunStarted: _run_started,
        RunFinished: _run_finished,
        Notice: _notice,
        Interrupt: _interrupt,
        MessageStarted: _message_started,
        MessageFinished: _message_finished,
        MessageSuperseded: _message_superseded,
        ToolStarted: _tool_started,
        ToolFinished: _tool_finished,
        NodeStarted: _node_started,
        NodeFinished: _node_finished,
    }
