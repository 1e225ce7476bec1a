"""LangGraph's own ways to stream a graph."""

import json
from typing import Any

from benchmarks.subjects.base import Note, Subject
from benchmarks.subjects.graphs import chat_openai, given, graph_of

MODES: Any = ["messages", "updates", "custom"]


class Graph(Subject):
    """A graph with the user's own ChatOpenAI."""

    packages = ("langgraph", "langchain-core", "langchain-openai")

    async def open(self, wire: str) -> None:
        self.graph = graph_of(chat_openai(wire))


class AInvoke(Graph):
    name = "ainvoke"
    how = "`graph.ainvoke(…)`: no stream at all"

    async def read(self, question: str, note: Note) -> None:
        state = await self.graph.ainvoke(given(question))
        note(state["messages"][-1].content)


class AStream(Graph):
    name = "astream v2"
    how = '`graph.astream(…, stream_mode=["messages", "updates", "custom"], version="v2")`, the chunks as they are'

    async def read(self, question: str, note: Note) -> None:
        async for part in self.graph.astream(given(question), stream_mode=MODES, version="v2"):
            if part["type"] == "messages":
                note(part["data"][0].content)


class AStreamSettled(AStream):
    name = "astream v2, settled"
    how = "the same after `mainstem.settle_gc()`: the process looks for garbage as seldom as `mainstem serve` does"
    settled = True


class AStreamTls(AStreamSettled):
    name = "astream v2, settled, TLS"
    how = "the same from a wire that speaks TLS"
    tls = True


class AStreamSse(Graph):
    name = "astream v2, SSE"
    how = "the same, each chunk's text and node written as an SSE event of JSON: the least that a web reader needs"

    async def read(self, question: str, note: Note) -> None:
        async for part in self.graph.astream(given(question), stream_mode=MODES, version="v2"):
            if part["type"] == "messages":
                chunk, metadata = part["data"]
                said = {"id": chunk.id, "node": metadata["langgraph_node"], "text": chunk.content}
                note(f"event: messages\ndata: {json.dumps(said)}\n\n")


class EventsV2(Graph):
    name = "astream_events v2"
    how = '`graph.astream_events(…, version="v2")`, the text of `on_chat_model_stream`'

    async def read(self, question: str, note: Note) -> None:
        async for event in self.graph.astream_events(given(question), version="v2"):
            if event["event"] == "on_chat_model_stream":
                note(event["data"]["chunk"].content)


class EventsV3(Graph):
    name = "astream_events v3"
    how = '`await graph.astream_events(…, version="v3")`, the text of its content deltas'
    packages = (*Graph.packages, "langchain-protocol")

    async def read(self, question: str, note: Note) -> None:
        async with await self.graph.astream_events(given(question), version="v3") as run:
            async for event in run:
                if event["method"] == "messages":
                    said = event["params"]["data"][0]
                    if isinstance(said, dict) and said["event"] == "content-block-delta":
                        note(said["delta"].get("text") or "")
