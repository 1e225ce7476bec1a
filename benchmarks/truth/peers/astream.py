"""`graph.astream` itself, version 2 of its parts."""

from collections.abc import AsyncIterator
from typing import Any, ClassVar

from langchain_core.messages import AIMessage, AIMessageChunk
from starlette.responses import Response, StreamingResponse

from benchmarks.truth.peers.base import InProcess, text_of, whole

MODES = ("messages", "updates", "custom")


class AStream(InProcess):
    """LangGraph's own stream, with nothing between it and the reader."""

    name = "astream v2"
    packages = ("langgraph", "langchain-core", "langchain-openai")
    how = '`graph.astream(…, stream_mode=["messages", "updates", "custom"], version="v2", subgraphs=True)`'
    not_promised: ClassVar = {
        "2": "these modes tell no starts (the mode `tasks` does).",
        "2f": "these modes tell no starts.",
        "5": "each chunk names its node; choosing is left to the reader.",
        "6": "the parts are chunks; a last chunk without a `finish_reason` is all that tells a cut answer.",
        "7": "nothing is merged: one part a chunk.",
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
            self._message(chunk, metadata.get("langgraph_node"))

    def _message(self, chunk: Any, node: str | None) -> None:
        if isinstance(chunk, AIMessageChunk | AIMessage):
            self.seen.say(str(chunk.id), text_of(chunk.content), node=node)
            if (said := whole(chunk.response_metadata)) is not None:
                self.seen.message(str(chunk.id), complete=said)
