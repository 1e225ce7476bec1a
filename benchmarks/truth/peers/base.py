"""What every adapter is: one reading of one run, which notes the peer's own output as facts."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from importlib.metadata import version
from typing import Any, ClassVar
from uuid import uuid4

from langchain_core.messages import HumanMessage
from langgraph.checkpoint.memory import InMemorySaver
from starlette.responses import Response

from benchmarks.truth.cases import Case
from benchmarks.truth.graphs import GRAPHS
from benchmarks.truth.seen import Seen

QUESTION = "What is the answer?"


class Reading(ABC):
    """One run of one case, as one peer tells it. Subclass it: that is an adapter."""

    name: ClassVar[str]
    """Its column in the table."""
    packages: ClassVar[tuple[str, ...]] = ()
    """Whose versions count."""
    how: ClassVar[str]
    """What is called, and with which options."""
    says: ClassVar[Mapping[str, str]] = {}
    """What the peer sets out to do, or leaves to its reader, where it does not keep a law. It changes no verdict."""

    remarks: ClassVar[Mapping[str, str]] = {}
    """What limits a law that holds."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.seen = Seen()
        self.thread_id = str(uuid4())

    @abstractmethod
    def parts(self) -> AsyncIterator[Any]:
        """Run the graph, and yield what the peer puts out."""

    @abstractmethod
    def note(self, part: Any) -> None:
        """Write the facts of one part into `seen`."""

    @abstractmethod
    async def stored(self) -> tuple[list[Any], bool]:
        """The thread's messages in the checkpoint, and whether something was still to run."""

    async def stop(self, reading: asyncio.Task[None]) -> None:
        """Stop the run, in the peer's own way; without one, cancel the task that reads it."""
        reading.cancel()

    async def again(self) -> str | None:
        """Read the finished run again, whole and from its middle; returns what differs. None: the peer cannot."""
        return None

    @classmethod
    def versions(cls) -> str:
        """The packages, with their versions."""
        return ", ".join(f"{package} {version(package)}" for package in cls.packages)


class InProcess(Reading):
    """A peer that runs the graph in this process."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.graph: Any = GRAPHS[case.graph]().copy(update={"checkpointer": InMemorySaver()})
        self.config: Any = {"configurable": {"thread_id": self.thread_id}}
        if case.limit is not None:
            self.config["recursion_limit"] = case.limit
        self.given = {"messages": [HumanMessage(QUESTION, id="question")]}

    @abstractmethod
    def response(self) -> Response:
        """The run as a web application would serve it."""

    async def stored(self) -> tuple[list[Any], bool]:
        state = await self.graph.aget_state(self.config)
        return list(state.values.get("messages") or []), bool(state.next)


WHOLE = ("stop", "tool_calls", "function_call")
"""What providers say when an answer has come to its own end."""


def whole(metadata: Any) -> bool:
    """Whether a message's metadata says that it is whole: without a reason, it does not."""
    known = metadata or {}
    return known.get("finish_reason") in WHOLE or known.get("status") == "completed"


def note_chunk(seen: Seen, chunk: Any, node: str | None) -> None:
    """One chunk or message of LangChain's, object or dict, as its documentation says to read it: chunks are added."""
    key = str(of(chunk, "id"))
    text = text_of(of(chunk, "content"))
    if not text and of(chunk, "type") == "AIMessageChunk" and key not in seen.messages:
        seen.message(key, node=node, complete=False)
    seen.say(key, text, node=node)
    said = seen.messages[key]
    said.complete = bool(said.complete) or whole(of(chunk, "response_metadata"))
    seen.reasoning += reasoning_of(chunk)
    seen.spend(of(chunk, "usage_metadata"))
    note_calls(seen, chunk)


def note_calls(seen: Seen, chunk: Any) -> None:
    """The tool calls of a chunk, in fragments, or of a message, whole."""
    fragments = of(chunk, "tool_call_chunks")
    if of(chunk, "type") == "ai":
        for call in of(chunk, "tool_calls") or ():
            seen.call(call["id"], call["name"], args=call["args"])
        return
    for fragment in fragments or ():
        key = fragment.get("id") or next(reversed(seen.calls), None)
        if key:
            seen.call(key, fragment.get("name") or "", fragment.get("args") or "")


def of(message: Any, name: str) -> Any:
    """A field of a message, object or dict."""
    return message.get(name) if isinstance(message, Mapping) else getattr(message, name, None)


def reasoning_of(message: Any) -> str:
    """The reasoning in a message's content, or beside it."""
    beside = (of(message, "additional_kwargs") or {}).get("reasoning_content")
    content = of(message, "content")
    blocks = [one for one in content if isinstance(one, Mapping)] if isinstance(content, list) else []
    return str(beside or "") + "".join(_thought(one) for one in blocks if one.get("type") == "reasoning")


def _thought(block: Mapping[str, Any]) -> str:
    summary = block.get("summary") or ()
    return str(block.get("reasoning") or "") or "".join(str(part.get("text") or "") for part in summary)


def text_of(content: Any) -> str:
    """The text of a message's content, whichever shape it has."""
    if isinstance(content, str):
        return content
    blocks = content if isinstance(content, list) else []
    return "".join(
        one if isinstance(one, str) else str(one.get("text") or "") if one.get("type") == "text" else ""
        for one in blocks
    )
