"""`graph.astream` itself, version 2 of its parts."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar

from langchain_core.messages import AIMessage, AIMessageChunk
from starlette.responses import Response, StreamingResponse

from benchmarks.truth.peers.base import InProcess, note_chunk

MODES = ("messages", "updates", "custom", "tasks")


class AStream(InProcess):
    """LangGraph's own stream, with nothing between it and the reader."""

    name = "astream v2"
    packages = ("langgraph", "langchain-core", "langchain-openai")
    how = '`graph.astream(…, stream_mode=["messages", "updates", "custom", "tasks"], version="v2", subgraphs=True)`'
    says: ClassVar = {
        "8": "nothing is masked; LangChain has a middleware for the graph itself.",
        "9b": "what a stopped node had not returned is not stored.",
        "10": "an iterator: nothing is kept.",
        "11": "an iterator that is pulled: the next step starts when the reader has taken the last one's parts.",
    }

    def parts(self) -> AsyncIterator[Any]:
        return self.graph.astream(self.given, self.config, stream_mode=list(MODES), version="v2", subgraphs=True)

    def response(self) -> Response:
        async def lines() -> AsyncIterator[bytes]:
            async for part in self.parts():
                yield f"{part!r}\n".encode()

        return StreamingResponse(lines())

    def note(self, part: Any) -> None:
        if part["type"] == "messages":
            chunk, metadata = part["data"]
            if isinstance(chunk, AIMessageChunk | AIMessage):
                note_chunk(self.seen, chunk, metadata.get("langgraph_node"))
        elif part["type"] == "tasks":
            self._task(part["data"])

    def _task(self, task: Any) -> None:
        if "triggers" in task:
            self.seen.start(f"node {task['id']}")
        else:
            self.seen.finish(f"node {task['id']}")
