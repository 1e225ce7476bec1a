"""What the translators know of a run: which nodes, messages and tool calls are open, and what has been said."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages.ai import UsageMetadata

from ..events import (
    Error,
    Event,
    HaltReason,
    Interrupt,
    MessageFinished,
    MessageStarted,
    MessageSuperseded,
    NodeFinished,
    NodeStarted,
    Notice,
    ToolDecision,
    ToolFinished,
    ToolStarted,
    ToolStatus,
)
from ..prices import price
from ..spans import execution_key
from ..spending import Spending
from .conversation import GraphConversations
from .open_items import Ns, OpenMessage, OpenNode, OpenTool, names_of, place_of
from .tool_calls import ToolCallTracker, args_from

Bill = tuple[str | None, str | None, UsageMetadata | None]  # model, provider, usage


@dataclass(slots=True)
class RunState:
    """The open and the seen things of one run. Methods return the events that follow; none does I/O."""

    answer_nodes: frozenset[str] | None = None
    began: float | None = None
    """When the run began, by `time.monotonic()`: what models tell of arrivals counts from there."""
    tells_tasks: bool = True
    """Whether the source tells when each task begins and ends."""
    shows: frozenset[str] = frozenset()
    """The modes that are shown as they are."""
    tells_tools: bool = True
    """Whether the source tells when each tool call begins and ends."""
    nodes: dict[str, OpenNode] = field(default_factory=dict[str, OpenNode])
    messages: dict[str, OpenMessage] = field(default_factory=dict[str, OpenMessage])
    tools: dict[str, OpenTool] = field(default_factory=dict[str, OpenTool])
    calls: ToolCallTracker = field(default_factory=ToolCallTracker)
    """The tool calls that messages asked for, and where tools were called."""
    kept: GraphConversations = field(default_factory=GraphConversations)
    """What the states of the graphs were seen to hold."""
    interrupts: dict[str, Any] = field(default_factory=dict[str, Any])
    """The interrupts that were told, by id."""
    waiting: dict[str, tuple[Ns, Any]] = field(default_factory=dict[str, tuple[Ns, Any]])
    """The interrupts that an update named, by id, with where and what."""
    asked_at: dict[str, float] = field(default_factory=dict[str, float])
    """When each model run was called, by the id its message will bear (told by `ModelCalls`)."""
    named: dict[str, str] = field(default_factory=dict[str, str])
    """The provider's id of a message, by the id that LangChain gives its model run's other chunks."""
    failed: set[str] = field(default_factory=set[str])
    """Ids of messages whose model run raised (told by `ModelCalls`)."""
    survivors: dict[str, str] = field(default_factory=dict[str, str])
    """The run of a runnable that goes on without a message, by the id of that message: what it was part of failed."""
    replaced: set[str] = field(default_factory=set[str])
    """Ids of messages of a node's attempt that was followed by another (told by `ModelCalls`)."""
    hidden_usage: list[Bill] = field(default_factory=list[Bill])
    """Model runs whose words were not shown."""
    attempts: dict[str | None, int] = field(default_factory=dict[str | None, int])
    """The attempt that a task's next message is, where its node said so."""
    cut: dict[str | None, OpenNode] = field(default_factory=dict[str | None, OpenNode])
    """Nodes that had not ended when the run did, by task: what they wrote is lost."""
    wrote: dict[tuple[str, ...], set[str]] = field(default_factory=dict[tuple[str, ...], set[str]])
    """The keys that each node wrote, by its name after those of the nodes around it."""
    masked: Counter[str] = field(default_factory=Counter[str])
    """How often something was masked, by the rule that names it."""
    spending: Spending | None = None
    """What the run spends, where a budget limits it."""
    paused: bool = False
    halt_reason: HaltReason | None = None
    """Why the graph said that it halts."""

    # nodes

    def start_node(
        self,
        node: str,
        task_id: str | None,
        ns: Ns,
        at: float,
        *,
        timed: bool = True,
        meta: Mapping[str, Any] | None = None,
    ) -> Iterator[Event]:
        """A node began, or showed a first sign (`timed=False`)."""
        key = execution_key(node, task_id, ns)
        if key not in self.nodes:
            event = NodeStarted(at=at, node=node, task_id=task_id, ns=ns or None)
            self.nodes[key] = OpenNode(node, task_id, ns, at, timed, meta or {})
            yield event

    def finish_node(
        self, key: str, at: float, *, wrote: tuple[str, ...] | None = None, error: Error | None = None
    ) -> Iterator[Event]:
        """A node ended, and with it whatever of it is still open."""
        node = self.nodes.pop(key, None)
        if node is None:
            return
        yield from self._close_within(node, at, error)
        if wrote is not None and error is None:
            self.wrote.setdefault(names_of(node.ns, node.node), set()).update(wrote)
        yield NodeFinished(
            at=at,
            **place_of(node),
            seconds=round(at - node.began_at, 6) if node.timed else None,
            wrote=wrote,
            error=error,
        )

    def _close_within(self, node: OpenNode, at: float, error: Error | None) -> Iterator[Event]:
        yield from self._take_back(at)
        inside = (*node.ns, f"{node.node}:{node.task_id}")
        for tool in list(self.tools.values()):
            if not tool.closed and _belongs(tool.task_id, tool.ns, node, inside):
                summary = error.sentence if error else ""
                yield from self.finish_tool(tool.tool_call_id, at, status=_cut_short(error), summary=summary)
        for message in list(self.messages.values()):
            if not message.closed and _belongs(message.task_id, message.ns, node, inside):
                yield from self.finish_message(message, at)
        for key, child in list(self.nodes.items()):
            if child.ns[: len(inside)] == inside:
                yield from self.finish_node(key, at)

    # messages

    def start_message(self, message: OpenMessage, at: float) -> Iterator[Event]:
        """A message's first sign. What failed before it in the same task is superseded by it."""
        yield from self._take_back(at)
        for older in list(self.messages.values()):
            if older.task_id == message.task_id and older.message_id in self.failed and not older.superseded:
                yield from self.supersede(older, at, "retry" if older.model == message.model else "fallback")
            if older.task_id == message.task_id and older.superseded:
                message.attempt = max(message.attempt, older.attempt + 1)
        message.attempt = self.attempts.pop(message.task_id, message.attempt)
        around = {message.task_id, *(step.rpartition(":")[2] for step in message.ns)}
        message.in_tool = any(not tool.closed and tool.task_id in around for tool in self.tools.values())
        self.messages[message.message_id] = message
        yield MessageStarted(
            at=at,
            **place_of(message),
            message_id=message.message_id,
            model=message.model,
            provider=message.provider,
            attempt=message.attempt,
            answer=message.answer,
        )

    def _take_back(self, at: float) -> Iterator[Event]:
        """Supersede what a node said in an attempt that was followed by another."""
        for message_id in self.replaced & self.messages.keys():
            yield from self.supersede(self.messages[message_id], at, "retry")
            self.replaced.discard(message_id)

    def supersede(self, message: OpenMessage, at: float, reason: Any) -> Iterator[Event]:
        """What was shown of `message` no longer counts."""
        if message.superseded:
            return
        event = MessageSuperseded(
            at=at,
            **place_of(message),
            message_id=message.message_id,
            reason=reason,
        )
        if not message.closed:
            yield from self.finish_message(message, at)
        message.superseded = True
        yield event

    def finish_message(self, message: OpenMessage, at: float) -> Iterator[Event]:
        """The end of a message, with its numbers."""
        if message.closed:
            return
        message.closed = True
        for call_id, name in message.calls.values():
            self.calls.add(call_id, name, args_from(message.arguments.get(call_id, "")), message.message_id)
        meter = message.meter
        yield MessageFinished(
            at=at,
            **place_of(message),
            message_id=message.message_id,
            finish_reason=message.finish_reason,
            complete=message.complete,
            usage=message.usage,
            cost=price(message.model, message.provider, message.usage),
            ttft=meter.ttft,
            gap_p50=meter.gap(0.5),
            gap_p95=meter.gap(0.95),
            stalls=meter.stalls,
            tokens_per_second=meter.rate,
        )

    # tools

    def start_tool(
        self, tool: OpenTool, args: dict[str, Any], at: float, decision: ToolDecision | None = None
    ) -> Iterator[Event]:
        """A tool call began, or showed a first sign."""
        if tool.tool_call_id in self.tools and not self.tools[tool.tool_call_id].closed:
            return
        event = ToolStarted(
            at=at,
            **place_of(tool),
            tool_call_id=tool.tool_call_id,
            name=tool.name,
            args=args,
            decision=decision,
        )
        self.tools[tool.tool_call_id] = tool
        if asked := self.calls.asked.get(tool.tool_call_id):
            asked.begun = True
        yield event

    def finish_tool(
        self, tool_call_id: str, at: float, *, status: ToolStatus = "ok", summary: str = "", artifact: Any = None
    ) -> Iterator[Event]:
        """A tool call ended."""
        tool = self.tools.get(tool_call_id)
        if tool is None or tool.closed:
            return
        event = ToolFinished(
            at=at,
            **place_of(tool),
            tool_call_id=tool_call_id,
            name=tool.name,
            status=status,
            seconds=round(at - tool.began_at, 6) if tool.timed else None,
            summary=summary,
            artifact=artifact,
        )
        tool.closed, tool.status = True, status
        yield event

    # interrupts

    def interrupt(
        self, interrupt_id: str, request: Any, at: float, node: OpenNode | None, ns: Ns = ()
    ) -> Iterator[Event]:
        """A person must decide; the graphs around the asking node repeat its question, it is told once."""
        self.paused = True
        if interrupt_id in self.interrupts:
            return
        self.interrupts[interrupt_id] = request
        yield Interrupt(
            at=at,
            node=node.node if node else None,
            task_id=node.task_id if node else None,
            ns=(node.ns if node else ns) or None,
            interrupt_id=str(interrupt_id),
            request=request,
        )

    def tell_interrupts(self, at: float) -> Iterator[Event]:
        """The interrupts that are waiting and were not told yet."""
        for interrupt_id, (ns, request) in self.waiting.items():
            yield from self.interrupt(interrupt_id, request, at, None, ns)

    # the end

    def close(self, at: float) -> Iterator[Event]:
        """Finish whatever is still open, innermost first."""
        self.cut |= {node.task_id: node for node in self.nodes.values() if node.task_id}
        yield from self.tell_interrupts(at)
        for tool in list(self.tools.values()):
            yield from self.finish_tool(tool.tool_call_id, at, status="stopped")
        for message in list(self.messages.values()):
            yield from self.finish_message(message, at)
        for key in sorted(self.nodes, key=lambda k: -len(self.nodes[k].ns)):
            yield from self.finish_node(key, at)
        for rule, count in sorted(self.masked.items()):
            yield Notice(at=at, kind="masked", rule=rule, count=count, text=f"Masked {count} × {rule}.")
        self.masked.clear()


def _cut_short(error: Error | None) -> ToolStatus:
    """How a tool call ended that its node did not live to see the end of."""
    if error is None:
        return "stopped"
    return "timeout" if error.type == "NodeTimeoutError" else "error"


def _belongs(task_id: str | None, ns: Ns, node: OpenNode, inside: Ns) -> bool:
    if task_id is not None and task_id == node.task_id:
        return True
    return ns[: len(inside)] == inside
