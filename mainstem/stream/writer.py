"""What nodes and tools write to the `custom` stream, so that every reader of the graph can place it.

A part is a plain dict `{"mainstem": {"type": …, …}}` with the fields of the event it becomes: any consumer of the graph
can read it, a foreign graph can write it, and it names the task it belongs to, which LangGraph's own part does not.

    writer = StreamWriter.of(runtime)
    writer.progress("reading", done=3, total=10, unit="files")
"""

from collections.abc import Callable, Mapping
from typing import Any

from langgraph.config import get_config
from langgraph.runtime import Runtime, get_runtime

KEY = "mainstem"
"""The key under which a custom payload is one of ours."""

ANSWER_NODES = "mainstem_answer_nodes"
"""Key in a graph's config metadata: the list of nodes whose words are the answer. It reaches remote readers too."""


RAW = "_raw"
"""The one argument of a call whose arguments are no JSON: their text, as the model wrote it. It was not run."""


class StreamWriter:
    """Writes parts for one task of a graph."""

    def __init__(self, write: Callable[[Any], None], *, node: str | None = None, task_id: str | None = None) -> None:
        self._write = write
        self.node = node
        self.task_id = task_id

    @classmethod
    def of(cls, runtime: Runtime[Any], node: str | None = None) -> "StreamWriter":
        """The writer for the node that was given `runtime`."""
        info = runtime.execution_info
        return cls(runtime.stream_writer, node=node, task_id=info.task_id if info else None)

    @classmethod
    def here(cls) -> "StreamWriter":
        """The writer for the task that this code (a tool, say) runs in. Raises `RuntimeError` outside of a graph."""
        return cls.of(get_runtime(), (get_config().get("metadata") or {}).get("langgraph_node"))

    def write(self, part_type: str, /, **fields: Any) -> None:
        """Write one part; fields that are None are left out."""
        part = {"type": part_type, "node": self.node, "task_id": self.task_id, **fields}
        self._write({KEY: {key: value for key, value in part.items() if value is not None}})

    def progress(
        self,
        label: str,
        *,
        done: float,
        total: float | None = None,
        unit: str | None = None,
        tool_call_id: str | None = None,
    ) -> None:
        """How far along this task, or one of its tool calls, is."""
        self.write("progress", label=label, done=done, total=total, unit=unit, tool_call_id=tool_call_id)

    def tool_started(self, call: Mapping[str, Any]) -> None:
        """A tool call begins; `call` is LangChain's `ToolCall`."""
        self.write("tool.started", tool_call_id=call["id"], name=call["name"], args=call["args"])

    def tool_output(self, tool_call_id: str, text: str) -> None:
        """Text that a tool writes while it runs."""
        self.write("tool.output", tool_call_id=tool_call_id, text=text)

    def tool_finished(self, call: Mapping[str, Any], status: str, *, summary: str = "", artifact: Any = None) -> None:
        """A tool call ended; `status` is one of `events.ToolStatus`."""
        self.write(
            "tool.finished",
            tool_call_id=call["id"],
            name=call["name"],
            status=status,
            summary=summary,
            artifact=artifact,
        )

    def citation(self, **fields: Any) -> None:
        """A mark in the text, resolved; the fields are those of `events.Citation`."""
        self.write("citation", **fields)

    def notice(self, kind: str, text: str, *, rule: str | None = None, count: int | None = None) -> None:
        """Something people should know. The kinds `refused` and `budget` make the run end as halted."""
        self.write("notice", kind=kind, text=text, rule=rule, count=count)

    def attempt(self, number: int) -> None:
        """The next message of this task is attempt `number`."""
        self.write("attempt", attempt=number)

    def superseded(self, message_id: str, reason: str) -> None:
        """What was shown of the message no longer counts."""
        self.write("message.superseded", message_id=message_id, reason=reason)

    def usage(self, model: str | None, usage: Mapping[str, Any]) -> None:
        """Tokens of a model call that is not shown (a summary, a rewrite), so that the run's bill is whole."""
        self.write("usage", model=model, usage=dict(usage))
