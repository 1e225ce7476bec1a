"""What nodes and tools write to the `custom` stream, so that every reader of the graph can place it.

A part is a plain dict `{"mainstem": {"type": …, …}}` with the fields of the event it becomes: any consumer of the graph
can read it, a foreign graph can write it, and it names the task it belongs to, which LangGraph's own part does not.

    writer = stream_writer(runtime)
    writer.progress("reading", done=3, total=10, unit="files")
"""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, get_args

from langgraph.runtime import Runtime, get_runtime

from .events import HaltReason, NoticeKind, ToolStatus

if TYPE_CHECKING:
    from langgraph.prebuilt import ToolRuntime

KEY = "mainstem"
"""The key under which a custom payload is one of ours."""

ANSWER_NODES = "mainstem_answer_nodes"
"""Key in a graph's config metadata: the list of nodes whose words are the answer. It reaches remote readers too."""

RAW = "_raw"
"""The one argument of a call whose arguments are no JSON: their text, as the model wrote it. It was not run."""

ToldByATool = Callable[[str], str]
"""What may be shown of a text that a tool tells while it runs; it may hold the end of it back."""

_told: ContextVar[ToldByATool | None] = ContextVar("mainstem_told", default=None)
_tool_call: ContextVar[str | None] = ContextVar("mainstem_tool_call", default=None)


class StreamWriter:
    """Writes parts for one task of a graph, and for the tool call that runs in it, if there is one."""

    def __init__(
        self,
        write: Callable[[Any], None],
        *,
        node: str | None = None,
        task_id: str | None = None,
        tool_call_id: str | None = None,
    ) -> None:
        self._write = write
        self.node = node
        self.task_id = task_id
        self.tool_call_id = tool_call_id

    def write(self, part_type: str, /, **fields: Any) -> None:
        """Write one part; fields that are None are left out."""
        part = {"type": part_type, "node": self.node, "task_id": self.task_id, **fields}
        self._write({KEY: {key: value for key, value in part.items() if value is not None}})

    def progress(self, label: str, *, done: float, total: float | None = None, unit: str | None = None) -> None:
        """How far along this task, or the tool call that runs in it, is."""
        self.write("progress", label=label, done=done, total=total, unit=unit, tool_call_id=self.tool_call_id)

    def tool_started(self, call: Mapping[str, Any], *, decision: Mapping[str, Any] | None = None) -> None:
        """A tool call begins; `call` is LangChain's `ToolCall`, `decision` has the fields of a `ToolDecision`."""
        self.write("tool.started", tool_call_id=call["id"], name=call["name"], args=call["args"], decision=decision)

    def tool_output(self, text: str, *, tool_call_id: str | None = None) -> None:
        """Text that a tool writes while it runs; a node that runs a call by hand names it."""
        if (shown := _told.get()) is not None and not (text := shown(text)):
            return
        self.write("tool.output", tool_call_id=tool_call_id or self.tool_call_id, text=text)

    def tool_finished(
        self, call: Mapping[str, Any], status: ToolStatus, *, summary: str = "", artifact: Any = None
    ) -> None:
        """A tool call ended."""
        told = {"tool_call_id": call["id"], "name": call["name"], "status": status}
        self.write("tool.finished", **told, summary=summary, artifact=artifact)

    def citation(self, **fields: Any) -> None:
        """A mark in the text, resolved; the fields are those of `events.Citation`."""
        self.write("citation", **fields)

    def notice(
        self,
        kind: NoticeKind,
        text: str,
        *,
        rule: str | None = None,
        count: int | None = None,
        decision: Mapping[str, Any] | None = None,
    ) -> None:
        """Something people should know. The run goes on; `halt` ends it. `decision` has a `ToolDecision`'s fields."""
        self.write("notice", kind=kind, text=text, rule=rule, count=count, decision=decision)

    def masked(self, rule: str, count: int) -> None:
        """Something was masked that `rule` names, so many times. The run tells of it once, at its end."""
        self.write("masked", rule=rule, count=count)

    def halt(self, reason: HaltReason, text: str, *, rule: str | None = None) -> HaltReason:
        """Let the run end as `halted` for `reason`, which `text` tells people; returns `reason`.

        The graph has yet to go to its end: this only says what that end will mean. Raises `ValueError` for a reason
        that there is not.
        """
        if reason not in get_args(HaltReason):
            raise ValueError(f"{reason!r} is no reason to halt: give one of {', '.join(get_args(HaltReason))}.")
        self.write("halt", reason=reason, text=text, rule=rule)
        return reason

    def attempt(self, number: int) -> None:
        """The next message of this task is attempt `number`."""
        self.write("attempt", attempt=number)

    def superseded(self, message_id: str, reason: str) -> None:
        """What was shown of the message no longer counts."""
        self.write("message.superseded", message_id=message_id, reason=reason)

    def usage(self, model: str | None, usage: Mapping[str, Any]) -> None:
        """Tokens of a model call that is not shown (a summary, a rewrite), so that the run's bill is whole."""
        self.write("usage", model=model, usage=dict(usage))


nodes_are_told: ContextVar[bool] = ContextVar("nodes_are_told", default=False)
"""Whether the graph itself tells this run's reader when a node begins and ends."""


def stream_writer(runtime: "Runtime[Any] | ToolRuntime[Any, Any] | None" = None) -> StreamWriter:
    """The writer for the node or the tool that was given `runtime`; without one, for the task that this code runs in.

    A `ToolRuntime` tells the tool call too. Without a runtime it raises `RuntimeError` outside of a graph.
    """
    given = runtime if runtime is not None else get_runtime()
    info = given.execution_info
    return StreamWriter(
        given.stream_writer,
        node=_node_of(info.checkpoint_ns) if info else None,
        task_id=info.task_id if info else None,
        tool_call_id=getattr(given, "tool_call_id", None) if runtime is not None else _tool_call.get(),
    )


@contextmanager
def inside_tool_call(tool_call_id: str | None) -> Generator[None]:
    """What runs inside is the tool call's: `stream_writer()` without a runtime finds its id."""
    token = _tool_call.set(tool_call_id)
    try:
        yield
    finally:
        _tool_call.reset(token)


@contextmanager
def telling(shown: ToldByATool) -> Generator[None]:
    """Of the output that is written inside, only what `shown` gives is."""
    token = _told.set(shown)
    try:
        yield
    finally:
        _told.reset(token)


def _node_of(checkpoint_ns: str) -> str | None:
    """The node's name in `outer:task|inner:task`: LangGraph allows neither of these two signs in a name."""
    return checkpoint_ns.rpartition("|")[2].partition(":")[0] or None
